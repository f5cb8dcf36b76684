"""Processes by fork from one that has imported every program, which takes 20 ms each instead of a second.

Python's own fork server: a process without threads, a child of ours. What it forks are strangers to each other.
"""

import asyncio
import ctypes
import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from jobs import points
from tests.shared_data import REPOSITORY

PR_SET_PDEATHSIG = 1  # linux/prctl.h
PROGRAMS = [f"tests.crash.{name}" for name in ("program", "engager_program", "generator_program", "reviewer_program")]
Main = Callable[[Sequence[str]], None]


class Fork:
    """One forked process, with what asyncio's subprocesses have."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid or 0

    @property
    def returncode(self) -> int | None:
        """Its exit code, negative for a signal; None: it runs."""
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal, if it still runs."""
        if self.returncode is None:
            os.kill(self.pid, number)

    async def wait(self) -> int:
        """Its exit code, once it has ended."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._process.sentinel, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self._process.sentinel)
        assert self.returncode is not None
        return self.returncode


def fork(
    main: Main, arguments: Sequence[str], *, environment: Mapping[str, str], log: Path, line: socket.socket
) -> Fork:
    """Run a program's `main` with these arguments, its errors going to `log`, its input and output over `line`."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, *PROGRAMS])
    process = context.Process(target=live, args=(main, list(arguments), dict(environment), log, line))
    process.start()
    return Fork(process)


def live(main: Main, arguments: Sequence[str], environment: Mapping[str, str], log: Path, line: socket.socket) -> None:
    """What the new process does: become as if it had been started by itself."""
    os.setsid()
    os.chdir(REPOSITORY)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    os.environ.clear()
    os.environ.update(environment)
    points._AIM = points._read(environment.get("ATELIER_TEST_POINT"))
    errors = os.open(log, os.O_WRONLY | os.O_APPEND)
    for end, number in ((line.fileno(), 0), (line.fileno(), 1), (errors, 2)):
        os.dup2(end, number)
    line.detach()
    # Also the pipe at whose end the fork server ends, and with it all its children: it is ours to hold open alone.
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    sys.stdin = os.fdopen(0)
    sys.argv = [main.__module__, *arguments]
    main(arguments)
