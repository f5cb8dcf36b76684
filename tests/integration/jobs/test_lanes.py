"""Which job of a queue starts next: by lane, by due time, and nobody starves."""

import asyncio
from datetime import UTC, datetime, timedelta

from jobs.job import Lane, NewJob
from jobs.kinds import Kind
from jobs.outcomes import Done, Outcome
from jobs.running import Job
from tests.integration.jobs.engine import Engines, within

ONE_BY_ONE = Kind(name="work", concurrency=1)
KEYED = Kind(name="work", concurrency=1, max_running_per_key=1)


class Order(list[str]):
    """A handler that notes in which order jobs start, and when so many have."""

    def __init__(self, enough: int) -> None:
        super().__init__()
        self._enough = enough
        self.are_enough = asyncio.Event()

    async def __call__(self, job: Job) -> Outcome:
        self.append(job.payload.decode())
        if len(self) == self._enough:
            self.are_enough.set()
        return Done()


def jobs(count: int, lane: Lane, key: str | None = None) -> list[NewJob]:
    payload = lane.name.encode()
    return [NewJob(kind="work", owner="ann", payload=payload, lane=lane, concurrency_key=key) for _ in range(count)]


async def first_started(engines: Engines, count: int, kind: Kind, *enqueued: NewJob) -> list[str]:
    """The first jobs that start of those that are all there before the worker is, in order."""
    order = Order(count)
    client = await engines([kind])
    await client.enqueue(*enqueued)
    await engines([kind], {"work": order})
    await within(order.are_enough.wait())
    return order[:count]


async def test_the_high_lane_goes_first(engine: Engines) -> None:
    order = await first_started(
        engine, 4, ONE_BY_ONE, *jobs(1, Lane.LOW), *jobs(1, Lane.NORMAL), *jobs(1, Lane.HIGH), *jobs(1, Lane.NORMAL)
    )

    assert order == ["HIGH", "NORMAL", "NORMAL", "LOW"]


async def test_no_lane_starves_under_a_flood_of_higher_ones(engine: Engines) -> None:
    flood = [*jobs(60, Lane.HIGH), *jobs(60, Lane.NORMAL), *jobs(60, Lane.LOW)]

    first = await first_started(engine, 50, ONE_BY_ONE, *flood)

    assert (first.count("HIGH"), first.count("NORMAL"), first.count("LOW")) == (40, 5, 5)


async def test_no_lane_of_one_key_starves(engine: Engines) -> None:
    flood = [*jobs(60, Lane.HIGH, "account"), *jobs(60, Lane.NORMAL, "account"), *jobs(60, Lane.LOW, "account")]

    first = await first_started(engine, 50, KEYED, *flood)

    # Not exactly a tenth each: a claim that finds the key still busy takes its turn too.
    assert first.count("HIGH") > 30
    assert first.count("NORMAL") >= 2
    assert first.count("LOW") >= 2


async def test_keys_of_lower_lanes_do_not_starve_behind_many_keys_of_higher_ones(engine: Engines) -> None:
    flood = [one for number in range(300) for one in jobs(1, Lane.HIGH, f"account {number}")]

    lower = [*jobs(1, Lane.NORMAL, "patient"), *jobs(1, Lane.LOW, "humble")]

    first = await first_started(engine, 20, KEYED, *flood, *lower)

    assert "NORMAL" in first
    assert "LOW" in first


async def test_in_a_lane_the_earlier_due_time_goes_first(engine: Engines) -> None:
    now = datetime.now(UTC)
    minutes = [3, 9, 1, 7, 5]
    enqueued = [
        NewJob(kind="work", owner="ann", payload=str(ago).encode(), run_at=now - timedelta(minutes=ago))
        for ago in minutes
    ]

    order = await first_started(engine, 5, ONE_BY_ONE, *enqueued)

    assert order == ["9", "7", "5", "3", "1"]


async def test_jobs_of_one_batch_start_in_its_order(engine: Engines) -> None:
    enqueued = [NewJob(kind="work", owner="ann", payload=str(number).encode()) for number in range(30)]

    order = await first_started(engine, 30, ONE_BY_ONE, *enqueued)

    assert order == [str(number) for number in range(30)]
