"""Ruff and pylint as somebody runs them from a shell, with the rules by which the reviewer has them look."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

from services.reviewer.linters.pylint_process import ADDED, LEFT_OUT
from services.reviewer.linters.ruff import ARGUMENTS

# Beside what they found; greater ones say that they couldn't look.
RUFF_CODES, PYLINT_CODES = range(1), range(32)


async def ruff_seconds(path: Path) -> float:
    """Of a file, or of a folder and all in it."""
    return await _seconds(RUFF_CODES, "ruff", *ARGUMENTS, str(path))


async def pylint_seconds(path: Path, *, processes: int) -> float:
    """The same."""
    arguments = (
        "--rcfile=/dev/null",
        f"--disable={','.join(LEFT_OUT)}",
        f"--enable={','.join(ADDED)}",
        "--recursive=y",
        "--persistent=n",
        "--score=n",
        "--output-format=json",
        f"--jobs={processes}",
    )
    return await _seconds(PYLINT_CODES, "pylint", *arguments, str(path))


async def _seconds(good: range, module: str, *arguments: str) -> float:
    command = [sys.executable, "-m", module, *arguments]
    began = time.perf_counter()
    # Not asyncio's own, which forks a process with gRPC's threads in it.
    ended = await asyncio.to_thread(subprocess.run, command, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - began
    assert ended.returncode in good, f"{module} ended with {ended.returncode}"
    return seconds
