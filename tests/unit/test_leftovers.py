"""What becomes of a test whose time is up while it waits."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.leftovers import end_leftover


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop that somebody else's timeout has stopped."""
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


async def waits() -> None:
    """Stands for a test that comes to no end."""
    await asyncio.Event().wait()


async def ends() -> None:
    """Stands for one that does."""


def test_a_test_that_is_still_under_way_is_ended_and_tells_where_it_was(loop: asyncio.AbstractEventLoop) -> None:
    task, other = loop.create_task(waits()), loop.create_task(asyncio.Event().wait())
    loop.run_until_complete(ends())

    told = end_leftover(loop, waits)

    assert (task.cancelled(), other.done()) == (True, False)
    assert "await asyncio.Event().wait()" in told
    other.cancel()
    loop.run_until_complete(asyncio.wait([other]))


def test_nothing_is_told_of_a_test_that_has_ended(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_until_complete(ends())

    assert end_leftover(loop, ends) == ""
