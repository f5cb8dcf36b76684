"""Streams on which nothing passes: what is ended, what is told, and what is left alone."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

from gateway.limits.passage import LOOKS, WatchedPassage
from tests.integration.gateway.rig import SERVICE, Gateway, StandIn, envelope, run_gateway, within

UPLOAD = f"/{SERVICE}/ImportCards"
WATCH = "/atelier.resolver.v1.ScanService/WatchScan"
DOWNLOAD = f"/{SERVICE}/InventedTomorrow"


@pytest.fixture(scope="module")
async def hasty(running_stand_in: StandIn, secret_file: Path) -> AsyncIterator[Gateway]:
    """A gateway that waits half a second for callers, and two for anything at all."""
    async with run_gateway(
        secret_file, running_stand_in.port, stream_idle_seconds=0.5, stream_silent_seconds=2.0, user_streams=1
    ) as running:
        yield running


class Looks:
    """How often the gateway has looked whether a stream is idle: so many times as `LOOKS` says within its bound."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._seen = asyncio.Semaphore(0)
        idle_for = WatchedPassage._idle_for

        def look(passage: WatchedPassage, now: float) -> str | None:
            self._seen.release()
            return idle_for(passage, now)

        monkeypatch.setattr(WatchedPassage, "_idle_for", look)

    async def wait_for(self, looks: int) -> None:
        """Until there have been so many more."""
        for _ in range(looks):
            await within(10, self._seen.acquire())


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    return Looks(monkeypatch)


async def drained(call: Any) -> None:
    """Read until the call ends."""
    while await call.read() is not grpc.aio.EOF:
        pass


def reason_of(error: grpc.aio.AioRpcError) -> str:
    details = dict(error.trailing_metadata() or ())["grpc-status-details-bin"]
    told = error_details_pb2.ErrorInfo()
    assert status_pb2.Status.FromString(details).details[0].Unpack(told)
    return str(told.reason)


async def test_an_upload_whose_caller_falls_silent_is_ended_on_both_sides_and_told_so(
    hasty: Gateway, stand_in: StandIn
) -> None:
    ended = asyncio.Event()

    async def collect(requests: AsyncIterator[bytes], context: Any) -> bytes:
        try:
            return b"".join([request async for request in requests])
        finally:
            ended.set()

    stand_in.answers[UPLOAD] = grpc.stream_unary_rpc_method_handler(collect)
    call = hasty.channel.stream_unary(UPLOAD)(metadata=(hasty.authorization,))
    await call.write(b"one")

    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await within(10, call)

    await within(10, ended.wait())
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert reason_of(caught.value) == "STREAM_IDLE"


async def test_an_upload_that_keeps_coming_and_a_service_that_thinks_are_left_alone(
    hasty: Gateway, stand_in: StandIn, looks: Looks
) -> None:
    async def collect(requests: AsyncIterator[bytes], context: Any) -> bytes:
        found = [request async for request in requests]
        await looks.wait_for(2 * LOOKS + 1)
        return b"".join(found)

    stand_in.answers[UPLOAD] = grpc.stream_unary_rpc_method_handler(collect)
    call = hasty.channel.stream_unary(UPLOAD)(metadata=(hasty.authorization,))
    for _ in range(2 * LOOKS):
        await call.write(b"x")
        await looks.wait_for(1)
    await call.done_writing()

    assert await within(10, call) == b"x" * 2 * LOOKS


async def test_a_watch_on_which_nothing_happens_is_held_and_at_last_ended(
    hasty: Gateway, stand_in: StandIn, looks: Looks
) -> None:
    async def watch(request: bytes, context: Any) -> AsyncIterator[bytes]:
        yield b"now"
        await looks.wait_for(2 * LOOKS + 1)
        yield b"later"
        await asyncio.Event().wait()

    stand_in.answers[WATCH] = grpc.unary_stream_rpc_method_handler(watch)
    call = hasty.channel.unary_stream(WATCH)(b"", metadata=(hasty.authorization,))

    seen = [await within(10, call.read()), await within(10, call.read())]
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await within(10, call.read())

    assert seen == [b"now", b"later"]
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert reason_of(caught.value) == "STREAM_IDLE"


async def test_a_reader_that_takes_nothing_frees_its_service_and_its_place_and_is_told_when_it_reads_on(
    hasty: Gateway, stand_in: StandIn
) -> None:
    left = asyncio.Event()

    async def pour(request: bytes, context: Any) -> AsyncIterator[bytes]:
        context.add_done_callback(lambda _: left.set())
        while True:
            yield bytes(2**18)

    stand_in.answers[DOWNLOAD] = grpc.unary_stream_rpc_method_handler(pour)
    call = hasty.channel.unary_stream(DOWNLOAD)(b"", metadata=(hasty.authorization,))
    await within(10, call.read())

    await within(10, left.wait())
    again = hasty.channel.unary_stream(DOWNLOAD)(b"", metadata=(hasty.authorization,))
    first = await within(10, again.read())
    again.cancel()
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await within(20, drained(call))

    assert first == bytes(2**18)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert reason_of(caught.value) == "STREAM_IDLE"


async def test_an_upload_over_http_that_falls_silent_is_told_so_too(hasty: Gateway, stand_in: StandIn) -> None:
    async def collect(requests: AsyncIterator[bytes], context: Any) -> bytes:
        return b"".join([request async for request in requests])

    stand_in.answers[UPLOAD] = grpc.stream_unary_rpc_method_handler(collect)

    reader, writer = await asyncio.open_connection("127.0.0.1", hasty.http_port)
    message = envelope(b"{}")
    head = (
        f"POST {UPLOAD} HTTP/1.1\r\nhost: gateway\r\nauthorization: {hasty.authorization[1]}\r\n"
        "content-type: application/connect+json\r\ntransfer-encoding: chunked\r\n\r\n"
    )

    writer.write(head.encode() + b"%x\r\n%b\r\n" % (len(message), message))
    answer = await within(10, reader.readuntil(b"STREAM_IDLE"))
    writer.close()

    assert answer.startswith(b"HTTP/1.1 200")
    assert b"deadline_exceeded" in answer
