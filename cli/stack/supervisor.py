"""Keeps processes running: starts them, waits until they are ready, restarts what dies, stops all in order.

Knows nothing about what the processes are for.
"""

import asyncio
import time
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

from cli.stack.child import Child
from cli.stack.log import StackLog
from cli.stack.problems import StackError
from cli.stack.process import Process, ProcessSpec

POLL_SECONDS = 0.05


class Supervisor:
    """All children of one stack. Stopping twice is legal; killing may interrupt stopping."""

    def __init__(self, log: StackLog, folder: Path, *, changed: Callable[[], None]) -> None:
        """`folder` is the state folder, for messages; `changed` is called after every start of a process."""
        self._log = log
        self._folder = folder
        self._changed = changed
        self._children: list[Child] = []
        self._errands: list[Process] = []

    @property
    def processes(self) -> list[Process]:
        """What has been started and not been stopped."""
        kept = [child.process for child in self._children if child.process is not None]
        return [*self._errands, *kept]

    def pid(self, name: str) -> int:
        """The process id of the named child's present run. Raises KeyError when there is no such child."""
        for child in self._children:
            if child.spec.name == name and child.process is not None:
                return child.process.pid
        raise KeyError(name)

    async def start(self, spec: ProcessSpec) -> None:
        """Start a program and keep it running from now on; doesn't wait until it is ready."""
        child = Child(spec, self._log, self._changed)
        self._children.append(child)
        await child.start()

    async def wait_ready(self, spec: ProcessSpec, seconds: float) -> None:
        """Wait until a started program is ready. Raises StackError when it isn't in time, or any child keeps dying."""
        if spec.ready is None:
            return
        deadline = time.monotonic() + seconds
        while not await spec.ready():
            for child in self._children:
                child.check(self._folder)
            if time.monotonic() > deadline:
                raise StackError(
                    f"{spec.name} is not ready after {seconds:.0f} s: see {self._log.path}.", self._tail(spec)
                )
            await asyncio.sleep(POLL_SECONDS)

    async def run(self, spec: ProcessSpec, *, quiet: bool = False) -> tuple[int, list[str]]:
        """Run a program once: its exit code and last lines; quiet: not logged. Cancelled, it ends the program."""
        process = await Process.spawn(spec, lambda line: None if quiet else self._log.write(spec.name, line))
        self._errands.append(process)
        self._changed()
        try:
            return await process.wait(), process.lines
        except asyncio.CancelledError:
            await process.stop()
            raise
        finally:
            self._errands.remove(process)

    async def stop(self) -> None:
        """Stop every child, the highest stage first, and return when none is left."""
        await asyncio.gather(*(process.stop() for process in self._errands))
        for _, stage in groupby(sorted(self._children, key=_stage, reverse=True), key=_stage):
            await asyncio.gather(*(child.stop() for child in stage))
        self._children.clear()

    def kill(self) -> None:
        """End every process now; a stop under way then finishes at once."""
        for child in self._children:
            child.kill()
        for process in self._errands:
            process.kill()

    def _tail(self, spec: ProcessSpec) -> list[str]:
        return [
            line for child in self._children if child.spec is spec and child.process for line in child.process.lines
        ]


def _stage(child: Child) -> int:
    return child.spec.stage
