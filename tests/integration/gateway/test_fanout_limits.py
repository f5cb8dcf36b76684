"""What a call that asks for much beside itself counts as: batches, their watches, overviews."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
from atelier.gateway.v1.gateway_service_pb2 import WatchBatchRequest
from atelier.resolver.v1.scan_service_pb2 import SCAN_STATE_PENDING, Scan, WatchScanRequest, WatchScanResponse

from tests.integration.gateway.callers import failure, first_of, token
from tests.integration.gateway.rig import StandIn, info, post, run_gateway, within

WATCH = "/atelier.resolver.v1.ScanService/WatchScan"
WATCH_BATCH = "/atelier.gateway.v1.GatewayService/WatchBatch"
EMPTY = b""


def watch_until_left(stand_in: StandIn) -> None:
    """Let the service tell of every scan once, and no more."""

    async def watch(request: bytes, context: Any) -> AsyncIterator[bytes]:
        scan = Scan(scan_id=WatchScanRequest.FromString(request).scan_id, state=SCAN_STATE_PENDING)
        yield WatchScanResponse(scan=scan).SerializeToString()
        await asyncio.Event().wait()

    stand_in.answers[WATCH] = grpc.unary_stream_rpc_method_handler(watch)


def scans(count: int) -> bytes:
    """A watch of so many."""
    names = [f"resolver/scans/0190a0b0-0000-7000-8000-00000000000{number}" for number in range(count)]
    return WatchBatchRequest(names=names).SerializeToString()


async def test_a_batch_counts_as_the_work_that_it_has(running_stand_in: StandIn, secret_file: Path) -> None:
    item: dict[str, Any] = {"scan": {}}
    async with run_gateway(secret_file, running_stand_in.port, limit_work="10/hour") as gateway:
        batches = [{"request_id": str(uuid4()), "items": [item] * count} for count in (6, 6, 3)]

        answers = [await post(gateway, "/atelier.gateway.v1.GatewayService/SubmitBatch", one) for one in batches]

    assert [one.status_code for one in answers] == [200, 429, 200]
    assert info(answers[1])["reason"] == "RATE_LIMITED"
    assert answers[2].headers["ratelimit-policy"] == '"work";q=10;w=3600'


async def test_an_overview_counts_as_the_reads_that_it_makes(running_stand_in: StandIn, secret_file: Path) -> None:
    async with run_gateway(secret_file, running_stand_in.port, limit_read="9/hour") as gateway:
        answers = [await post(gateway, "/atelier.gateway.v1.GatewayService/GetOverview", {}) for _ in range(3)]

    assert [one.status_code for one in answers] == [200, 200, 429]
    assert info(answers[2])["reason"] == "RATE_LIMITED"


async def test_a_watch_of_a_batch_counts_as_the_streams_that_it_opens(stand_in: StandIn, secret_file: Path) -> None:
    watch_until_left(stand_in)
    async with run_gateway(secret_file, stand_in.port, limit_watch="10/hour") as gateway:
        batch = gateway.channel.unary_stream(WATCH_BATCH)
        for _ in range(2):
            await first_of(batch(scans(3), metadata=(gateway.authorization,)))

        _, told, _ = await failure(batch(scans(3), metadata=(gateway.authorization,)).read())

    assert (told.reason, told.metadata["class"]) == ("RATE_LIMITED", "watch")


async def test_the_streams_of_a_batchs_watch_are_its_callers_until_it_ends(
    stand_in: StandIn, secret_file: Path
) -> None:
    watch_until_left(stand_in)
    async with run_gateway(secret_file, stand_in.port, user_streams=4) as gateway:
        metadata = (gateway.authorization,)
        batch, single = gateway.channel.unary_stream(WATCH_BATCH), gateway.channel.unary_stream(WATCH)
        _, too_large, _ = await failure(batch(scans(4), metadata=metadata).read())
        watch = batch(scans(3), metadata=metadata)
        await within(10, watch.read())

        _, one_more, _ = await failure(single(EMPTY, metadata=metadata).read())
        watch.cancel()
        async with asyncio.timeout(10):
            while await first_of(batch(scans(3), metadata=metadata)) is None:
                pass

    assert (too_large.reason, one_more.reason) == ("TOO_MANY_STREAMS", "TOO_MANY_STREAMS")


async def test_the_streams_of_a_batchs_watch_fill_the_service_they_go_to(stand_in: StandIn, secret_file: Path) -> None:
    watch_until_left(stand_in)
    async with run_gateway(secret_file, stand_in.port, streams=4) as gateway:
        await within(10, gateway.channel.unary_stream(WATCH_BATCH)(scans(3), metadata=(token(),)).read())

        code, told, _ = await failure(gateway.channel.unary_stream(WATCH)(EMPTY, metadata=(token(),)).read())

    assert (code, told.reason) == (grpc.StatusCode.UNAVAILABLE, "OVERLOADED")
