"""Redis may be away, come back, fall silent or be a cluster: what was accepted is carried out all the same (I2)."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jobs import consumer
from jobs.job import NewJob
from jobs.kinds import Kind
from tests.integration.jobs.engine import WORK, Engine, Engines, done, until, within
from tests.integration.jobs.redis_servers import free_cluster_ports, run_cluster, run_redis


def jobs(count: int) -> list[NewJob]:
    return [NewJob(kind="work", owner="ann") for _ in range(count)]


async def heard_another(worker: Engine, caller: Engine) -> bool:
    """Whether the worker has heard a ring, once the caller sent one more."""
    await caller.until(await caller.start_job())
    return worker.runtime.tally._counts["jobs.rings_heard"]["work",] > 0


async def nothing_is_left(caller: Engine) -> bool:
    """Whether all rings were heard and acknowledged."""
    return await caller.runtime.bell.describe("work") == (0, {})


@pytest.mark.parametrize("url", [None, "redis://127.0.0.1:{port}"], ids=["none told of", "none there"])
async def test_without_redis_everything_is_found_by_looking(
    engine: Engines, unused_tcp_port: int, url: str | None
) -> None:
    there = url and url.format(port=unused_tcp_port)
    own = await engine([WORK], {"work": done}, redis_url=there)

    await own.enqueue(*jobs(20))
    await own.until_all_ended()

    assert await own.count("SELECT count(*) FROM jobs WHERE state = 'SUCCEEDED' AND attempt = 1") == 20


async def test_without_redis_an_idle_worker_looks_less_and_less_often_but_once_a_second(
    engine: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    poll = consumer.Consumer._poll

    async def noting(self: consumer.Consumer, *, found: bool) -> None:
        await poll(self, found=found)
        pauses.append(self._poll_seconds)

    async def looks_as_seldom_as_ever() -> bool:
        return pauses[-2:] == [1.0, 1.0]

    monkeypatch.setattr(consumer.Consumer, "_poll", noting)
    own = await engine([WORK], {"work": done}, redis_url=None)
    await own.until(await own.start_job())
    await until(looks_as_seldom_as_ever)

    row = await own.until(await own.start_job())

    assert pauses[: pauses.index(1.0) + 1][-5:] == [0.1, 0.2, 0.4, 0.8, 1.0]
    assert (max(pauses), row["state"]) == (1.0, "SUCCEEDED")


async def test_rings_resume_by_themselves_when_redis_comes_back(
    engine: Engines, unused_tcp_port: int, tmp_path: Path
) -> None:
    url = f"redis://127.0.0.1:{unused_tcp_port}"
    worker = await engine([WORK], {"work": done}, redis_url=url)
    caller = await engine(redis_url=url)
    await worker.until(await caller.start_job())

    async with run_redis(tmp_path, unused_tcp_port):
        await until(lambda: heard_another(worker, caller))
        row = await caller.until(await caller.start_job())

    assert row["state"] == "SUCCEEDED"


async def test_a_redis_that_falls_silent_holds_up_neither_callers_nor_workers(
    engine: Engines, unused_tcp_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "LISTEN_SECONDS", 0.5)
    async with run_redis(tmp_path, unused_tcp_port) as server:
        own = await engine([WORK], {"work": done}, redis_url=server.url)
        await own.until(await own.start_job())
        server.freeze()

        began = time.monotonic()
        ids = [await own.start_job() for _ in range(20)]
        accepted = time.monotonic() - began
        for job_id in ids:
            await own.until(job_id)
        first = time.monotonic() - began
        after = await own.start_job()
        await own.until(after)
        second = time.monotonic() - began - first
        began = time.monotonic()
        await own.worker.stop()
        await own.runtime.bell.stop()
        await own.runtime.events.stop()
        stopped = time.monotonic() - began

    assert accepted < 1
    # Without patience of our own it is the client's: more than ten seconds for each word to Redis.
    assert first < 8
    assert second < 8
    assert stopped < 8


async def test_a_worker_that_starts_beside_a_silent_redis_works(
    engine: Engines, unused_tcp_port: int, tmp_path: Path
) -> None:
    async with run_redis(tmp_path, unused_tcp_port) as server:
        server.freeze()
        own = await engine([WORK], {"work": done}, redis_url=server.url)

        row = await within(own.until(await own.start_job()), 6)

    assert row["state"] == "SUCCEEDED"


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[str]:
    """The address of a cluster of three nodes, which outlives the engines of the test."""
    async with run_cluster(tmp_path, free_cluster_ports(3)) as nodes:
        yield nodes[0].url.replace("redis://", "redis+cluster://")


async def test_rings_and_events_go_through_a_cluster(cluster: str, engine: Engines) -> None:
    kinds = [Kind(name=name) for name in ("work", "other", "third")]
    worker = await engine(kinds, {kind.name: done for kind in kinds}, redis_url=cluster, lease_seconds=60)
    caller = await engine(kinds, redis_url=cluster)
    await until(lambda: heard_another(worker, caller))

    rows = [await within(caller.until(await caller.start_job(kind=kind.name)), 5) for kind in kinds]
    job_id = await caller.start_job()
    with worker.runtime.events.watch([job_id]) as watch:
        await caller.until(job_id)
        async with asyncio.timeout(3):
            await watch.wait()
    await until(lambda: nothing_is_left(caller))

    assert [row["state"] for row in rows] == ["SUCCEEDED"] * 3
    assert caller.runtime.tally._counts["jobs.rings_missed"] == {}


async def test_a_cluster_that_is_away_makes_workers_poll(engine: Engines, unused_tcp_port: int) -> None:
    own = await engine([WORK], {"work": done}, redis_url=f"redis+cluster://127.0.0.1:{unused_tcp_port}")

    await own.enqueue(*jobs(5))
    await within(own.until_all_ended(), 10)
