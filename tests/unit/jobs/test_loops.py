"""A loop goes on whatever becomes of a step, and ends when it is told to."""

import asyncio

import pytest
import structlog

from chassis.errors import Unavailable
from jobs.loops import Loop


@pytest.mark.parametrize("error", [Unavailable("away"), TimeoutError(), KeyError("a bug")], ids=repr)
async def test_a_step_that_fails_is_followed_by_another(log: structlog.stdlib.BoundLogger, error: Exception) -> None:
    steps, thrice = list[int](), asyncio.Event()

    async def step() -> None:
        steps.append(len(steps))
        if len(steps) == 3:
            thrice.set()
            await asyncio.Event().wait()
        raise error

    loop = Loop("test", step, log=log, failed_seconds=0)
    await loop.start()
    async with asyncio.timeout(2):
        await thrice.wait()
    await loop.stop()

    assert len(steps) == 3


async def test_a_loop_ends_though_a_step_swallows_its_first_cancellation(log: structlog.stdlib.BoundLogger) -> None:
    # As clients do that stand on asyncio.wait_for, when the answer comes just then.
    begun, swallowed = asyncio.Event(), list[bool]()

    async def step() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if swallowed:
                raise
            swallowed.append(True)

    loop = Loop("test", step, log=log)
    await loop.start()
    await begun.wait()
    async with asyncio.timeout(2):
        await loop.stop()

    assert swallowed == [True]


async def test_stopping_twice_or_before_the_start_is_legal(log: structlog.stdlib.BoundLogger) -> None:
    async def step() -> None:
        await asyncio.Event().wait()

    loop = Loop("test", step, log=log)
    await loop.stop()
    await loop.start()
    await loop.stop()
    await loop.stop()

    assert not loop.runs
