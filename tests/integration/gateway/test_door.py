"""What a stranger's request costs over HTTP: its head, and nothing of its body."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.integration.gateway.rig import SERVICE, Gateway, StandIn, within

READ = f"/{SERVICE}/GetCard"
IMPORT = f"/{SERVICE}/ImportCards"
WATCH = "/atelier.resolver.v1.ScanService/WatchScan"
HEALTH = "/grpc.health.v1.Health/Check"
BODY_BYTES = 15 * 2**20


@contextlib.asynccontextmanager
async def begun(
    gateway: Gateway, path: str, content_type: str, *more: str
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection on which a request has begun whose body is still to come."""
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.http_port)
    told = [f"POST {path} HTTP/1.1", "host: gateway", f"content-type: {content_type}", *more, "", ""]
    writer.write("\r\n".join(told).encode())
    try:
        yield reader, writer
    finally:
        writer.close()


async def head_of(reader: asyncio.StreamReader) -> list[str]:
    """The lines of the next response's head."""
    head: bytes = await within(10, reader.readuntil(b"\r\n\r\n"))
    return head.decode().split("\r\n")


@pytest.mark.parametrize("authorization", [None, "Bearer not.a.token"])
@pytest.mark.parametrize("content_type", ["application/json", "application/proto"])
async def test_a_stranger_is_refused_before_its_body_comes(
    gateway: Gateway, content_type: str, authorization: str | None
) -> None:
    told = [f"content-length: {BODY_BYTES}", *([f"authorization: {authorization}"] if authorization else [])]

    async with begun(gateway, READ, content_type, *told) as (reader, _):
        status, *headers = await head_of(reader)

    assert status == "HTTP/1.1 401 Unauthorized"
    assert "www-authenticate: Bearer" in headers
    assert any(one.startswith("x-request-id: ") for one in headers)


@pytest.mark.parametrize(
    ("path", "content_type", "accept", "word"),
    [
        (WATCH, "application/connect+json", "*/*", b'"unauthenticated"'),
        (IMPORT, "application/connect+json", "*/*", b'"unauthenticated"'),
        (WATCH, "application/json", "text/event-stream", b'"unauthenticated"'),
        (READ, "application/grpc-web+proto", "*/*", b"grpc-status: 16"),
    ],
)
async def test_a_strangers_stream_is_refused_before_its_first_message_comes(
    gateway: Gateway, path: str, content_type: str, accept: str, word: bytes
) -> None:
    told = ["transfer-encoding: chunked", f"accept: {accept}"]

    async with begun(gateway, path, content_type, *told) as (reader, _):
        answer = await within(10, reader.readuntil(word))

    assert answer.startswith(b"HTTP/1.1 200 OK")


async def test_a_known_callers_body_is_waited_for(gateway: Gateway, stand_in: StandIn) -> None:
    asked: list[bytes] = []

    async def answer(request: bytes, context: Any) -> bytes:
        asked.append(request)
        return b""

    stand_in.unary(READ, answer)
    told = [f"authorization: {gateway.authorization[1]}", "content-length: 2"]
    async with begun(gateway, READ, "application/json", *told) as (reader, writer):
        writer.write(b"{}")
        status, *_ = await head_of(reader)

    assert (status, asked) == ("HTTP/1.1 200 OK", [b""])


async def test_health_is_told_to_strangers(gateway: Gateway) -> None:
    async with begun(gateway, HEALTH, "application/json", "content-length: 2") as (reader, writer):
        writer.write(b"{}")
        status, *_ = await head_of(reader)

    assert status == "HTTP/1.1 200 OK"


async def test_a_connection_on_which_a_stranger_was_refused_serves_the_next_request(gateway: Gateway) -> None:
    async with begun(gateway, READ, "application/json", f"content-length: {2**20}") as (reader, writer):
        status, *_ = await head_of(reader)
        await within(10, reader.readuntil(b"\r\n0\r\n\r\n"))  # The last chunk.
        writer.write(bytes(2**20) + b"GET /healthz HTTP/1.1\r\nhost: gateway\r\n\r\n")
        next_status, *_ = await head_of(reader)

    assert (status[9:12], next_status[9:12]) == ("401", "200")
