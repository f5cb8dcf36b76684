"""Several processes on one port: a parent that starts them, restarts those that die and stops them together."""

import asyncio
import ctypes
import os
import signal
import sys
from asyncio.subprocess import Process

import structlog

RESTART_SECONDS = 1.0
PR_SET_PDEATHSIG = 1  # linux/prctl.h


def end_with_parent() -> None:
    """Get SIGTERM when the parent dies, so that a killed parent leaves no replica on the port. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


class Replicas:
    """Runs this program `count` times, told apart by `variable`; the kernel spreads connections (SO_REUSEPORT)."""

    def __init__(
        self,
        *,
        arguments: list[str],
        count: int,
        variable: str,
        grace_seconds: float,
        log: structlog.stdlib.BoundLogger,
    ) -> None:
        self._arguments = arguments
        self._count = count
        self._variable = variable
        self._grace_seconds = grace_seconds
        self._log = log
        self._tasks: list[asyncio.Task[None]] = []
        self._processes: dict[int, Process] = {}

    async def start(self) -> None:
        """Start all of them."""
        self._tasks = [asyncio.create_task(self._keep(replica)) for replica in range(1, self._count + 1)]

    async def stop(self) -> None:
        """SIGTERM to each, SIGKILL to what is left after the grace period."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        running = [process for process in self._processes.values() if process.returncode is None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        waits = [asyncio.create_task(process.wait()) for process in running]
        if waits:
            _, late = await asyncio.wait(waits, timeout=self._grace_seconds + 2)
            for process in running if late else []:
                if process.returncode is None:
                    process.kill()
            await asyncio.gather(*waits)

    async def _keep(self, replica: int) -> None:
        while True:
            environment = os.environ | {self._variable: str(replica)}
            process = await asyncio.create_subprocess_exec(sys.executable, *self._arguments, env=environment)
            self._processes[replica] = process
            code = await process.wait()
            self._log.warning("replica ended, starting it again", replica=replica, exit_code=code)
            await asyncio.sleep(RESTART_SECONDS)
