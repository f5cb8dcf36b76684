"""Where tools look at hostile text: a process beside ours that holds each run to its limits, and is started once.

What holds for every run, whatever the text does to the tool:

- A folder of its own, readable by this user alone, gone afterwards; files in it have our names, not the reviewed ones.
- No environment, no input, and no configuration but what the tool's module gives.
- CPU and wall time, output and the size of files end where `Limits` says; on Linux, memory too.
- On Linux (x86_64, aarch64) no socket can be opened, neither to the network nor on this machine. Elsewhere, or on a
  kernel without seccomp, only the tools' arguments keep them off the network, and nothing enforces it.
- Whatever it started ends with it, and it ends when its caller does.

What isn't promised: a tool can read what this user can read. No tool here runs, imports or follows what it looks at.
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from services.reviewer.linters import sandbox_process
from services.reviewer.linters.sandbox_process import LENGTH

_ROOT = Path(__file__).parents[3]
_SECONDS_TO_END = 5.0
_SECONDS_TO_ANSWER = 10.0  # beyond a run's own wall time


class CutOff(RuntimeError):
    """A run reached a limit. The text says which, in a sentence."""


class SandboxLost(RuntimeError):
    """The sandbox ended, or can't start; another attempt gets another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one run may use. CPU time counts, so that a busy machine cuts off nobody; wall time ends what only waits."""

    cpu_seconds: int = 10
    wall_seconds: float = 60.0
    memory_bytes: int = 1 << 30
    output_bytes: int = 8 << 20


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that came to its end: the exit code, negative for a signal, and what it wrote."""

    code: int
    output: str
    errors: str


def describe_end(code: int) -> str:
    """An exit code for people: `exit code 2`, or `signal SIGSEGV`."""
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return f"signal {signal.Signals(-code).name}"
    return f"signal {-code}"


class Sandbox:
    """Runs up to `places` tools at once; more callers wait for their turn. `modules` are made ready beforehand."""

    def __init__(self, *, places: int, limits: Limits, modules: Sequence[str] = ()) -> None:
        self._places = asyncio.Semaphore(places)
        self._limits = limits
        self._modules = modules
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._closed = False

    async def run(self, argv: Sequence[str], files: Mapping[str, str]) -> Ended:
        """Run a program, its first word an absolute path, in a folder with these files.

        Raises `CutOff` and `SandboxLost`.
        """
        return await self._request({"argv": list(argv), "module": "", "files": dict(files)})

    async def call(self, module: str, files: Mapping[str, str]) -> Ended:
        """Call a module's `main` with the files' names, in a folder with them. Raises `CutOff` and `SandboxLost`."""
        return await self._request({"argv": [], "module": module, "files": dict(files)})

    async def close(self) -> None:
        """End the process, which ends what runs. Closing twice is legal."""
        self._closed = True
        await asyncio.to_thread(self._end, _SECONDS_TO_END)

    async def _request(self, request: dict[str, Any]) -> Ended:
        async with self._places:
            reader, writer = await asyncio.open_unix_connection(sock=self._connect())
            try:
                answer = await self._ask(reader, writer, request | asdict(self._limits))
            except (OSError, asyncio.IncompleteReadError) as error:
                raise SandboxLost("The sandbox ended before it answered.") from error
            finally:
                # Where nobody waits for the answer any more, this ends the tool.
                writer.close()
        if answer["end"] != sandbox_process.EXITED:
            raise CutOff(self._limit_reached(answer["end"]))
        return Ended(answer["code"], answer["output"], answer["errors"])

    async def _ask(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: dict[str, Any]
    ) -> dict[str, Any]:
        body = json.dumps(request).encode()
        async with asyncio.timeout(self._limits.wall_seconds + _SECONDS_TO_ANSWER):
            writer.write(LENGTH.pack(len(body)) + body)
            (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
            answer: dict[str, Any] = json.loads(await reader.readexactly(length))
            return answer

    def _connect(self) -> socket.socket:
        """Our end of a pair whose other end a new runner has."""
        if self._closed:
            raise SandboxLost("The sandbox is closed.")
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._started(), [b"\0"], [theirs.fileno()])
            except OSError as error:
                ours.close()
                self._end(0)
                raise SandboxLost("The sandbox has ended; the next run gets another one.") from error
        ours.setblocking(False)
        return ours

    def _started(self) -> socket.socket:
        if self._control is not None and self._process is not None and self._process.poll() is None:
            return self._control
        self._end(0)
        control, end = socket.socketpair()
        with end:
            # By vfork: see cli/stack/process.py. Its input is all that it has of us.
            self._process = subprocess.Popen(  # noqa: S603 - our own words
                [sys.executable, "-s", "-P", "-m", sandbox_process.__name__, *self._modules],
                env={"PYTHONPATH": str(_ROOT), "TMPDIR": gettempdir(), "LC_ALL": "C.UTF-8", "HOME": os.devnull},
                cwd="/",
                stdin=end.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._control = control
        return control

    def _end(self, patience_seconds: float) -> None:
        control, self._control = self._control, None
        process, self._process = self._process, None
        if control is not None:
            control.close()  # By which it knows that it isn't needed any more.
        if process is not None:
            try:
                process.wait(patience_seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _limit_reached(self, end: str) -> str:
        limit = {
            sandbox_process.TOO_LONG: f"{self._limits.cpu_seconds} s",
            sandbox_process.TOO_MUCH_MEMORY: f"{self._limits.memory_bytes >> 20:,} MiB of memory",
            sandbox_process.TOO_MUCH_OUTPUT: f"{self._limits.output_bytes >> 20:,} MiB of output",
        }[end]
        return f"It was cut off at its limit of {limit}."
