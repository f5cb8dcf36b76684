"""A first start that doesn't come to its end."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from cli.stack.ports import Ports
from cli.stack.stack import Stack

Until = Callable[[Callable[[], Any]], Awaitable[None]]


async def test_start_that_is_cancelled_leaves_nothing(root: Path, sample: dict[str, Any], until: Until) -> None:
    stack = Stack(root, programs=sample["PROGRAMS"], ports=Ports.free())
    before = psutil.Process().children()  # of other tests' stacks, which run as long as the tests do
    starting = asyncio.create_task(stack.start())
    await until((stack.layout.root / "postgres.new").exists)

    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting

    assert not stack.layout.run.exists()
    assert not stack.layout.postgres.exists()
    assert set(psutil.Process().children()) <= set(before)


async def test_interrupt_while_starting_stops_cleanly(
    run_script: Callable[..., Any], root: Path, until: Until, gone: Callable[[list[psutil.Process]], bool]
) -> None:
    script = run_script()
    await until((root / "postgres.new").exists)
    family = script.descendants()

    script.process.send_signal(signal.SIGINT)

    assert script.finish() == 0
    assert gone(family)
    assert not (root / "run").exists()
