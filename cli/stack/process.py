"""One run of one program: starts it in a session of its own, reads its output line by line, ends it."""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.stack.accounts import Account, launch_argv

LINES_KEPT = 12
LONGEST_LINE = 2**16
SECONDS_TO_READ_ON = 2.0


@dataclass(frozen=True, kw_only=True)
class ProcessSpec:
    """A program to run: `argv` begins with an absolute path, `env` is its whole environment.

    `ready` tells whether it works (None: as soon as it runs). `stage` orders the stopping: higher stages stop first,
    one stage at once. `prepare` is done before every start and restart. `account` None means as ourselves. Lines of
    output that match `noise` are not worth logging.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    ready: Callable[[], Awaitable[bool]] | None = None
    prepare: Callable[[], Awaitable[None]] | None = None
    stage: int = 1
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 15.0
    account: Account | None = None
    noise: re.Pattern[str] | None = None


class Process:
    """A run that has begun. `lines` are the last it wrote."""

    def __init__(self, spec: ProcessSpec, process: "subprocess.Popen[bytes]", output: "_Output") -> None:
        self.spec = spec
        self.pid = process.pid
        self._process = process
        self._exit_code = _exit_code(process)
        self._output = output

    @classmethod
    async def spawn(cls, spec: ProcessSpec, write: Callable[[str], None]) -> "Process":
        """Start the program; each line of its output goes to `write`. Raises OSError when no process can be made."""
        output, end = await _Output.open(write)
        try:
            # By vfork: forking beside gRPC's threads, as uvloop does, kills children before they have begun. And from
            # this thread, since the signal on our death would come with that of the thread that asked for it.
            process = subprocess.Popen(  # noqa: ASYNC220, S603 - returns in a millisecond; the words are ours
                launch_argv(spec.argv, death_signal=spec.stop_signal, account=spec.account),
                env=dict(spec.env),
                cwd=spec.cwd,
                stdin=subprocess.DEVNULL,
                stdout=end,
                stderr=end,
                # Ctrl-C in the terminal reaches us alone; we decide who stops when.
                start_new_session=True,
            )
        except BaseException:
            output.close()
            raise
        finally:
            os.close(end)
        return cls(spec, process, output)

    @property
    def lines(self) -> list[str]:
        """The last lines of output."""
        return list(self._output.last)

    async def wait(self) -> int:
        """The exit code, negative for a signal, once the process has ended, is swept up after and all is read."""
        code = await asyncio.shield(self._exit_code)
        # What it left behind in its group would keep ports and our pipe.
        self._signal_group(signal.SIGKILL)
        await self._output.finish()
        return code

    async def stop(self) -> None:
        """Ask it to stop, insist after `stop_seconds`, and return when it has ended."""
        if not self._exit_code.done():
            self._process.send_signal(self.spec.stop_signal)
            try:
                await asyncio.wait_for(asyncio.shield(self._exit_code), self.spec.stop_seconds)
            except TimeoutError:
                self.kill()
        await self.wait()

    def kill(self) -> None:
        """End it and its group now."""
        if not self._exit_code.done():
            self._signal_group(signal.SIGKILL)

    def _signal_group(self, number: signal.Signals) -> None:
        # Nobody is left, then. (macOS answers EPERM for a group of zombies.)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)


def _exit_code(process: "subprocess.Popen[bytes]") -> asyncio.Future[int]:
    """The exit code to come. A thread waits for it, which works on every loop and system."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[int] = loop.create_future()

    def tell(code: int) -> None:
        if not future.done():
            future.set_result(code)

    def wait() -> None:
        code = process.wait()
        with contextlib.suppress(RuntimeError):  # The loop has been closed: nobody asks any more.
            loop.call_soon_threadsafe(tell, code)

    threading.Thread(target=wait, name=f"wait for {process.pid}", daemon=True).start()
    return future


class _Output(asyncio.Protocol):
    """Cuts a pipe's bytes into lines. Our own pipe, since asyncio's would wait for every process that inherited it."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self.last: deque[str] = deque(maxlen=LINES_KEPT)
        self._write = write
        self._rest = b""
        self._ended = asyncio.Event()
        self._transport: asyncio.ReadTransport | None = None

    @classmethod
    async def open(cls, write: Callable[[str], None]) -> tuple["_Output", int]:
        """The reader and the descriptor of the end to write to, which the caller closes."""
        read_end, write_end = os.pipe()
        output = cls(write)
        loop = asyncio.get_running_loop()
        output._transport, _ = await loop.connect_read_pipe(lambda: output, os.fdopen(read_end, "rb", 0))
        return output, write_end

    async def finish(self) -> None:
        """Wait until all is read, but not for long: a process that left the group may hold the pipe for ever."""
        try:
            await asyncio.wait_for(self._ended.wait(), SECONDS_TO_READ_ON)
        except TimeoutError:
            self.close()

    def close(self) -> None:
        """Read no more."""
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            lines, self._rest = [*lines, self._rest], b""
        for line in lines:
            self._take(line)

    def connection_lost(self, error: Exception | None) -> None:
        if self._rest:
            self._take(self._rest)
        self._ended.set()

    def _take(self, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip()
        if text:
            self.last.append(text)
            self._write(text)
