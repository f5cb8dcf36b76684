"""Calls over gRPC pass the gateway as they are, whatever their kind."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

from tests.integration.gateway.rig import MAX_MESSAGE_BYTES, SERVICE, Gateway, StandIn, within

KNOWN = f"/{SERVICE}/GetCard"
NEW = f"/{SERVICE}/InventedTomorrow"
ELSEWHERE = "/atelier.resolver.v1.NewService/Do"
NOT_PROTO = b"\xff\x00 no protobuf at all \xfe"


@pytest.mark.parametrize("method", [KNOWN, NEW, ELSEWHERE])
async def test_unary_bytes_pass_unchanged(gateway: Gateway, stand_in: StandIn, method: str) -> None:
    async def reverse(request: bytes, context: Any) -> bytes:
        return request[::-1]

    stand_in.unary(method, reverse)

    answer = await gateway.channel.unary_unary(method)(NOT_PROTO, metadata=(gateway.authorization,))

    assert answer == NOT_PROTO[::-1]


async def test_a_client_stream_is_answered_once(gateway: Gateway, stand_in: StandIn) -> None:
    async def join(requests: AsyncIterator[bytes], context: Any) -> bytes:
        return b"|".join([request async for request in requests])

    stand_in.answers[NEW] = grpc.stream_unary_rpc_method_handler(join)
    messages = [b"\xff%d" % number for number in range(100)]

    answer = await gateway.channel.stream_unary(NEW)(iter(messages), metadata=(gateway.authorization,))

    assert answer == b"|".join(messages)


async def test_a_server_stream_arrives_in_order(gateway: Gateway, stand_in: StandIn) -> None:
    async def count(request: bytes, context: Any) -> AsyncIterator[bytes]:
        for number in range(int(request)):
            yield b"\xff%d" % number

    stand_in.answers[NEW] = grpc.unary_stream_rpc_method_handler(count)

    answers = [one async for one in gateway.channel.unary_stream(NEW)(b"500", metadata=(gateway.authorization,))]

    assert answers == [b"\xff%d" % number for number in range(500)]


async def test_both_sides_of_a_stream_talk_in_turn(gateway: Gateway, stand_in: StandIn) -> None:
    async def echo(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        async for request in requests:
            yield b"echo " + request

    stand_in.stream(NEW, echo)
    call = gateway.channel.stream_stream(NEW)(metadata=(gateway.authorization,))

    heard = []
    for word in (b"one", b"two", b"three"):
        await call.write(word)
        heard.append(await within(5, call.read()))
    await call.done_writing()

    assert heard == [b"echo one", b"echo two", b"echo three"]
    assert await within(5, call.read()) is grpc.aio.EOF
    assert await call.code() is grpc.StatusCode.OK


async def test_headers_of_a_stream_arrive_before_its_first_message(gateway: Gateway, stand_in: StandIn) -> None:
    go_on = asyncio.Event()

    async def slow(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        await context.send_initial_metadata((("early", "yes"),))
        await go_on.wait()
        yield b"late"

    stand_in.stream(NEW, slow)
    call = gateway.channel.stream_stream(NEW)(metadata=(gateway.authorization,))

    early = await within(5, call.initial_metadata())
    go_on.set()

    assert dict(early)["early"] == "yes"
    assert await call.read() == b"late"


@pytest.mark.parametrize("method", [KNOWN, NEW])
async def test_metadata_and_trailers_pass_both_ways(gateway: Gateway, stand_in: StandIn, method: str) -> None:
    seen: list[tuple[str, Any]] = []

    async def answer(request: bytes, context: Any) -> bytes:
        seen.extend(context.invocation_metadata())
        await context.send_initial_metadata((("first", "1"), ("first-bin", b"\x00\xff")))
        context.set_trailing_metadata((("last", "2"), ("last", "3"), ("last-bin", b"\xff\x00")))
        return b""

    stand_in.unary(method, answer)
    sent = (
        gateway.authorization,
        ("twice", "a"),
        ("twice", "b"),
        ("some-bin", bytes(range(256))),
        ("traceparent", "t"),
    )

    call = gateway.channel.unary_unary(method)(b"", metadata=sent)
    await call

    assert set(sent) <= set(seen)
    assert {("first", "1"), ("first-bin", b"\x00\xff")} <= set(await call.initial_metadata())
    assert {("last", "2"), ("last", "3"), ("last-bin", b"\xff\x00")} <= set(await call.trailing_metadata())
    agents = [value for key, value in seen if key == "user-agent"]
    assert len(agents) == 1  # The gateway's own.


@pytest.mark.parametrize("method", [KNOWN, NEW])
async def test_a_rich_error_passes_byte_for_byte(gateway: Gateway, stand_in: StandIn, method: str) -> None:
    status = status_pb2.Status(code=9, message="nicht heute: é ★")
    status.details.add().Pack(error_details_pb2.ErrorInfo(reason="NOT_TODAY", domain="resolver.atelier"))
    status.details.add(type_url="type.googleapis.com/unheard.of.Thing", value=b"\xff\xfe")
    details = status.SerializeToString()

    async def fail(request: bytes, context: Any) -> bytes:
        trailers = (("grpc-status-details-bin", details), ("x-request-id", "r"), ("more", "m"))
        await context.abort(grpc.StatusCode.FAILED_PRECONDITION, status.message, trailing_metadata=trailers)
        raise AssertionError

    stand_in.unary(method, fail)

    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await gateway.channel.unary_unary(method)(b"", metadata=(gateway.authorization,))

    trailers = failure.value.trailing_metadata()
    assert trailers is not None
    assert failure.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert failure.value.details() == status.message
    assert dict(trailers)["grpc-status-details-bin"] == details
    assert dict(trailers)["more"] == "m"


async def test_an_error_after_some_messages_comes_after_them(gateway: Gateway, stand_in: StandIn) -> None:
    async def break_off(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        yield b"1"
        yield b"2"
        await context.abort(grpc.StatusCode.DATA_LOSS, "gone")

    stand_in.stream(NEW, break_off)
    call = gateway.channel.stream_stream(NEW)(iter([b"x"]), metadata=(gateway.authorization,))

    heard = [await call.read(), await call.read()]
    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await call.read()

    assert heard == [b"1", b"2"]
    assert (failure.value.code(), failure.value.details()) == (grpc.StatusCode.DATA_LOSS, "gone")


async def test_a_service_may_end_a_stream_before_its_caller(gateway: Gateway, stand_in: StandIn) -> None:
    async def enough(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        async for request in requests:
            yield request
            return

    stand_in.stream(NEW, enough)
    call = gateway.channel.stream_stream(NEW)(metadata=(gateway.authorization,))
    await call.write(b"only one")

    assert await within(5, call.read()) == b"only one"
    assert await within(5, call.read()) is grpc.aio.EOF
    assert await within(5, call.code()) is grpc.StatusCode.OK


@pytest.mark.parametrize("method", [KNOWN, NEW])
async def test_the_deadline_travels_with_the_call(gateway: Gateway, stand_in: StandIn, method: str) -> None:
    left: list[float] = []

    async def look(request: bytes, context: Any) -> bytes:
        left.append(context.time_remaining())
        return b""

    stand_in.unary(method, look)

    await gateway.channel.unary_unary(method)(b"", timeout=7, metadata=(gateway.authorization,))

    assert 6 < left[0] < 7.1  # gRPC rounds what it sends up by a little.


async def test_a_passed_deadline_ends_the_call_everywhere(gateway: Gateway, stand_in: StandIn) -> None:
    cancelled = asyncio.Event()
    stand_in.unary(KNOWN, _hang(cancelled))

    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await gateway.channel.unary_unary(KNOWN)(b"", timeout=0.2, metadata=(gateway.authorization,))

    assert failure.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    await within(5, cancelled.wait())


@pytest.mark.parametrize("method", [KNOWN, NEW])
async def test_a_caller_who_leaves_cancels_the_service(gateway: Gateway, stand_in: StandIn, method: str) -> None:
    started, cancelled = asyncio.Event(), asyncio.Event()
    stand_in.unary(method, _hang(cancelled, started))
    call = gateway.channel.unary_unary(method)(b"", metadata=(gateway.authorization,))
    await within(5, started.wait())

    call.cancel()

    await within(5, cancelled.wait())


async def test_a_caller_who_leaves_a_stream_cancels_the_service(gateway: Gateway, stand_in: StandIn) -> None:
    cancelled = asyncio.Event()

    async def endless(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        context.add_done_callback(lambda _: cancelled.set())
        yield b"first"
        await asyncio.Event().wait()

    stand_in.stream(NEW, endless)
    call = gateway.channel.stream_stream(NEW)(metadata=(gateway.authorization,))
    await within(5, call.read())

    call.cancel()

    await within(5, cancelled.wait())


HOPS = 2
LARGEST_WINDOW_BYTES = 16 * 2**20  # What gRPC's flow control grows a window to (kMaxWindow, by its BDP estimate).


async def test_a_slow_reader_slows_the_service(gateway: Gateway, stand_in: StandIn) -> None:
    sent = 0

    async def flood(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            yield bytes(64 * 1024)
            sent += 1

    async def nothing(request: bytes, context: Any) -> bytes:
        return b""

    stand_in.stream(NEW, flood)
    stand_in.unary(KNOWN, nothing)
    call = gateway.channel.stream_stream(NEW)(metadata=(gateway.authorization,))
    await call.read()

    # Ends only once the service has been brought to a stand: whoever buffers without bound goes on for ever.
    before = -1
    while before < sent:
        before = sent
        for _ in range(50):
            await gateway.channel.unary_unary(KNOWN)(b"", metadata=(gateway.authorization,))
    call.cancel()

    assert sent * 64 * 1024 < HOPS * LARGEST_WINDOW_BYTES


@pytest.mark.parametrize("method", [KNOWN, NEW])
async def test_the_largest_message_passes_and_a_larger_one_is_refused(
    gateway: Gateway, stand_in: StandIn, method: str
) -> None:
    async def echo(request: bytes, context: Any) -> bytes:
        return request

    stand_in.unary(method, echo)
    call = gateway.channel.unary_unary(method)

    answer = await call(bytes(MAX_MESSAGE_BYTES), metadata=(gateway.authorization,))
    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await call(bytes(MAX_MESSAGE_BYTES + 1), metadata=(gateway.authorization,))

    assert len(answer) == MAX_MESSAGE_BYTES
    assert failure.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def _hang(cancelled: asyncio.Event, started: asyncio.Event | None = None) -> Any:
    async def hang(request: bytes, context: Any) -> bytes:
        if started is not None:
            started.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        return b""

    return hang
