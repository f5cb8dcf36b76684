"""More calls than a gateway can do: some are answered as ever, the others are told at once to come again."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest

from chassis.auth import Role, sign_token
from gateway.limits.probe import METHOD
from gateway.proxy import Proxy
from tests.integration.gateway.rig import SECRET, SERVICE, Gateway, StandIn, run_gateway, within

READ = f"/{SERVICE}/GetCard"
STEER = "/atelier.jobs.v1.JobsService/CancelJob"
STEER_REQUEST = b"\x0a\x16resolver/jobs/invented"
FLOOD = 400
FULL = 20


@pytest.fixture(scope="module")
async def small(running_stand_in: StandIn, secret_file: Path) -> AsyncIterator[Gateway]:
    """A gateway that is full with twenty calls, or when it is a twentieth of a second late with everything."""
    async with run_gateway(secret_file, running_stand_in.port, calls=FULL, full_lag_seconds=0.05) as running:
        yield running


async def outcome(call: Any) -> str:
    """`OK`, or the code that a call failed with."""
    try:
        await call
    except grpc.aio.AioRpcError as error:
        return str(error.code().name)
    return "OK"


async def test_the_gateway_waits_for_itself_where_forwarded_calls_wait_and_steering_waits_apart(
    stand_in: StandIn, secret_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A method that is registered with gRPC has a queue of its own there, and nobody else is asked who handles it."""
    in_one_queue, waits, service = set[str](), asyncio.Event(), Proxy.service

    def note(proxy: Proxy, details: grpc.HandlerCallDetails) -> Any:
        in_one_queue.add(details.method)
        if details.method == METHOD:
            waits.set()
        return service(proxy, details)

    async def nothing(request: bytes, context: Any) -> bytes:
        return b""

    stand_in.unary(READ, nothing)
    stand_in.unary(STEER, nothing)
    monkeypatch.setattr(Proxy, "service", note)
    async with run_gateway(secret_file, stand_in.port) as gateway:
        for method, request in ((READ, b""), (STEER, STEER_REQUEST)):
            await gateway.channel.unary_unary(method)(request, metadata=(gateway.authorization,))
        await within(20, waits.wait())

    assert in_one_queue == {READ, METHOD}


async def test_a_flood_leaves_the_service_as_many_calls_as_it_can_answer_and_steering_passes(
    small: Gateway, stand_in: StandIn
) -> None:
    under_way = most = 0
    begun = asyncio.Event()

    async def answer(request: bytes, context: Any) -> bytes:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        begun.set()
        await asyncio.sleep(0.05)
        under_way -= 1
        return b""

    stand_in.unary(READ, answer)
    stand_in.unary(STEER, answer)
    metadata = (small.authorization,)
    read, steer = small.channel.unary_unary(READ), small.channel.unary_unary(STEER)

    flood = [asyncio.ensure_future(outcome(read(b"", metadata=metadata))) for _ in range(FLOOD)]
    await within(20, begun.wait())
    steered = await outcome(steer(STEER_REQUEST, metadata=metadata))
    seen = Counter(await within(60, asyncio.gather(*flood)))

    assert steered == "OK"
    assert set(seen) == {"OK", "UNAVAILABLE"}
    assert most <= 0.75 * FULL + 1


async def test_a_process_that_is_late_with_everything_takes_on_no_reads_until_it_is_in_time_again(
    small: Gateway, stand_in: StandIn
) -> None:
    async def nothing(request: bytes, context: Any) -> bytes:
        return b""

    async def be_late() -> None:
        while True:
            time.sleep(0.1)  # noqa: ASYNC251 - this is the lateness
            await asyncio.sleep(0)

    stand_in.unary(READ, nothing)
    read = small.channel.unary_unary(READ)
    operator = sign_token(SECRET, subject="oak", role=Role.OPERATOR, lifetime=timedelta(hours=1))

    async def until(wanted: str) -> None:
        async with asyncio.timeout(60):
            while await outcome(read(b"", metadata=(small.authorization,))) != wanted:
                pass

    await until("OK")
    late = asyncio.create_task(be_late())
    await until("UNAVAILABLE")
    operators = await outcome(read(b"", metadata=(("authorization", f"Bearer {operator}"),)))
    late.cancel()

    await until("OK")
    assert operators == "OK"
