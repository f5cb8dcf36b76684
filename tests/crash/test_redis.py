"""Redis may forget everything, go away and come back: it costs time and nothing else, and nobody's hand (I2)."""

from pathlib import Path

import pytest

from tests.crash.conftest import NewGround
from tests.crash.crew import until
from tests.crash.ground import STEADY_LEASE_SECONDS, Ground
from tests.crash.servers import OwnRedis
from tests.crash.work import KINDS, new_job

KIND_NAMES = [kind.name for kind in KINDS if kind.name != "poison"]


async def mixed_jobs(ground: Ground, *, count: int = 20) -> None:
    """Jobs of all harmless kinds, some of which run for a while and some of which are due later."""
    jobs = [
        new_job(kind, key="account" if kind == "keyed" else None, steps=3, seconds=0.05)
        for kind in KIND_NAMES
        for _ in range(1 if kind == "keyed" else count // len(KIND_NAMES) + 1)
    ]
    await ground.insert(jobs)
    await ground.insert([new_job("effect"), new_job("slow", steps=2, seconds=0.05)], in_seconds=0.5)


async def test_without_redis_every_job_is_done(new_ground: NewGround) -> None:
    async with new_ground(redis_url=None) as ground:
        ground.crew.work()
        await mixed_jobs(ground)

        await ground.settled()

        assert await ground.problems() == []


async def test_with_redis_away_the_whole_time_every_job_is_done(new_ground: NewGround, tmp_path: Path) -> None:
    async with new_ground(redis_url=OwnRedis(tmp_path).url) as ground:
        acceptor, _ = ground.crew.accept(), ground.crew.work()

        answer = await acceptor.order([{"key": str(number), "kind": "parent"} for number in range(5)])
        await mixed_jobs(ground)
        await ground.settled()

        assert answer is not None
        assert await ground.problems() == []


@pytest.mark.parametrize("running", [False, True], ids=["waiting", "running"])
async def test_flushall_loses_and_repeats_nothing(new_ground: NewGround, own_redis: OwnRedis, running: bool) -> None:
    async with new_ground(redis_url=own_redis.url, lease_seconds=STEADY_LEASE_SECONDS) as ground:
        acceptor = ground.crew.accept()
        if running:
            await ground.crew.work().started()

        await acceptor.order([{"key": str(number), "kind": "effect"} for number in range(20)])
        (slow,) = await ground.insert([new_job("slow", steps=10, seconds=0.05)])
        if running:
            await ground.running(slow)
        await own_redis.flush()
        await acceptor.order([{"key": f"after {number}", "kind": "parent"} for number in range(5)])
        if not running:
            ground.crew.work()
        await ground.settled()

        attempts = await ground.fetch("SELECT DISTINCT attempt FROM jobs")
        assert [row["attempt"] for row in attempts] == [1]
        assert await ground.problems() == []


async def test_rings_are_heard_again_when_redis_is_back(new_ground: NewGround, own_redis: OwnRedis) -> None:
    async with new_ground(redis_url=own_redis.url) as ground:
        acceptor, worker = ground.crew.accept(), ground.crew.work()
        await worker.started()
        await until(lambda: has_group(ground, own_redis), "a worker listens")

        await own_redis.stop()
        await acceptor.order([{"key": "while away", "kind": "effect"}])
        await mixed_jobs(ground)
        await ground.settled()
        await own_redis.start()
        await until(lambda: has_group(ground, own_redis), "a worker listens again")
        await acceptor.order([{"key": "after", "kind": "effect"}])
        await ground.settled()

        stream = await stream_of(ground)
        async with own_redis.client() as client:
            await until(lambda: is_empty(own_redis, stream), "the ring is taken out of the stream")
            (group,) = await client.xinfo_groups(stream)
            sent = (await client.xinfo_stream(stream))["last-generated-id"]
            assert sent != b"0-0"
            assert (group["last-delivered-id"], group["pending"]) == (sent, 0)
        assert await ground.problems() == []


async def stream_of(ground: Ground) -> str:
    """The stream of the kind `effect`."""
    (row,) = await ground.fetch("SELECT current_schema() AS name")
    return f"{{{row['name']}:effect}}:bell"


async def has_group(ground: Ground, server: OwnRedis) -> bool:
    """Whether somebody has made the group to listen in."""
    stream = await stream_of(ground)
    async with server.client() as client:
        return bool(await client.exists(stream) and await client.xinfo_groups(stream))


async def is_empty(server: OwnRedis, stream: str) -> bool:
    """Whether no ring stands in the stream."""
    async with server.client() as client:
        return bool(await client.xlen(stream) == 0)
