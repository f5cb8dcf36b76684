"""The process that runs tools for `sandbox.py`, each run in a child and a scratch folder of its own.

    python -m services.reviewer.linters.sandbox_process MODULE…    its input: a socket over which requests' sockets come

A process of its own because a Python with gRPC's threads must not fork, and this one may: it has one thread, no
environment, no socket to open, and the MODULEs ready, so that a child begins in milliseconds with pylint in place. Each
request has a runner, forked from here, which makes the folder, starts the tool, holds it to its limits, ends it with
all that it left, and removes the folder, also when whoever asked is gone. Nothing that a file does to one child is seen
by another.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import resource
import select
import shutil
import signal
import socket
import struct
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from services.reviewer.linters.no_network import forbid_network

LENGTH = struct.Struct(">I")
EXITED, TOO_LONG, TOO_MUCH_MEMORY, TOO_MUCH_OUTPUT = "EXITED", "TOO_LONG", "TOO_MUCH_MEMORY", "TOO_MUCH_OUTPUT"
ERRORS_KEPT = 4_096
OPEN_FILES = 256
PR_SET_PDEATHSIG = 1  # linux/prctl.h

_libc = ctypes.CDLL(None)


def serve(control: socket.socket, modules: list[str]) -> None:
    """Give each socket that arrives to a runner, until `control` ends. Makes the modules ready while nobody asks."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # Runners need nobody to wait for them.
    steps = _make_ready(modules)
    while True:
        while not select.select([control], [], [], 0)[0] and next(steps, None):
            pass
        _, connections, _, _ = socket.recv_fds(control, 1, 1)
        if not connections:
            return
        if os.fork() == 0:
            control.close()
            _run_request(connections[0])
        os.close(connections[0])


def _make_ready(modules: list[str]) -> Iterator[str]:
    """Import the modules, and take each step that they have for it."""
    for name in modules:
        # Whatever goes wrong here goes wrong again, and is told, when the module is called.
        with contextlib.suppress(Exception):
            yield name
            for _ in getattr(importlib.import_module(name), "make_ready", tuple)():
                yield name
    # What is here by now is never freed, so that looking at it doesn't copy it into every child.
    gc.collect()
    gc.freeze()


def _run_request(connection: int) -> NoReturn:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        if (request := _read_request(connection)) is not None:
            answer = json.dumps(_Runner(request, connection).run()).encode()
            _write_all(connection, LENGTH.pack(len(answer)) + answer)
    finally:
        os._exit(0)


class _Runner:
    """One run: `files` go into a folder, then the program `argv` runs in it, or `module`'s `main`."""

    def __init__(self, request: dict[str, Any], connection: int) -> None:
        self._request = request
        self._connection = connection
        self._output, self._errors = bytearray(), bytearray()

    def run(self) -> dict[str, Any]:
        folder = tempfile.mkdtemp(prefix="atelier-reviewer-")
        try:
            for name, text in self._request["files"].items():
                Path(folder, name).write_text(text, encoding="utf-8", newline="")
            return self._run_in(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _run_in(self, folder: str) -> dict[str, Any]:
        runner = os.getpid()
        (output, output_end), (errors, errors_end) = os.pipe(), os.pipe()
        child = os.fork()
        if child == 0:
            _become_tool(self._request, folder, runner, output_end, errors_end, self._connection)
        os.close(output_end)
        os.close(errors_end)
        try:
            stopped = self._read({output: self._output, errors: self._errors})
        finally:
            _kill_group(child)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return {
            "end": stopped or self._end(code),
            "code": code,
            "output": self._output.decode(errors="replace"),
            "errors": self._errors.decode(errors="replace"),
        }

    def _read(self, pipes: dict[int, bytearray]) -> str | None:
        """Read until both pipes end; else the limit that was reached."""
        deadline = time.monotonic() + self._request["wall_seconds"]
        while pipes:
            ready, _, _ = select.select([*pipes, self._connection], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                return TOO_LONG
            if self._connection in ready:
                raise ConnectionAbortedError("whoever asked is gone")
            for pipe in ready:
                if not (data := os.read(pipe, 65_536)):
                    del pipes[pipe]
                elif pipes[pipe] is self._output:
                    self._output += data
                else:
                    self._errors = (self._errors + data)[-ERRORS_KEPT:]
                    pipes[pipe] = self._errors
            if len(self._output) > self._request["output_bytes"]:
                return TOO_MUCH_OUTPUT
        return None

    def _end(self, code: int) -> str:
        if code == 0:
            return EXITED
        if code == -signal.SIGXCPU:
            return TOO_LONG
        if code == -signal.SIGXFSZ:
            return TOO_MUCH_OUTPUT
        # Python, Rust, Haskell and V8 each have a sentence of their own for it; the system's last resort has none.
        if b"memory" in self._errors.lower() or b"MemoryError" in self._errors or code == -signal.SIGKILL:
            return TOO_MUCH_MEMORY
        return EXITED


def _become_tool(
    request: dict[str, Any], folder: str, runner: int, output: int, errors: int, connection: int
) -> NoReturn:
    try:
        os.setsid()
        if sys.platform == "linux":
            _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != runner:
            os._exit(1)  # The runner died before we could ask to be told.
        os.chdir(folder)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for end, number in ((nothing, 0), (output, 1), (errors, 2)):
            os.dup2(end, number)
        os.close(connection)
        os.closerange(3, OPEN_FILES)
        _limit(request)
        # Python ignores these, and what it ignores a program would, too.
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        if argv := request["argv"]:
            os.execve(argv[0], argv, {"HOME": folder, "TMPDIR": folder, "LC_ALL": "C.UTF-8"})  # noqa: S606
        module: ModuleType = importlib.import_module(request["module"])
        module.main(list(request["files"]))
        sys.stdout.flush()
        os._exit(0)
    except BaseException:  # noqa: BLE001 - whatever it is, this child must not go on as its parent
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)


def _limit(request: dict[str, Any]) -> None:
    limits = {
        # A second between SIGXCPU, by which we know it, and SIGKILL, which nothing can ignore.
        resource.RLIMIT_CPU: (request["cpu_seconds"], request["cpu_seconds"] + 1),
        # Not the address space, of which V8 and Haskell reserve a terabyte that they never touch.
        resource.RLIMIT_DATA: (request["memory_bytes"],) * 2,
        resource.RLIMIT_FSIZE: (request["output_bytes"],) * 2,
        resource.RLIMIT_NOFILE: (OPEN_FILES,) * 2,
        resource.RLIMIT_CORE: (0, 0),
    }
    for kind, values in limits.items():
        _, highest = resource.getrlimit(kind)
        soft, hard = (value if highest == resource.RLIM_INFINITY else min(value, highest) for value in values)
        resource.setrlimit(kind, (soft, hard))
    with contextlib.suppress(OSError):  # Where the machine runs out of memory, the tool goes first. Linux only.
        Path("/proc/self/oom_score_adj").write_text("1000")


def _kill_group(leader: int) -> None:
    # Nobody is left, then. (macOS answers EPERM for a group of zombies.)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _read_request(connection: int) -> dict[str, Any] | None:
    if (head := _read_exactly(connection, LENGTH.size)) is None:
        return None
    (length,) = LENGTH.unpack(head)
    body = _read_exactly(connection, length)
    return None if body is None else json.loads(body)


def _read_exactly(connection: int, length: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < length:
        if not (data := os.read(connection, length - len(parts))):
            return None
        parts += data
    return bytes(parts)


def _write_all(connection: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(connection, view) :]


if __name__ == "__main__":
    # Ctrl-C reaches every process of a terminal; this one ends when its parent does, with the end of its input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):  # A kernel without such filters; see the promise in `sandbox.py`.
        forbid_network()
    serve(socket.socket(fileno=os.dup(0)), sys.argv[1:])
