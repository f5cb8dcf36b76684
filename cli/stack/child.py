"""One program kept running: restarted when it dies, ever more slowly, until it is stopped."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cli.stack.log import StackLog
from cli.stack.problems import describe_exit, process_problem
from cli.stack.process import Process, ProcessSpec

START_ATTEMPTS = 3
EX_CONFIG = 78  # sysexits.h: its settings are wrong, so that trying again is no use


@dataclass
class Backoff:
    """How long to wait before the next restart: doubles from `first` to `longest`, afresh after a long run. Seconds."""

    first: float = 0.2
    longest: float = 5.0
    reset_after: float = 10.0
    _next: float = 0.0

    def delay(self, uptime: float) -> float:
        """The wait after a run of `uptime`."""
        if uptime >= self.reset_after:
            self._next = 0.0
        self._next = min(max(self._next * 2, self.first), self.longest)
        return self._next


class Child:
    """One program kept running until stopped. Stopping twice, or before starting, is legal."""

    def __init__(self, spec: ProcessSpec, log: StackLog, changed: Callable[[], None]) -> None:
        self.spec = spec
        self.process: Process | None = None
        self.deaths = 0  # in a row, without a long run in between
        self.last_end = (0, [""])
        self._log = log
        self._changed = changed
        self._backoff = Backoff()
        self._stopping = asyncio.Event()
        self._killed = False
        self._spawning = asyncio.Lock()
        self._keeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Return once the program runs."""
        await self._spawn()
        self._keeper = asyncio.create_task(self._keep(), name=f"keep {self.spec.name}")

    async def stop(self) -> None:
        """Return once the program has ended for good."""
        self._stopping.set()
        async with self._spawning:  # so that no restart slips in between
            if self.process is not None:
                await self.process.stop()
        if self._keeper is not None:
            await self._keeper

    def kill(self) -> None:
        """End the program now and restart it no more."""
        self._stopping.set()
        self._killed = True
        if self.process is not None:
            self.process.kill()

    def check(self, folder: Path) -> None:
        """Raises StackError when the program has died too often to go on hoping; `folder` is the state folder."""
        code, lines = self.last_end
        if self.deaths >= START_ATTEMPTS or (self.deaths and code == EX_CONFIG):
            raise process_problem(self.spec.name, code, lines, folder)

    async def _spawn(self) -> None:
        async with self._spawning:
            if self._stopping.is_set():
                return
            if self.spec.prepare is not None:
                await self.spec.prepare()
            self.process = await Process.spawn(self.spec, self._write)
            self._log.say(f"{self.spec.name} started (process {self.process.pid})")
            if self._killed:  # while it was being started
                self.process.kill()
        self._changed()

    def _write(self, line: str) -> None:
        if self.spec.noise is None or not self.spec.noise.search(line):
            self._log.write(self.spec.name, line)

    async def _keep(self) -> None:
        while self.process is not None:
            began = time.monotonic()
            code = await self.process.wait()
            if self._stopping.is_set():
                return
            uptime = time.monotonic() - began
            delay = self._backoff.delay(uptime)
            self.deaths = 1 if uptime >= self._backoff.reset_after else self.deaths + 1
            self.last_end = (code, self.process.lines)
            self._log.say(f"{self.spec.name} ended ({describe_exit(code)}): restarting in {delay:.1f} s")
            await self._pause(delay)
            await self._respawn()

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _respawn(self) -> None:
        while not self._stopping.is_set():
            try:
                await self._spawn()
            except OSError as error:  # No memory or no process slot; they come back.
                self._log.say(f"{self.spec.name} can't be started ({error.strerror}): trying again")
                await self._pause(self._backoff.longest)
            else:
                return
