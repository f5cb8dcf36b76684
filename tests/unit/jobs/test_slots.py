"""Places for jobs: a claim waits for a share of them, but not for ever."""

import asyncio

import pytest

from jobs.slots import Slots


@pytest.mark.parametrize("capacity", [1, 5, 200])
async def test_all_places_are_free_at_first(capacity: int) -> None:
    assert await Slots(capacity).wait() == capacity


async def test_without_a_free_place_one_waits_for_one() -> None:
    slots = Slots(2)
    slots.take(2)
    waiting = asyncio.create_task(slots.wait())
    await asyncio.sleep(0)
    assert not waiting.done()

    slots.give_back()

    assert await waiting == 1


async def test_places_that_come_free_together_are_taken_together() -> None:
    slots = Slots(8)
    slots.take(8)
    waiting = asyncio.create_task(slots.wait())
    await asyncio.sleep(0)

    for _ in range(5):
        slots.give_back()

    assert await waiting == 5


async def test_the_last_place_beside_long_jobs_is_offered_after_a_moment() -> None:
    slots = Slots(200)
    slots.take(199)

    async with asyncio.timeout(1):
        assert await slots.wait() == 1
