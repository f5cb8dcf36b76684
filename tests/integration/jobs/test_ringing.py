"""The bell: who wakes, what is left in the stream, and what is not ours in Redis."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import redis.asyncio

from jobs import bell, consumer, store
from jobs.bell import GROUP, Ring
from jobs.job import NewJob
from jobs.kinds import Kind
from jobs.transactions import Transaction
from tests.conftest import Servers
from tests.integration.jobs.engine import WORK, Blocking, Engine, Engines, done, until, within


@pytest.fixture
async def client(servers: Servers) -> AsyncIterator[Any]:
    """The run's Redis, as anybody may reach it."""
    async with redis.asyncio.Redis.from_url(servers.stack.redis_url) as client:
        yield client


async def listening(client: Any, own: Engine, workers: int = 1) -> None:
    """Return once so many workers have done a job, and wait for a ring."""
    async with asyncio.timeout(10):
        while len(await _consumers(client, own.runtime.bell.stream("work"))) < workers:
            await own.until(await own.start_job())


async def heard_all(client: Any, own: Engine) -> bool:
    """Whether rings were sent, and none is left."""
    sent = own.runtime.tally._counts["jobs.rings_sent"]["work",]
    return sent > 0 and await client.xlen(own.runtime.bell.stream("work")) == 0


async def _consumers(client: Any, stream: str) -> list[Any]:
    try:
        return list(await client.xinfo_consumers(stream, GROUP))
    except redis.ResponseError:
        return []


def jobs(count: int) -> list[NewJob]:
    return [NewJob(kind="work", owner="ann") for _ in range(count)]


def heard(own: Engine) -> int:
    """How many rings the engine's worker heard."""
    return own.runtime.tally._counts["jobs.rings_heard"]["work",]


async def test_one_ring_wakes_one_of_several_idle_workers(engine: Engines, client: Any) -> None:
    workers = [await engine([WORK], {"work": done}) for _ in range(3)]
    caller = await engine()
    await listening(client, caller, workers=3)
    before = [heard(one) for one in workers]

    await caller.until(await caller.start_job())

    assert sum(map(heard, workers)) == sum(before) + 1


async def test_a_flood_wakes_one_worker_after_the_other(engine: Engines) -> None:
    blocking = Blocking()
    workers = [await engine([Kind(name="work", concurrency=2)], {"work": blocking}) for _ in range(3)]
    caller = await engine()

    await caller.enqueue(*jobs(6))
    for _ in range(6):
        await blocking.next()
    working = await caller.count("SELECT count(DISTINCT worker_id) FROM jobs WHERE state = 'RUNNING'")
    blocking.let_go()

    assert working == len(workers)


async def test_a_worker_with_room_for_more_wakes_nobody(engine: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[Ring] = []
    monkeypatch.setattr(consumer, "CLAIMED_AT_ONCE", 2)
    caller = await engine([Kind(name="work", concurrency=100)])
    await caller.enqueue(*jobs(6))
    own = await engine([Kind(name="work", concurrency=100)], {"work": done})
    monkeypatch.setattr(own.runtime.bell, "ring", lambda kind, ring: rung.append(ring))

    await caller.until_all_ended()

    assert rung == []


async def test_nothing_is_left_in_the_stream_when_the_work_is_done(engine: Engines, client: Any) -> None:
    own = await engine([WORK], {"work": done})
    caller = await engine()
    stream = own.runtime.bell.stream("work")

    for _ in range(20):
        await caller.enqueue(*jobs(5))
    await caller.until_all_ended()
    await until(lambda: heard_all(client, caller))
    pending = (await client.xpending(stream, GROUP))["pending"]
    await own.worker.stop()
    await own.runtime.bell.stop()

    assert pending == 0
    # The one ring is what a leaving worker passes on.
    assert await client.xlen(stream) == 1
    assert await client.xinfo_consumers(stream, GROUP) == []


async def test_rings_that_a_dead_worker_took_are_taken_from_it(
    engine: Engines, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bell, "ABANDONED_MILLISECONDS", 0)
    monkeypatch.setattr(bell, "DEAD_CONSUMER_MILLISECONDS", -1)
    caller = await engine()
    stream = caller.runtime.bell.stream("work")
    await client.xgroup_create(stream, GROUP, mkstream=True)
    job_id = await caller.start_job()
    await client.xreadgroup(GROUP, "dead", {stream: ">"}, block=5_000)

    await engine([WORK], {"work": done})
    await caller.until(job_id)

    consumers = {one["name"]: one["pending"] for one in await client.xinfo_consumers(stream, GROUP)}
    assert b"dead" not in consumers
    assert sum(consumers.values()) == 0
    assert await client.xlen(stream) == 0


async def test_rings_are_taken_over_no_more_often_than_they_can_have_been_abandoned(
    engine: Engines, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = await engine()
    stream = caller.runtime.bell.stream("work")
    await client.xgroup_create(stream, GROUP, mkstream=True)
    await caller.runtime.bell._send("work", Ring(1))
    await client.xreadgroup(GROUP, "dead", {stream: ">"})
    lately, newly = (caller.runtime.bell.listener("work", uuid4()) for _ in range(2))
    assert lately is not None
    assert newly is not None

    await lately.take_over()
    monkeypatch.setattr(bell, "ABANDONED_MILLISECONDS", 0)
    await lately.take_over()
    after_lately = await client.xlen(stream)
    await newly.take_over()

    assert (after_lately, await client.xlen(stream)) == (1, 0)


async def test_a_stream_that_nobody_hears_is_trimmed(
    engine: Engines, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bell, "STREAM_LIMIT", 100)
    own = await engine()

    for _ in range(400):
        await own.runtime.bell._send("work", Ring(1))

    # Redis trims whole nodes of a stream, of a hundred entries each unless told otherwise.
    assert 100 <= await client.xlen(own.runtime.bell.stream("work")) < 300


async def test_rings_of_before_the_first_worker_are_no_loss(engine: Engines) -> None:
    caller = await engine()
    ids = [await caller.start_job() for _ in range(3)]

    await engine([WORK], {"work": done})

    for job_id in ids:
        assert (await caller.until(job_id))["state"] == "SUCCEEDED"


async def test_somebody_elses_data_in_place_of_the_stream_makes_workers_poll(engine: Engines, client: Any) -> None:
    caller = await engine()
    await client.set(caller.runtime.bell.stream("work"), "not a stream")
    await client.set(f"{{{caller.runtime.bell._prefix}}}:events", "neither")
    own = await engine([WORK], {"work": done})

    row = await own.until(await own.start_job())

    assert row["state"] == "SUCCEEDED"
    assert await client.get(caller.runtime.bell.stream("work")) == b"not a stream"


async def test_flushing_redis_loses_nothing(engine: Engines, client: Any) -> None:
    blocking = Blocking()
    own = await engine([WORK], {"work": blocking})
    await own.start_job()
    await blocking.next()
    after = await own.start_job()

    await client.delete(own.runtime.bell.stream("work"))
    blocking.let_go()

    assert (await own.until(after))["state"] == "SUCCEEDED"


async def test_a_pause_stops_all_workers_and_resuming_wakes_them(engine: Engines, client: Any) -> None:
    for _ in range(2):
        await engine([WORK], {"work": done})
    caller = await engine()
    await listening(client, caller, workers=2)

    async def pause(transaction: Transaction) -> None:
        await transaction.connection.execute(store.SQL["pause_queue"], "work")

    async def resume(transaction: Transaction) -> None:
        await transaction.connection.execute(store.SQL["resume_queue"], "work")
        transaction.ring("work")

    await caller.transact(pause)
    (held, *_) = await caller.enqueue(*jobs(12))
    # Rings are taken out of the stream once they were claimed for.
    await until(lambda: heard_all(client, caller))
    waiting = await caller.count("SELECT count(*) FROM jobs WHERE state = 'QUEUED'")

    await caller.transact(resume)
    await within(caller.until_all_ended(), 5)

    assert waiting == 12
    assert (await caller.row(held.id))["state"] == "SUCCEEDED"


async def test_a_stopped_worker_passes_its_ring_on(engine: Engines, client: Any) -> None:
    leaving = await engine([WORK], {"work": done})
    caller = await engine()
    await listening(client, caller)

    await leaving.worker.stop()
    await leaving.runtime.bell.stop()

    assert await client.xlen(caller.runtime.bell.stream("work")) == 1
