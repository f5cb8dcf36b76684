"""Limits over several gateways that share one Redis, and over one that has lost it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import redis.asyncio
from pydantic import SecretStr

from chassis.redis import open_redis
from gateway.limits import allowance
from gateway.limits.counting import Counting
from gateway.limits.errors import RateLimited
from gateway.limits.limit import Limit
from gateway.limits.limiter import Limiter
from gateway.limits.methods import MethodClass
from gateway.load import Load
from tests.conftest import Servers
from tests.integration.gateway.redis_door import redis_door
from tests.integration.gateway.rig import quiet, within
from tests.integration.jobs.redis_servers import free_cluster_ports, run_cluster

READ = MethodClass.READ


class Process:
    """What one gateway process counts with."""

    def __init__(self, url: str | None, limit: Limit, log: Any) -> None:
        self.load = Load()
        self.counting = Counting(redis=url and open_redis(SecretStr(url)), load=self.load, log=log)
        self.limiter = Limiter(limits={READ: limit}, counting=self.counting)

    async def accepts(self, subject: str) -> bool:
        """Whether a call is let in."""
        try:
            await self.limiter.take(subject, READ)
        except RateLimited:
            return False
        return True


Start = Callable[..., Any]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Starts processes, which end with the test."""
    async with AsyncExitStack() as stack:

        async def one(url: str | None, limit: Limit, *, log: Any = None) -> Process:
            process = Process(url, limit, log or quiet())
            stack.push_async_callback(process.counting.stop)
            await process.counting.start()
            return process

        yield one


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No call is counted elsewhere because the machine is slow."""
    monkeypatch.setattr(allowance, "PATIENCE_SECONDS", 20.0)


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """No call that was taken in advance is lost because the machine is slow."""
    monkeypatch.setattr(allowance, "PORTION_SECONDS", 60.0)


@pytest.fixture
def subject() -> str:
    """A caller whom no other test knows."""
    return f"caller-{uuid4()}"


@pytest.mark.parametrize("amount", [20, 1000])
@pytest.mark.usefixtures("patient")
async def test_two_gateways_let_in_no_more_than_the_limit_and_little_less(
    servers: Servers, start: Start, subject: str, amount: int
) -> None:
    both = [await start(servers.stack.redis_url, Limit(amount, 3600)) for _ in range(2)]

    answers = [await one.accepts(subject) for _ in range(amount) for one in both]

    assert amount * 0.97 <= sum(answers) <= amount
    assert not any(answers[-2:])


@pytest.mark.usefixtures("patient")
async def test_many_calls_at_once_are_counted_each(servers: Servers, start: Start, subject: str) -> None:
    both = [await start(servers.stack.redis_url, Limit(500, 3600)) for _ in range(2)]

    answers = await asyncio.gather(*(one.accepts(subject) for _ in range(400) for one in both))

    assert 485 <= sum(answers) <= 500


@pytest.mark.usefixtures("patient")
async def test_a_busy_caller_costs_redis_few_questions_and_a_refused_one_none(
    servers: Servers, start: Start, subject: str
) -> None:
    async with redis_door(servers.stack.redis_url) as door:
        one = await start(door.url, Limit(5_000, 3600))
        let_in = sum([await one.accepts(subject) for _ in range(6_000)])
        asked = door.asked
        refused = [await one.accepts(subject) for _ in range(1_000)]

    assert 4_950 <= let_in <= 5_000
    assert asked < 1_000  # Questions and answers, of two a portion: one call by itself would have made 20,000.
    assert not any(refused)
    assert door.asked - asked < 10


@pytest.mark.usefixtures("patient")
async def test_callers_and_classes_are_counted_apart(servers: Servers, start: Start, subject: str) -> None:
    one = await start(servers.stack.redis_url, Limit(1, 3600))

    first, again, other = [await one.accepts(name) for name in (subject, subject, f"{subject}-too")]
    unlimited = await one.limiter.take(subject, MethodClass.WORK)

    assert (first, again, other) == (True, False, True)
    assert unlimited is None


@pytest.mark.usefixtures("patient")
async def test_who_waits_as_long_as_told_is_let_in(servers: Servers, start: Start, subject: str) -> None:
    one = await start(servers.stack.redis_url, Limit(3, 1))
    for _ in range(3):
        await one.limiter.take(subject, READ)
    with pytest.raises(RateLimited) as caught:
        await one.limiter.take(subject, READ)

    await asyncio.sleep(caught.value.retry_seconds + 0.05)

    assert 0.2 < caught.value.retry_seconds < 2
    assert await one.accepts(subject)


async def test_a_call_may_count_as_many_and_takes_all_of_them_or_none(
    servers: Servers, start: Start, subject: str
) -> None:
    one = await start(servers.stack.redis_url, Limit(100, 3600))

    await one.limiter.take_more(subject, READ, 60)
    with pytest.raises(RateLimited):
        await one.limiter.take_more(subject, READ, 60)
    await one.limiter.take_more(subject, READ, 40)

    assert not await one.accepts(subject)


@pytest.mark.usefixtures("patient")
async def test_redis_is_shown_no_callers_name(servers: Servers, start: Start, subject: str) -> None:
    one = await start(servers.stack.redis_url, Limit(10, 3600))
    async with redis.asyncio.Redis.from_url(servers.stack.redis_url) as client:
        before = set(await client.keys("atelier:limits:*"))

        await one.accepts(subject)

        made = set(await client.keys("atelier:limits:*")) - before
        lives = [await client.ttl(key) for key in made]
    assert len(made) == 1
    assert not any(subject in str(key) for key in made)
    assert all(0 < seconds <= 2 * 3600 for seconds in lives)


async def test_without_redis_every_gateway_counts_by_itself(start: Start, subject: str) -> None:
    both = [await start(None, Limit(10, 3600)) for _ in range(2)]

    answers = [[await one.accepts(subject) for _ in range(20)] for one in both]

    assert [sum(one) for one in answers] == [10, 10]
    assert not both[0].load.limits_shared


class Notes:
    """A log that keeps its events."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def warning(self, event: str, **_: Any) -> None:
        self.events.append(event)

    info = warning


async def until(condition: Callable[[], bool]) -> None:
    """Return when it holds."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("frozen", [False, True], ids=["shut", "frozen"])
@pytest.mark.usefixtures("unhurried")
async def test_while_redis_is_away_a_gateway_counts_by_itself_and_says_so_once(
    servers: Servers, start: Start, subject: str, frozen: bool
) -> None:
    notes = Notes()
    async with redis_door(servers.stack.redis_url) as door:
        one = await start(door.url, Limit(5, 3600), log=notes)
        shared_before = one.load.limits_shared and await one.accepts(subject)
        door.freeze() if frozen else await door.shut()

        answers = [await one.accepts(subject) for _ in range(20)]
        await until(lambda: not one.load.limits_shared)
        answers += [await one.accepts(subject) for _ in range(5)]
        door.thaw() if frozen else await door.open()
        await until(lambda: one.load.limits_shared)

        assert shared_before
        assert sum(answers) == 5
        assert notes.events == [
            "limits are counted by each gateway alone",
            "limits are counted over all gateways again",
        ]


async def test_no_call_waits_for_a_frozen_redis(servers: Servers, start: Start, subject: str) -> None:
    async with redis_door(servers.stack.redis_url) as door:
        one = await start(door.url, Limit(100, 3600))
        door.freeze()
        taken = []
        for _ in range(20):
            started = time.monotonic()
            assert await one.accepts(subject)
            taken.append(time.monotonic() - started)

    assert sorted(taken)[10] < 0.1


@asynccontextmanager
async def cluster(folder: Path) -> AsyncIterator[str]:
    """The address of a cluster of three nodes."""
    async with run_cluster(folder, free_cluster_ports(3)) as nodes:
        yield nodes[0].url.replace("redis://", "redis+cluster://")


@pytest.mark.usefixtures("patient")
async def test_a_redis_cluster_counts_as_one_server_does(tmp_path: Path, start: Start) -> None:
    async with cluster(tmp_path) as url:
        both = [await within(20, start(url, Limit(10, 3600))) for _ in range(2)]
        answers = {
            name: [await one.accepts(name) for _ in range(10) for one in both] for name in ("ash", "misty", "brock")
        }
        shared = [one.load.limits_shared for one in both]
        for one in both:
            await one.counting.stop()

    assert {name: sum(one) for name, one in answers.items()} == {"ash": 10, "misty": 10, "brock": 10}
    assert shared == [True, True]
