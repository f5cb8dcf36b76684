"""What a stranger's call costs over gRPC: its head, and next to nothing of its messages."""

import asyncio
from pathlib import Path
from typing import Any

import grpc
import psutil
import pytest
from google.rpc import error_details_pb2

from chassis.errors import Unauthenticated, status_of
from tests.integration.gateway.rig import SERVICE, Gateway, StandIn, within
from tests.integration.gateway.test_access import details
from tests.integration.gateway.test_process import gateway_process

READ = f"/{SERVICE}/GetCard"
IMPORT = f"/{SERVICE}/ImportCards"
WATCH = "/atelier.resolver.v1.ScanService/WatchScan"
BATCH = "/atelier.gateway.v1.GatewayService/SubmitBatch"
STRANGERS = 12
LARGE = bytes(15 * 2**20)


async def refusal(call: Any) -> str:
    """The reason that a call's failure tells."""
    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await call.read() if hasattr(call, "read") else await call
    [info] = details(failure.value, error_details_pb2.ErrorInfo)
    return str(info.reason)


@pytest.mark.parametrize("authorization", [None, "Bearer not.a.token"])
@pytest.mark.parametrize("method", [READ, IMPORT, WATCH, BATCH, f"/{SERVICE}/Unheard"])
async def test_a_stranger_is_refused_before_its_message_comes(
    gateway: Gateway, method: str, authorization: str | None
) -> None:
    metadata = (("authorization", authorization),) if authorization else ()

    call = gateway.channel.stream_stream(method)(metadata=metadata)  # And sends nothing.

    assert await within(20, refusal(call)) == "UNAUTHENTICATED"


async def test_what_many_strangers_send_at_once_is_not_held(secret_file: Path) -> None:
    async with gateway_process(secret_file, 1) as running:
        address, _ = await running.ports()
        process = psutil.Process(running.child.pid)
        async with grpc.aio.insecure_channel(address) as channel:
            read: Any = channel.unary_unary(READ)
            await refusal(read(b""))
            before = process.memory_info().rss
            reasons = await asyncio.gather(*(refusal(read(LARGE)) for _ in range(STRANGERS)))
        # What was freed is kept by the allocator for a while, so that the growth is what was held, or more.
        grown = process.memory_info().rss - before

    assert reasons == ["UNAUTHENTICATED"] * STRANGERS
    assert grown < STRANGERS * len(LARGE) / 5


async def test_a_watch_that_the_service_refuses_unread_ends_as_the_service_said(
    gateway: Gateway, stand_in: StandIn
) -> None:
    status = status_of(Unauthenticated("No."), domain="resolver.atelier").SerializeToString()

    async def refuse(requests: Any, context: Any) -> Any:
        await context.abort(grpc.StatusCode.UNAUTHENTICATED, "No.", (("grpc-status-details-bin", status),))
        yield b""

    stand_in.stream(WATCH, refuse)
    watch = gateway.channel.unary_stream(WATCH)

    reasons = [await within(20, refusal(watch(b"x" * 1000, metadata=(gateway.authorization,)))) for _ in range(50)]

    assert reasons == ["UNAUTHENTICATED"] * 50
