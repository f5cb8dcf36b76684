"""Job systems as processes of their own, each told what to do by a role's name; see peers/roles.py."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cli.stack.ports import Ports
from cli.stack.programs import REPOSITORY, Program
from cli.stack.stack import Stack

ROLE_SECONDS, END_SECONDS = 120.0, 2.0
LINE_BYTES = 2**20


class RoleFailed(Exception):
    """A process ended without an answer; the message is the last that it wrote."""


@dataclass(frozen=True)
class Contestant:
    """A job system: `module` says what it does in each role, `python` is the interpreter that has it installed."""

    name: str
    module: str
    environment: Mapping[str, str]
    python: str = sys.executable

    async def ask(self, role: str, *numbers: int) -> Any:
        """The answer of one role. Raises RoleFailed."""
        async with self._process(role, *numbers) as process:
            return await _answer(process)

    async def latencies(self, count: int, rate: int) -> list[float]:
        """Milliseconds from the time each of `count` jobs was due to its start. Raises RoleFailed.

        One process enqueues them singly, `rate` a second; another works, and has done one before the first.
        """
        async with self._process("listen", count) as listener, self._process("say", count, rate) as speaker:
            await _answer(listener)
            assert speaker.stdin is not None
            speaker.stdin.write(b"go on\n")
            await _answer(speaker)
            found: list[float] = await _answer(listener)
            return found

    @asynccontextmanager
    async def _process(self, role: str, *numbers: int) -> AsyncIterator[asyncio.subprocess.Process]:
        process = await asyncio.create_subprocess_exec(
            *(self.python, "-m", self.module, role, *map(str, numbers)),
            cwd=REPOSITORY,
            env={"PATH": os.environ["PATH"], **self.environment},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=LINE_BYTES,
        )
        try:
            yield process
        finally:
            await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    """It ends by itself; one that takes long is killed."""
    try:
        async with asyncio.timeout(END_SECONDS):
            await process.communicate()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


async def _answer(process: asyncio.subprocess.Process) -> Any:
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        async with asyncio.timeout(ROLE_SECONDS):
            line = await process.stdout.readline()
    except TimeoutError:
        raise RoleFailed(f"no answer in {ROLE_SECONDS:.0f} s") from None
    if not line:
        raise RoleFailed(((await process.stderr.read()).decode().strip().splitlines() or ["no output"])[-1])
    return json.loads(line)


@asynccontextmanager
async def servers(schemas: Sequence[str]) -> AsyncIterator[Stack]:
    """Fresh servers without our services on them, and a role and a schema for each name."""
    with TemporaryDirectory(prefix="atelier-bench-") as folder:
        async with Stack(
            Path(folder) / "state", programs=[_tenant(name) for name in schemas], ports=Ports.free()
        ) as stack:
            yield stack


def _tenant(name: str) -> Program:
    """A program that only claims its role and schema."""
    wait = "import signal; signal.pause()"
    return Program(name=name, arguments=("-c", wait), migrate=("-c", ""), settings=lambda _: {})
