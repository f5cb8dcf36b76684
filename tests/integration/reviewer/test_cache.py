"""The cache of answers against a real Redis, and without one."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import structlog
from pydantic import SecretStr

from chassis.redis import open_redis
from jobs.job import ErrorClass
from services.reviewer.cache import AnswerCache, cache_key
from services.reviewer.models.model import Answer, CallUsage, ModelError
from tests.conftest import REPOSITORY, Servers
from tests.integration.generator.backends.loopback import free_port
from tests.integration.jobs.redis_servers import free_cluster_ports, run_cluster, run_redis

ANSWER = Answer(
    model="local:qwen",
    summary="Fine.",
    findings=[{"rule": "race", "start_line": 3}, "nonsense"],
    usages=[CallUsage("local:qwen", 10, 2)],
)
KEPT = replace(ANSWER, usages=[])
KEY = cache_key(model="local:qwen", prompt="abc", tools={"ruff": "1"})


class Rig:
    """A Redis, a prefix of this test's own, and an asker that counts."""

    def __init__(self, redis: Any, log: structlog.stdlib.BoundLogger) -> None:
        self.redis = redis
        self.prefix = f"test-{uuid4()}"
        self.asked = 0
        self._log = log

    def cache(self, **told: Any) -> AnswerCache:
        given = {"redis": self.redis, "prefix": self.prefix, "wait_seconds": 30.0, "log": self._log, **told}
        return AnswerCache(**given)

    async def ask(self) -> Answer:
        self.asked += 1
        return ANSWER

    async def kept(self) -> dict[str, bytes]:
        keys = [key async for key in self.redis.scan_iter(match=f"{self.prefix}:*")]
        return {key.decode(): await self.redis.get(key) for key in keys}


@pytest.fixture
async def rig(servers: Servers, log: structlog.stdlib.BoundLogger) -> AsyncIterator[Rig]:
    redis = open_redis(SecretStr(servers.stack.redis_url), answer_seconds=10.0)
    yield Rig(redis, log)
    await redis.aclose()


async def test_an_answer_is_bought_once(rig: Rig) -> None:
    first = await rig.cache().fetch(KEY, rig.ask, keep_seconds=60)
    second = await rig.cache().fetch(KEY, rig.ask, keep_seconds=60)

    assert first == (ANSWER, False)
    assert second == (KEPT, True)
    assert rig.asked == 1


async def test_an_answer_is_kept_as_long_as_told(rig: Rig) -> None:
    await rig.cache().fetch(KEY, rig.ask, keep_seconds=60)

    [name] = await rig.kept()
    assert 0 < await rig.redis.ttl(name) <= 60
    assert name == f"{rig.prefix}:cache:{{{KEY}}}:answer"


async def test_nothing_is_kept_for_no_time(rig: Rig) -> None:
    await rig.cache().fetch(KEY, rig.ask, keep_seconds=0)
    await rig.cache().fetch(KEY, rig.ask, keep_seconds=0)

    assert (rig.asked, await rig.kept()) == (2, {})


def test_the_key_tells_apart_whatever_an_answer_depends_on() -> None:
    keys = {
        KEY,
        cache_key(model="local:other", prompt="abc", tools={"ruff": "1"}),
        cache_key(model="local:qwen", prompt="abd", tools={"ruff": "1"}),
        cache_key(model="local:qwen", prompt="abc", tools={"ruff": "2"}),
        cache_key(model="local:qwen", prompt="abc", tools={}),
    }

    assert len(keys) == 5
    assert cache_key(model="m", prompt="p", tools={"a": "1", "b": "2"}) == cache_key(
        model="m", prompt="p", tools={"b": "2", "a": "1"}
    )


async def test_of_equal_requests_at_once_one_asks(rig: Rig) -> None:
    asking, go = asyncio.Event(), asyncio.Event()

    async def ask() -> Answer:
        rig.asked += 1
        asking.set()
        await go.wait()
        return ANSWER

    fetches = [asyncio.create_task(rig.cache().fetch(KEY, ask, keep_seconds=60)) for _ in range(8)]
    await asking.wait()
    go.set()
    answers = await asyncio.gather(*fetches)

    assert rig.asked == 1
    assert sorted(cached for _, cached in answers) == [False] + [True] * 7
    assert list(await rig.kept()) == [f"{rig.prefix}:cache:{{{KEY}}}:answer"]


async def test_requests_that_differ_do_not_wait_for_each_other(rig: Rig) -> None:
    both = asyncio.Barrier(2)

    async def ask() -> Answer:
        await both.wait()
        return ANSWER

    async with asyncio.timeout(30):
        answers = await asyncio.gather(
            *(rig.cache().fetch(key, ask, keep_seconds=60) for key in (KEY, cache_key(model="", prompt="", tools={})))
        )

    assert [cached for _, cached in answers] == [False, False]


PROCESS = """
import asyncio, sys
import structlog
from pydantic import SecretStr
from chassis.redis import open_redis
from services.reviewer.cache import AnswerCache
from services.reviewer.models.model import Answer

async def ask():
    print("asked", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    return Answer(model="m", summary="from a process")

async def main():
    url, prefix, key, seconds = sys.argv[1:]
    redis = open_redis(SecretStr(url), answer_seconds=10.0)
    log = structlog.get_logger()
    cache = AnswerCache(redis=redis, prefix=prefix, wait_seconds=60, log=log, lock_seconds=float(seconds))
    answer, cached = await cache.fetch(key, ask, keep_seconds=60)
    print(answer.summary, cached, flush=True)
    await redis.aclose()

asyncio.run(main())
"""


async def start_process(rig: Rig, url: str, *, lock_seconds: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PROCESS,
        *(url, rig.prefix, KEY, str(lock_seconds)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=REPOSITORY,
    )


async def line_of(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    return (await process.stdout.readline()).decode().strip()


async def test_of_equal_requests_in_two_processes_one_asks(rig: Rig, servers: Servers) -> None:
    process = await start_process(rig, servers.stack.redis_url, lock_seconds=30)
    assert await line_of(process) == "asked"
    ours = asyncio.create_task(rig.cache().fetch(KEY, rig.ask, keep_seconds=60))

    told, _ = await process.communicate(b"answer\n")

    assert told.decode().strip() == "from a process False"
    answer, cached = await ours
    assert (answer.summary, cached, rig.asked) == ("from a process", True, 0)


async def test_a_process_that_is_killed_while_it_asks_holds_nobody_up(rig: Rig, servers: Servers) -> None:
    process = await start_process(rig, servers.stack.redis_url, lock_seconds=2)
    assert await line_of(process) == "asked"

    process.kill()
    await process.wait()
    answer, cached = await rig.cache().fetch(KEY, rig.ask, keep_seconds=60)

    assert (answer, cached, rig.asked) == (ANSWER, False, 1)


async def test_the_lock_is_prolonged_while_the_call_takes(rig: Rig) -> None:
    async def ask() -> Answer:
        lock, least = f"{rig.prefix}:cache:{{{KEY}}}:lock", 6_000
        async with asyncio.timeout(30):
            while (left := await rig.redis.pttl(lock)) <= least:
                assert left > 0
                least = left
        return ANSWER

    _, cached = await rig.cache(lock_seconds=6).fetch(KEY, ask, keep_seconds=60)

    assert not cached


async def test_nobody_waits_longer_than_told(rig: Rig) -> None:
    async def ask() -> Answer:
        return (await rig.cache(wait_seconds=0.3).fetch(KEY, rig.ask, keep_seconds=60))[0]

    answer, cached = await rig.cache().fetch(KEY, ask, keep_seconds=60)

    assert (answer, cached, rig.asked) == (ANSWER, False, 1)


async def test_a_late_holder_does_not_free_the_lock_of_another(rig: Rig) -> None:
    cache = rig.cache()
    late = await cache._acquired(KEY)
    assert late is not None
    await rig.redis.set(f"{rig.prefix}:cache:{{{KEY}}}:lock", "another")

    with pytest.raises(Exception, match="no longer owned"):
        await late.release()

    assert await rig.redis.get(f"{rig.prefix}:cache:{{{KEY}}}:lock") == b"another"


async def test_a_failure_is_not_kept_and_frees_the_lock(rig: Rig) -> None:
    async def fail() -> Answer:
        raise ModelError(ErrorClass.NETWORK, "Gone.")

    with pytest.raises(ModelError):
        await rig.cache().fetch(KEY, fail, keep_seconds=60)

    assert await rig.kept() == {}
    assert await rig.cache().fetch(KEY, rig.ask, keep_seconds=60) == (ANSWER, False)


async def test_one_who_is_cancelled_frees_the_lock(rig: Rig) -> None:
    asking = asyncio.Event()

    async def ask() -> Answer:
        asking.set()
        await asyncio.Event().wait()
        return ANSWER

    fetch = asyncio.create_task(rig.cache().fetch(KEY, ask, keep_seconds=60))
    await asking.wait()
    fetch.cancel()
    await asyncio.gather(fetch, return_exceptions=True)

    assert await rig.kept() == {}


@pytest.mark.parametrize("value", [b"", b"{", b"\xff", b"[]", json.dumps({"model": 3}).encode()])
async def test_what_cannot_be_read_is_bought_again(rig: Rig, value: bytes) -> None:
    await rig.redis.set(f"{rig.prefix}:cache:{{{KEY}}}:answer", value)

    answer = await rig.cache().fetch(KEY, rig.ask, keep_seconds=60)

    assert answer == (ANSWER, False)
    assert await rig.cache().fetch(KEY, rig.ask, keep_seconds=60) == (KEPT, True)


async def test_without_redis_everything_is_asked_for(rig: Rig) -> None:
    cache = rig.cache(redis=None)

    answers = [await cache.fetch(KEY, rig.ask, keep_seconds=60) for _ in range(2)]

    assert answers == [(ANSWER, False)] * 2


async def test_a_redis_that_is_away_costs_nothing_but_the_cache(rig: Rig) -> None:
    away = open_redis(SecretStr(f"redis://127.0.0.1:{free_port()}"))

    answers = [await rig.cache(redis=away).fetch(KEY, rig.ask, keep_seconds=60) for _ in range(2)]

    assert answers == [(ANSWER, False)] * 2
    await away.aclose()


async def test_a_redis_that_comes_back_is_used_again(rig: Rig, tmp_path: Path) -> None:
    port = free_port()
    redis = open_redis(SecretStr(f"redis://127.0.0.1:{port}"))
    cache = rig.cache(redis=redis)
    await cache.fetch(KEY, rig.ask, keep_seconds=60)

    async with run_redis(tmp_path / "redis", port):
        await cache.fetch(KEY, rig.ask, keep_seconds=60)
        kept = await cache.fetch(KEY, rig.ask, keep_seconds=60)
        await redis.aclose()

    assert (kept, rig.asked) == ((KEPT, True), 2)


async def test_a_redis_that_says_nothing_is_not_waited_for(rig: Rig, tmp_path: Path) -> None:
    async with run_redis(tmp_path / "redis", free_port()) as server:
        redis = open_redis(SecretStr(server.url), answer_seconds=0.2)
        server.freeze()

        async with asyncio.timeout(20):
            answer = await rig.cache(redis=redis).fetch(KEY, rig.ask, keep_seconds=60)

        assert answer == (ANSWER, False)
        server.thaw()
        await redis.aclose()


async def test_a_cluster_keeps_answers_too(rig: Rig, tmp_path: Path) -> None:
    async with run_cluster(tmp_path, free_cluster_ports(3)) as nodes:
        redis = open_redis(SecretStr(nodes[0].url.replace("redis://", "redis+cluster://")), answer_seconds=10.0)
        cache = rig.cache(redis=redis)

        answers = await asyncio.gather(*(cache.fetch(KEY, rig.ask, keep_seconds=60) for _ in range(4)))

        assert sorted(cached for _, cached in answers) == [False, True, True, True]
        await redis.aclose()
