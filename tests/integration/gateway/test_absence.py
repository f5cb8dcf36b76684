"""Services that are away, ill or frozen: what callers get, what health says, and that it heals by itself."""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from gateway.health import OWN_SERVICE
from tests.integration.gateway.rig import (
    RESOLVER_SERVICES,
    SERVICE,
    Child,
    Gateway,
    StandIn,
    child_process,
    run_gateway,
    within,
)
from tests.integration.gateway.test_access import details

METHOD = f"/{SERVICE}/GetCard"
NEW = f"/{SERVICE}/InventedTomorrow"
JOBS = "atelier.jobs.v1.JobsService"
SERVING, NOT_SERVING = HealthCheckResponse.SERVING, HealthCheckResponse.NOT_SERVING


@pytest.fixture
async def lonely(secret_file: Path) -> AsyncIterator[tuple[Gateway, StandIn]]:
    """A gateway of the test's own, and its service, which isn't running."""
    stand_in = StandIn()
    await stand_in.start()  # To learn a port that is free.
    await stand_in.stop()
    async with run_gateway(secret_file, stand_in.port) as running:
        yield running, stand_in
    await stand_in.stop()


@pytest.mark.parametrize("method", [METHOD, NEW])
async def test_a_service_that_is_away_is_unavailable_and_may_be_tried_again(
    lonely: tuple[Gateway, StandIn], method: str
) -> None:
    gateway, _ = lonely

    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await gateway.channel.unary_unary(method)(b"", metadata=(gateway.authorization,))

    info, retry = details(failure.value, error_details_pb2.ErrorInfo, error_details_pb2.RetryInfo)
    assert failure.value.code() is grpc.StatusCode.UNAVAILABLE
    assert (info.reason, info.domain) == ("SERVICE_UNAVAILABLE", "gateway.atelier")
    assert info.metadata["service"] == "resolver"
    assert retry.retry_delay.ToMilliseconds() == 1000


async def test_a_service_that_comes_back_is_called_again(lonely: tuple[Gateway, StandIn]) -> None:
    gateway, stand_in = lonely
    stand_in.unary(METHOD, _answer)
    states = watch(gateway, "resolver")
    before = await within(5, anext(states))

    await stand_in.start()

    assert before == NOT_SERVING
    assert await within(10, anext(states)) == SERVING
    assert await gateway.channel.unary_unary(METHOD)(b"x", metadata=(gateway.authorization,)) == b"x"


@pytest.mark.parametrize("method", [METHOD, NEW])
async def test_a_service_lost_during_a_call_is_unavailable(lonely: tuple[Gateway, StandIn], method: str) -> None:
    gateway, stand_in = lonely
    started = asyncio.Event()

    async def hang(request: bytes, context: Any) -> bytes:
        # Headers make the call one that gRPC doesn't try again.
        await context.send_initial_metadata(())
        started.set()
        await asyncio.Event().wait()
        return b""

    stand_in.unary(method, hang)
    await stand_in.start()
    states = watch(gateway, "resolver")
    while await within(10, anext(states)) != SERVING:
        pass
    call = gateway.channel.unary_unary(method)(b"", metadata=(gateway.authorization,))
    await within(5, started.wait())

    await stand_in.stop()

    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await within(5, call)
    [info] = details(failure.value, error_details_pb2.ErrorInfo)
    assert (failure.value.code(), info.reason) == (grpc.StatusCode.UNAVAILABLE, "SERVICE_UNAVAILABLE")


async def test_health_names_every_part_of_the_system(gateway: Gateway, stand_in: StandIn) -> None:
    states = await health_list(gateway)

    assert states == dict.fromkeys(
        ["", "gateway", OWN_SERVICE, "resolver", "resolver/postgres", "resolver/redis", SERVICE],
        HealthCheckResponse.SERVING,
    )


async def test_a_part_that_is_lost_is_named_and_comes_back(gateway: Gateway, stand_in: StandIn) -> None:
    states = watch(gateway, "resolver/postgres")
    before = await within(5, anext(states))

    stand_in.lost.add("postgres")
    during = await within(5, anext(states))
    listed = await health_list(gateway)
    stand_in.lost.clear()
    after = await within(5, anext(states))

    assert (before, during, after) == (SERVING, NOT_SERVING, SERVING)
    assert listed == {
        "": NOT_SERVING,
        "gateway": SERVING,
        OWN_SERVICE: SERVING,
        "resolver": NOT_SERVING,
        "resolver/postgres": NOT_SERVING,
        "resolver/redis": SERVING,
        SERVICE: NOT_SERVING,
    }


async def test_a_part_that_may_be_lost_leaves_the_system_serving(gateway: Gateway, stand_in: StandIn) -> None:
    states = watch(gateway, "resolver/redis")
    before = await within(5, anext(states))

    stand_in.lost.add("redis")
    during = await within(5, anext(states))
    listed = await health_list(gateway)
    stand_in.lost.clear()
    after = await within(5, anext(states))

    assert (before, during, after) == (SERVING, NOT_SERVING, SERVING)
    assert (listed[""], listed["resolver"]) == (SERVING, SERVING)


async def test_a_service_that_never_answered_has_its_known_names(lonely: tuple[Gateway, StandIn]) -> None:
    gateway, _ = lonely

    states = await health_list(gateway)

    answered = [*RESOLVER_SERVICES, JOBS, f"resolver/{JOBS}"]
    away = dict.fromkeys(["", "resolver", *answered], NOT_SERVING)
    assert states == away | {"gateway": SERVING, OWN_SERVICE: SERVING}


@contextlib.asynccontextmanager
async def freezable(secret_file: Path) -> AsyncIterator[tuple[Gateway, Child]]:
    """A gateway of the test's own, and its service, which is a process."""
    rig = Path(__file__).with_name("rig.py")
    async with child_process(str(rig)) as child, run_gateway(secret_file, int(await child.line())) as gateway:
        yield gateway, child


async def test_a_frozen_service_that_nobody_asks_for_is_found_out_within_ten_seconds_and_thaws(
    secret_file: Path,
) -> None:
    async with freezable(secret_file) as (gateway, child):
        states = watch(gateway, "resolver/postgres")
        before = await within(5, anext(states))

        child.send_signal(signal.SIGSTOP)
        stopped = time.monotonic()
        during = await within(15, anext(states))
        noticed = time.monotonic() - stopped
        whole = (await health_list(gateway))[""]
        child.send_signal(signal.SIGCONT)
        after = await within(5, anext(states))

    assert (before, during, after) == (SERVING, NOT_SERVING, SERVING)
    assert whole == NOT_SERVING
    assert noticed < 10.2


async def test_a_frozen_service_is_found_out_by_asking_while_its_connection_is_still_trusted_and_thaws(
    secret_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.health.SILENCE_SECONDS", 3600.0)
    monkeypatch.setattr("gateway.health.FRESH_SECONDS", 0.0)
    monkeypatch.setattr("chassis.health.FRESH_SECONDS", 0.0)
    async with freezable(secret_file) as (gateway, child):
        states = watch(gateway, "resolver/postgres")
        before = await within(5, anext(states))

        child.send_signal(signal.SIGSTOP)
        await health_list(gateway)
        during = await within(10, anext(states))
        asked = await health_list(gateway)
        child.send_signal(signal.SIGCONT)
        after = await within(10, anext(states))

    assert (before, during, after) == (SERVING, NOT_SERVING, SERVING)
    assert (asked[""], asked["gateway"]) == (NOT_SERVING, SERVING)


async def test_an_unknown_name_has_no_health(gateway: Gateway) -> None:
    check = gateway.channel.unary_unary("/grpc.health.v1.Health/Check")

    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await check(HealthCheckRequest(service="nobody").SerializeToString())

    assert failure.value.code() is grpc.StatusCode.NOT_FOUND


async def watch(gateway: Gateway, name: str) -> AsyncIterator[Any]:
    """The states of a part, as they change."""
    call = gateway.channel.unary_stream("/grpc.health.v1.Health/Watch")
    async for answer in call(HealthCheckRequest(service=name).SerializeToString()):
        yield HealthCheckResponse.FromString(answer).status


async def health_list(gateway: Gateway) -> dict[str, Any]:
    """The state of every part."""
    data = await gateway.channel.unary_unary("/grpc.health.v1.Health/List")(b"")
    answer = health_pb2.HealthListResponse.FromString(data)
    return {name: answer.statuses[name].status for name in answer.statuses}


async def _answer(request: bytes, context: Any) -> bytes:
    return request
