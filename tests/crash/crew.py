"""Processes of the program: started, aimed at, killed, frozen and waited for."""

import asyncio
import json
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from chassis.errors import Unavailable
from cli.stack.accounts import launch_argv
from tests.crash import program
from tests.crash.nursery import Fork, Main, fork
from tests.shared_data import REPOSITORY

SECONDS = 30.0
POLL_SECONDS = 0.02


async def until(condition: Callable[[], Any], what: str, *, seconds: float = SECONDS) -> None:
    """Wait for a condition, which may be awaitable; fails after a bound."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            met = condition()
            if asyncio.iscoroutine(met):
                met = await met
        except Unavailable:
            met = False  # PostgreSQL is being restarted.
        if met:
            return
        assert time.monotonic() < deadline, f"not in {seconds:g} s: {what}"
        await asyncio.sleep(POLL_SECONDS)


class Member:
    """One process. Its log is a file, which a failed test shows."""

    def __init__(self, process: Process | Fork, log: Path, line: socket.socket | None) -> None:
        """`line`: where its input goes to and its output comes from."""
        self._process = process
        self._log = log
        self._line = line
        self._one_at_a_time = asyncio.Lock()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it hasn't ended."""
        return self._process.returncode is None

    @property
    def log(self) -> str:
        """All it has logged."""
        return self._log.read_text()

    def send(self, number: signal.Signals) -> None:
        """Send a signal, if it still runs."""
        if self.running:
            self._process.send_signal(number)

    async def started(self) -> None:
        """Wait until it works."""
        await until(lambda: '"event": "started"' in self.log, f"started:\n{self.log}")

    async def logged(self, words: str) -> None:
        """Wait until it has logged `words`."""
        await until(lambda: words in self.log, f"{words!r} in its log")

    async def frozen(self) -> None:
        """Wait until it stands still."""

        def stands_still() -> bool:
            assert self.running, f"it ended with {self._process.returncode}:\n{self.log}"
            return psutil.Process(self.pid).status() == psutil.STATUS_STOPPED

        await until(stands_still, "frozen")

    async def ended(self) -> int:
        """Wait until it has ended: its exit code, negative for a signal."""
        try:
            async with asyncio.timeout(SECONDS):
                return await self._process.wait()
        except TimeoutError:
            raise AssertionError(f"it runs on after {SECONDS:g} s:\n{self.log}") from None

    async def waited(self) -> None:
        """Wait without a bound until it has ended."""
        await self._process.wait()

    async def order(self, orders: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
        """The answer of one that accepts; None: it died first."""
        async with self._one_at_a_time:
            if self._streams is None:
                self._streams = await asyncio.open_connection(sock=self._line, limit=2**24)
            reader, writer = self._streams
            try:
                writer.write(json.dumps(orders).encode() + b"\n")
                await writer.drain()
                line = await reader.readline()
            except ConnectionError:
                return None
        answer: dict[str, Any] | None = json.loads(line) if line else None
        return answer

    async def bury(self) -> None:
        """End it, whatever it does, and close what leads to it."""
        self.send(signal.SIGKILL)
        await self.ended()
        if self._streams is not None:
            self._streams[1].close()
        elif self._line is not None:
            self._line.close()


class Crew:
    """All processes on one ground; at its end none is left."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        """`settings`: the environment of each."""
        self._folder = folder
        self._settings = settings
        self.members: list[Member] = []

    def work(self, *, aim: str = "", **settings: str) -> Member:
        """A worker. `aim`: as in jobs/points.py, without the file."""
        return self.fork(program.main, "work", aim=aim, **settings)

    async def work_at(self, shift_seconds: float) -> Member:
        """A worker whose wall clock is wrong from its first moment on, and so no fork."""
        return await self.launch("tests.crash.skewed", str(shift_seconds), "work")

    async def launch(self, module: str, *arguments: str) -> Member:
        """`python -m module`, killed when we are, also while frozen."""
        log = self._new_log()
        with log.open("wb") as errors:
            process = await asyncio.create_subprocess_exec(
                *launch_argv([sys.executable, "-m", module, *arguments], death_signal=signal.SIGKILL),
                env=self._environment({}),
                cwd=REPOSITORY,
                stdin=DEVNULL,
                stderr=errors,
            )
        return self._join(Member(process, log, None))

    def accept(self, *, aim: str = "", **settings: str) -> Member:
        """A process that accepts orders."""
        return self.fork(program.main, "accept", aim=aim, **settings)

    def fork(self, main: Main, *arguments: str, aim: str = "", **settings: str) -> Member:
        """A process that does what `main` of one of the nursery's programs does. `aim`: as for `work`."""
        log = self._new_log()
        ours, its = socket.socketpair()
        with its:
            environment = self._environment(_aimed(settings, aim, log))
            process = fork(main, arguments, environment=environment, log=log, line=its)
        return self._join(Member(process, log, ours))

    def _join(self, member: Member) -> Member:
        self.members.append(member)
        return member

    def _new_log(self) -> Path:
        log = self._folder / f"{len(self.members)}.log"
        log.touch()
        return log

    def _environment(self, settings: Mapping[str, str]) -> Mapping[str, str]:
        return {"PATH": os.environ["PATH"], **self._settings, **settings}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for member in self.members:
            await member.bury()
            if error is not None:
                sys.stderr.write(f"--- process {member.pid}\n{member.log}")


def _aimed(settings: Mapping[str, str], aim: str, log: Path) -> Mapping[str, str]:
    return {**settings, "ATELIER_TEST_POINT": f"{aim}:{log.with_suffix('.hit')}"} if aim else settings
