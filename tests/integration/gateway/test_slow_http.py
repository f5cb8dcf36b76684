"""HTTP peers that don't get on, and those that only take their time."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from tests.integration.gateway.rig import SERVICE, Gateway, StandIn, envelope, run_gateway, within

READ = f"/{SERVICE}/GetCard"
WATCH = "/atelier.resolver.v1.ScanService/WatchScan"
MANY = 2**22


@pytest.fixture(scope="module")
async def hasty(running_stand_in: StandIn, secret_file: Path) -> AsyncIterator[Gateway]:
    """A gateway that waits half a second for a head, and for a peer that does nothing."""
    async with run_gateway(
        secret_file, running_stand_in.port, http_head_seconds=0.5, http_idle_seconds=0.5, http_body_seconds=1.5
    ) as running:
        yield running


@pytest.fixture
def answering(stand_in: StandIn) -> StandIn:
    """A service that says nothing in few words."""

    async def nothing(request: bytes, context: Any) -> bytes:
        return b""

    stand_in.unary(READ, nothing)
    return stand_in


@contextlib.asynccontextmanager
async def connected(gateway: Gateway) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A bare connection to the HTTP port."""
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.http_port)
    try:
        yield reader, writer
    finally:
        writer.close()


def head(gateway: Gateway, *more: str) -> bytes:
    """The head of a call in JSON."""
    told = [f"POST {READ} HTTP/1.1", "host: gateway", f"authorization: {gateway.authorization[1]}"]
    return "\r\n".join([*told, "content-type: application/json", *more, "", ""]).encode()


async def status_of(reader: asyncio.StreamReader) -> int:
    """The status of the next response."""
    line = await within(10, reader.readline())
    return int(line.split()[1])


async def test_a_connection_that_says_nothing_is_closed(hasty: Gateway) -> None:
    async with connected(hasty) as (reader, _):
        assert await within(10, reader.read()) == b""


async def test_a_head_that_never_ends_is_answered_408_and_closed(hasty: Gateway) -> None:
    async with connected(hasty) as (reader, writer):
        answer = asyncio.ensure_future(within(10, reader.read()))
        writer.write(b"GET /healthz HTTP/1.1\r\n")
        while not answer.done():  # A word now and then keeps no connection: it is the whole head that counts.
            writer.write(b"x: y\r\n")
            await asyncio.wait([answer], timeout=0.1)

    assert answer.result().startswith(b"HTTP/1.1 408 ")


async def test_whoever_goes_on_sending_is_told_before_the_connection_ends(hasty: Gateway) -> None:
    async with connected(hasty) as (reader, writer):
        answer = asyncio.ensure_future(within(10, reader.read()))
        writer.write(b"GET /healthz HTTP/1.1\r\n")
        while not answer.done():
            writer.write(b"x: y\r\n")
            await asyncio.wait([answer], timeout=0.001)

    assert answer.result().startswith(b"HTTP/1.1 408 ")


async def test_the_second_head_of_a_connection_is_bounded_too(hasty: Gateway, answering: StandIn) -> None:
    async with connected(hasty) as (reader, writer):
        writer.write(head(hasty, "content-length: 2") + b"{}")
        first = await status_of(reader)
        writer.write(b"GET /healthz HTTP/1.1\r\n")
        rest = await within(10, reader.read())

    assert first == 200
    assert b"HTTP/1.1 408 " in rest


async def test_a_body_that_stops_coming_is_answered_408_and_closed(hasty: Gateway) -> None:
    async with connected(hasty) as (reader, writer):
        writer.write(head(hasty, "content-length: 1000") + b"{")
        answer = await within(10, reader.read())

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in answer


async def test_a_body_that_trickles_is_given_up_in_the_end(hasty: Gateway) -> None:
    async with connected(hasty) as (reader, writer):
        answer = asyncio.ensure_future(within(10, reader.read()))
        writer.write(head(hasty, "content-length: 1000000"))
        while not answer.done():
            writer.write(b" ")
            await asyncio.wait([answer], timeout=0.1)

    assert answer.result().startswith(b"HTTP/1.1 408 ")


async def test_a_peer_that_takes_its_time_is_answered(hasty: Gateway, stand_in: StandIn) -> None:
    async def slow(request: bytes, context: Any) -> bytes:
        await asyncio.sleep(1.0)
        return b""

    stand_in.unary(READ, slow)
    async with connected(hasty) as (reader, writer):
        writer.write(head(hasty, "content-length: 2"))
        for byte in (b"{", b"}"):
            await asyncio.sleep(0.3)
            writer.write(byte)

        assert await status_of(reader) == 200


async def test_an_answer_that_nobody_reads_is_given_up(hasty: Gateway, stand_in: StandIn) -> None:
    left = asyncio.Event()

    async def pour(request: bytes, context: Any) -> AsyncIterator[bytes]:
        context.add_done_callback(lambda _: left.set())
        while True:
            yield bytes(2**18)

    stand_in.answers[WATCH] = grpc.unary_stream_rpc_method_handler(pour)
    asking = head(hasty, "content-length: 5").replace(READ.encode(), WATCH.encode())
    async with connected(hasty) as (reader, writer):
        transport: Any = writer.transport
        transport.pause_reading()
        writer.write(asking.replace(b"application/json", b"application/connect+proto") + envelope(b""))

        await within(10, left.wait())

        transport.resume_reading()
        with contextlib.suppress(ConnectionError):
            while await within(10, reader.read(2**18)):
                pass


async def test_an_answer_that_is_read_slowly_arrives_whole(hasty: Gateway, stand_in: StandIn) -> None:
    async def much(request: bytes, context: Any) -> bytes:
        return bytes(MANY - 8)

    stand_in.unary(READ, much)
    reader, writer = await asyncio.open_connection("127.0.0.1", hasty.http_port, limit=2**10)
    asking = head(hasty, "content-length: 0", "connection: close").replace(b"application/json", b"application/proto")
    writer.write(asking)
    taken = 0

    while data := await within(10, reader.read(2**18)):
        taken += len(data)
        if taken < MANY // 2:
            await asyncio.sleep(0.05)
    writer.close()

    assert taken > MANY - 8
