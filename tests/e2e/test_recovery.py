"""What a caller sees while a part is killed or frozen, and that it comes back by itself."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import grpc
import pytest
from atelier.resolver.v1 import resolver_service_pb2 as pb
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health_pb2 import HealthCheckResponse

from cli.stack.ports import Ports
from cli.stack.stack import Stack
from tests.contract.conftest import refusal
from tests.e2e.conftest import System, state_folder

REQUEST = pb.ResolveCardsRequest(items=[pb.ExternalId(source="s", external_id="x")])


@pytest.fixture
async def fragile() -> AsyncIterator[System]:
    """A system of the test's own, to break."""
    with state_folder() as folder:
        async with Stack(folder, ports=Ports.free()) as stack:
            yield System(stack)


async def health_becomes(system: System, service: str, state: int) -> None:
    """Wait until the gateway says so of `service`."""
    async with asyncio.timeout(30), system.anonymous() as channel:
        watch = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest(service=service))
        async for answer in watch:
            if answer.status == state:
                watch.cancel()
                return


async def answered_again(system: System, part: str, killed: int) -> tuple[pb.ListGapsResponse, set[grpc.StatusCode]]:
    """Call until `part` runs as another process and answers; the answer, and the codes of all failures before."""
    codes: set[grpc.StatusCode] = set()
    async with asyncio.timeout(30), system.resolver() as stub:
        while True:
            try:
                answer = await stub.ListGaps(pb.ListGapsRequest(), timeout=5)
            except grpc.aio.AioRpcError as error:
                codes.add(error.code())
            else:
                if system.stack.pid(part) != killed:
                    return answer, codes


@pytest.mark.parametrize("part", ["resolver", "postgres"])
async def test_a_killed_part_costs_callers_no_more_than_a_retry_and_nothing_is_lost(fragile: System, part: str) -> None:
    async with fragile.resolver() as stub:
        await stub.ResolveCards(REQUEST)
    killed = fragile.stack.pid(part)

    os.kill(killed, signal.SIGKILL)
    answer, codes = await answered_again(fragile, part, killed)
    await health_becomes(fragile, "", HealthCheckResponse.SERVING)

    assert codes <= {grpc.StatusCode.UNAVAILABLE}
    assert [(gap.source, gap.external_id, gap.count) for gap in answer.gaps] == [("s", "x", 1)]


async def test_a_frozen_resolver_costs_its_callers_their_deadline_and_nobody_else(fragile: System) -> None:
    async with fragile.resolver() as stub:
        await stub.ResolveCards(REQUEST)
        frozen = fragile.stack.pid("resolver")

        os.kill(frozen, signal.SIGSTOP)
        try:
            error = await refusal(stub.ResolveCards(REQUEST, timeout=1))
            await health_becomes(fragile, "resolver", HealthCheckResponse.NOT_SERVING)
        finally:
            os.kill(frozen, signal.SIGCONT)
        await health_becomes(fragile, "resolver", HealthCheckResponse.SERVING)
        answer = await stub.ResolveCards(REQUEST)

    assert error.code == grpc.StatusCode.DEADLINE_EXCEEDED
    assert len(answer.resolutions) == 1


async def test_data_survives_a_restart_of_everything() -> None:
    ports = Ports.free()
    with state_folder() as folder:
        async with Stack(folder, ports=ports) as stack, System(stack).resolver() as stub:
            await stub.ResolveCards(REQUEST)

        async with Stack(folder, ports=ports) as stack, System(stack).resolver() as stub:
            gaps = await stub.ListGaps(pb.ListGapsRequest())

    assert [gap.external_id for gap in gaps.gaps] == ["x"]
