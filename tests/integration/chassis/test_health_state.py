"""Health over the wire: it follows what the process needs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import structlog
from grpc.aio import AioRpcError
from grpc_health.v1 import health_pb2, health_pb2_grpc

from chassis.client import open_channel
from chassis.health import Dependency, Health
from tests.integration.chassis.conftest import SERVICE, ServeToy, Toy, Until, code_of

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
SERVICE_UNKNOWN = health_pb2.HealthCheckResponse.SERVICE_UNKNOWN


class Switch:
    """A dependency that is there or away, as a test likes."""

    def __init__(self, *, on: bool = True) -> None:
        self.on = on
        self.probes = 0

    async def check(self) -> None:
        self.probes += 1
        if not self.on:
            raise ConnectionError("away")


class Clock:
    """Stands for the module `time`, as a test sets it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@asynccontextmanager
async def asking(toy: Toy) -> AsyncIterator[health_pb2_grpc.HealthStub]:
    """A stub without a token."""
    async with open_channel(toy.address) as channel:
        yield health_pb2_grpc.HealthStub(channel)


async def states(toy: Toy) -> dict[str, int]:
    """All that List says."""
    async with asking(toy) as stub:
        listed = await stub.List(health_pb2.HealthListRequest())
    return {name: one.status for name, one in listed.statuses.items()}


async def test_services_follow_a_required_dependency_down_and_up(serve_toy: ServeToy, until: Until) -> None:
    switch = Switch()
    toy = await serve_toy(dependencies=[Dependency("postgres", switch.check)])
    well = dict.fromkeys(["", SERVICE, "postgres"], SERVING)
    ill = dict.fromkeys(well, NOT_SERVING)

    async def says(expected: dict[str, int]) -> bool:
        return await states(toy) == expected

    assert await states(toy) == well
    switch.on = False
    await until(lambda: says(ill))
    switch.on = True
    await until(lambda: says(well))

    events = [(one["event"], one["dependency"]) for one in toy.entries if one["event"].startswith("dependency")]
    assert events == [("dependency lost", "postgres"), ("dependency back", "postgres")]


async def test_a_dependency_that_may_be_away_is_told_of_and_changes_nothing_else(serve_toy: ServeToy) -> None:
    toy = await serve_toy(dependencies=[Dependency("redis", Switch(on=False).check, required=False)])

    assert await states(toy) == {"": SERVING, SERVICE: SERVING, "redis": NOT_SERVING}


async def test_a_part_that_several_have_serves_when_it_does_in_each(serve_toy: ServeToy, until: Until) -> None:
    here, there = {"both": SERVING}, {"both": SERVING}

    async def of_one() -> dict[str, int]:
        return here

    async def of_another() -> dict[str, int]:
        return there

    toy = await serve_toy(dependencies=[Dependency("one", of_one), Dependency("another", of_another)])

    async def says(expected: int) -> bool:
        return (await states(toy))["both"] == expected

    for one in (here, there):
        await until(lambda: says(SERVING))
        one["both"] = NOT_SERVING
        await until(lambda: says(NOT_SERVING))
        one["both"] = SERVING


async def test_the_first_answer_is_already_true(serve_toy: ServeToy) -> None:
    toy = await serve_toy(dependencies=[Dependency("postgres", Switch(on=False).check)])

    async with asking(toy) as stub:
        answer = await stub.Check(health_pb2.HealthCheckRequest(service=SERVICE))

    assert answer.status == NOT_SERVING


async def test_a_loss_is_logged_once_however_often_it_is_seen(serve_toy: ServeToy, until: Until) -> None:
    switch = Switch()
    toy = await serve_toy(dependencies=[Dependency("postgres", switch.check)])

    switch.on = False
    seen = switch.probes
    await until(lambda: switch.probes > seen + 3)

    assert [one["event"] for one in toy.entries].count("dependency lost") == 1


async def test_what_is_not_there_yet_at_the_start_is_awaited_and_nobody_is_warned(
    serve_toy: ServeToy, until: Until
) -> None:
    switch = Switch(on=False)
    toy = await serve_toy(dependencies=[Dependency("postgres", switch.check)])

    await until(lambda: switch.probes > 3)
    switch.on = True

    def told() -> list[tuple[str, str]]:
        return [(one["event"], one["log_level"]) for one in toy.entries if one["event"].startswith("dependency")]

    await until(lambda: len(told()) == 2)
    assert told() == [("dependency awaited", "info"), ("dependency back", "info")]


async def test_watch_sends_the_present_state_and_then_each_change(serve_toy: ServeToy) -> None:
    switch = Switch()
    toy = await serve_toy(dependencies=[Dependency("postgres", switch.check)])

    async with asking(toy) as stub, asyncio.timeout(10):
        watch = stub.Watch(health_pb2.HealthCheckRequest(service=SERVICE))
        seen = [(await watch.read()).status]
        for on in (False, True, False):
            switch.on = on
            seen.append((await watch.read()).status)
        watch.cancel()

    assert seen == [SERVING, NOT_SERVING, SERVING, NOT_SERVING]


async def test_watching_what_nobody_has_is_answered_and_not_refused(serve_toy: ServeToy) -> None:
    toy = await serve_toy()

    async with asking(toy) as stub:
        watch = stub.Watch(health_pb2.HealthCheckRequest(service="nobody"))
        first = (await watch.read()).status
        watch.cancel()
        with pytest.raises(AioRpcError) as caught:
            await stub.Check(health_pb2.HealthCheckRequest(service="nobody"))

    assert first == SERVICE_UNKNOWN
    assert code_of(caught.value) == "NOT_FOUND"


async def test_a_server_that_stops_says_not_serving_before_it_goes(serve_toy: ServeToy) -> None:
    toy = await serve_toy(grace_seconds=5)

    async with asking(toy) as stub, asyncio.timeout(10):
        watch: Any = stub.Watch(health_pb2.HealthCheckRequest())
        before = (await watch.read()).status
        stopping = asyncio.create_task(toy.server.stop())
        after = (await watch.read()).status
        watch.cancel()
        await stopping

    assert (before, after) == (SERVING, NOT_SERVING)


async def watching(health: Health) -> Any:
    """A watch that has told the present state."""
    watch = health.Watch(health_pb2.HealthCheckRequest(), None)
    await anext(watch)
    return watch


async def next_state(watch: Any) -> Any:
    """What a watcher is told next."""
    async with asyncio.timeout(10):
        return (await anext(watch)).status


@pytest.mark.parametrize("method", ["Check", "List"])
async def test_who_asks_makes_it_look_again_unless_it_has_just_looked(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr("chassis.health.time", clock)
    switch = Switch()
    postgres = Dependency("postgres", switch.check)
    health = Health(services=[], dependencies=[postgres], interval_seconds=3600, log=structlog.get_logger())
    await health.start()
    watch = await watching(health)
    ask: Any = getattr(health, method)
    switch.on = False

    await ask(health_pb2.HealthCheckRequest(), None)
    for _ in range(20):
        await asyncio.sleep(0)
    probes = switch.probes
    clock.now += 3
    await ask(health_pb2.HealthCheckRequest(), None)
    told = await next_state(watch)
    await health.stop()

    assert (probes, told) == (1, NOT_SERVING)


async def test_it_looks_again_when_a_dependency_notices_a_change() -> None:
    switch = Switch()
    noticing: list[Any] = []
    postgres = Dependency("postgres", switch.check, on_change=noticing.append)
    health = Health(services=[], dependencies=[postgres], interval_seconds=3600, log=structlog.get_logger())
    await health.start()
    watch = await watching(health)

    switch.on = False
    noticing[0]()
    told = await next_state(watch)
    await health.stop()

    assert told == NOT_SERVING


async def test_what_is_away_is_looked_at_more_often_than_what_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.health.ILL_SECONDS", 0.01)
    switch = Switch(on=False)
    postgres = Dependency("postgres", switch.check)
    health = Health(services=[], dependencies=[postgres], interval_seconds=3600, log=structlog.get_logger())
    await health.start()
    watch = await watching(health)

    switch.on = True
    told = await next_state(watch)
    await health.stop()

    assert told == SERVING


async def test_stopping_twice_is_legal(serve_toy: ServeToy) -> None:
    toy = await serve_toy()

    for _ in range(2):
        await toy.server.stop()
        await toy.health.stop()


async def test_a_watcher_that_is_slow_to_take_the_first_state_still_hears_the_last() -> None:
    health = Health(services=[], dependencies=[], interval_seconds=60, log=structlog.get_logger())
    await health.start()
    watch = health.Watch(health_pb2.HealthCheckRequest(), None)

    before = (await anext(watch)).status  # The server is still handing it over.
    await health.stop()

    assert [before, *[state.status async for state in watch]] == [SERVING, NOT_SERVING]


async def test_watches_of_what_isnt_serving_end_with_the_process() -> None:
    away = Dependency("postgres", Switch(on=False).check)
    health = Health(services=[], dependencies=[away], interval_seconds=60, log=structlog.get_logger())
    await health.start()
    watch = health.Watch(health_pb2.HealthCheckRequest(), None)
    await anext(watch)
    waiting = asyncio.ensure_future(anext(watch, None))
    await asyncio.sleep(0)  # It waits for a change now.

    await health.stop()

    async with asyncio.timeout(10):
        assert await waiting is None
