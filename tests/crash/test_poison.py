"""A job that kills its worker each time ends FAILED on the shelf, and takes no innocent one with it."""

import pytest

from tests.crash.crew import until
from tests.crash.ground import SETTLE_SECONDS, STEADY_LEASE_SECONDS, Ground
from tests.crash.work import new_job

MOST_LOSSES = 3


@pytest.fixture
def lease_seconds() -> float:
    # An innocent job that loses its worker alone would look like the cause.
    return STEADY_LEASE_SECONDS


async def test_poison_ends_failed_after_three_workers_and_the_innocent_beside_it_succeed(ground: Ground) -> None:
    # In the same batch as the poison, and still at work whenever it strikes.
    innocent = [new_job("slow", steps=10, seconds=0.1) for _ in range(5)]
    (poison, *_) = await ground.insert([new_job("poison", seconds=0.3), *innocent, new_job("effect")])

    await keep_working(ground)

    row = await ground.job(poison)
    assert (row["state"], row["attempt"]) == ("FAILED", MOST_LOSSES)
    assert len(ground.crew.members) <= MOST_LOSSES + 1
    assert await ground.problems() == []


async def test_several_poisons_are_found_out_each_by_itself(ground: Ground) -> None:
    innocent = [new_job("slow", steps=5, seconds=0.1) for _ in range(3)]
    await ground.insert([*[new_job("poison", seconds=0.1)] * 2, *innocent])

    await keep_working(ground)

    poisons = await ground.fetch("SELECT state, attempt FROM jobs WHERE kind = 'poison'")
    assert [row["state"] for row in poisons] == ["FAILED"] * 2
    assert await ground.problems() == []


async def keep_working(ground: Ground) -> None:
    """Start a worker, and another whenever it dies, until every job has ended."""
    worker = ground.crew.work()

    async def all_ended() -> bool:
        nonlocal worker
        if not worker.running:
            worker = ground.crew.work()
        return not await ground.fetch("SELECT FROM jobs WHERE ended_at IS NULL")

    await until(all_ended, "every job has ended", seconds=SETTLE_SECONDS)
