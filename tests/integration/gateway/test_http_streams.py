"""Streams of every kind over HTTP, by a service whose stubs the test brings along."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.descriptor import ServiceDescriptor

from tests.integration.gateway.rig import Gateway, StandIn, envelope, envelopes, info, post, run_gateway, within

CHAT = "atelier.resolver.v1.ChatService"
JSON_STREAM = {"content-type": "application/connect+json"}


def chat_service(package: str = "atelier.resolver.v1") -> ServiceDescriptor:
    """A service with a unary `Ask`, a server stream `Listen` and a two-sided `Talk`, of messages with one `text`."""
    file = descriptor_pb2.FileDescriptorProto(name="chat.proto", package=package, syntax="proto3")
    word = file.message_type.add(name="Word")
    word.field.add(name="text", number=1, type=9, label=1)
    service = file.service.add(name="ChatService")
    name = f".{package}.Word"
    service.method.add(name="Listen", input_type=name, output_type=name, server_streaming=True)
    service.method.add(name="Ask", input_type=name, output_type=name)
    service.method.add(name="Talk", input_type=name, output_type=name, server_streaming=True, client_streaming=True)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool.FindServiceByName(f"{package}.ChatService")


@pytest.fixture(scope="module")
async def talkative(running_stand_in: StandIn, secret_file: Path) -> AsyncIterator[Gateway]:
    async with run_gateway(secret_file, running_stand_in.port, more_services=[chat_service()]) as running:
        yield running


async def test_a_server_stream_carries_its_messages_and_trailers(talkative: Gateway, stand_in: StandIn) -> None:
    async def count(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        async for request in requests:
            for _ in range(3):
                yield request
        context.set_trailing_metadata((("last", "2"),))

    stand_in.stream(f"/{CHAT}/Listen", count)

    answer = await post(talkative, f"/{CHAT}/Listen", envelope(b'{"text":"hi"}'), **JSON_STREAM)

    *messages, (end_flags, end) = envelopes(answer.content)
    assert [json.loads(message) for _, message in messages] == [{"text": "hi"}] * 3
    assert (end_flags, json.loads(end)) == (2, {"metadata": {"last": ["2"]}})
    assert answer.headers["x-request-id"]


async def test_an_error_ends_a_stream_after_its_messages(talkative: Gateway, stand_in: StandIn) -> None:
    async def break_off(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        async for request in requests:
            yield request
        await context.abort(grpc.StatusCode.DATA_LOSS, "gone")

    stand_in.stream(f"/{CHAT}/Talk", break_off)

    answer = await post(talkative, f"/{CHAT}/Talk", envelope(b'{"text":"a"}') + envelope(b"{}"), **JSON_STREAM)

    *messages, (_, end) = envelopes(answer.content)
    assert [json.loads(message) for _, message in messages] == [{"text": "a"}, {"text": ""}]
    assert json.loads(end)["error"] == {"code": "data_loss", "message": "gone"}


async def test_a_service_may_end_a_stream_before_its_caller(talkative: Gateway, stand_in: StandIn) -> None:
    async def enough(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        async for request in requests:
            yield request
            return

    stand_in.stream(f"/{CHAT}/Talk", enough)

    async with open_request(talkative, f"/{CHAT}/Talk") as (reader, writer):
        send(writer, envelope(b'{"text":"a"}'))
        answer = await within(5, reader.readuntil(b"\r\n0\r\n\r\n"))

    assert b'{"text": "a"}' in answer
    assert b"\x02\x00\x00\x00\x02{}" in answer


async def test_a_caller_who_leaves_while_sending_cancels_the_service(talkative: Gateway, stand_in: StandIn) -> None:
    started, cancelled = asyncio.Event(), asyncio.Event()

    async def listen(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        context.add_done_callback(lambda _: cancelled.set())
        async for _ in requests:
            started.set()
        yield b""

    stand_in.stream(f"/{CHAT}/Talk", listen)

    async with open_request(talkative, f"/{CHAT}/Talk") as (_, writer):
        send(writer, envelope(b'{"text":"a"}'))
        await within(5, started.wait())

    await within(5, cancelled.wait())


async def test_a_caller_who_leaves_while_reading_cancels_the_service(talkative: Gateway, stand_in: StandIn) -> None:
    cancelled = asyncio.Event()

    async def flood(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        context.add_done_callback(lambda _: cancelled.set())
        while True:
            yield b"\x0a\x05hello" * 1000

    stand_in.stream(f"/{CHAT}/Talk", flood)

    async with open_request(talkative, f"/{CHAT}/Talk") as (reader, writer):
        send(writer, envelope(b'{"text":"a"}'))
        await within(5, reader.readexactly(1000))

    await within(5, cancelled.wait())


async def test_a_message_that_is_too_large_is_named_as_that(secret_file: Path, stand_in: StandIn) -> None:
    async def listen(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        async for _ in requests:
            pass
        yield b""

    stand_in.stream(f"/{CHAT}/Talk", listen)
    async with run_gateway(
        secret_file, stand_in.port, more_services=[chat_service()], max_message_bytes=2048
    ) as gateway:
        body = envelope(json.dumps({"text": "a" * 2048}).encode())

        answer = await post(gateway, f"/{CHAT}/Talk", body, **JSON_STREAM)

    [(_, end)] = envelopes(answer.content)
    error = json.loads(end)["error"]
    assert error["code"] == "resource_exhausted"
    assert error["details"][0]["debug"]["reason"] == "UNREADABLE_REQUEST"


async def test_a_service_that_is_not_configured_is_unimplemented(secret_file: Path, stand_in: StandIn) -> None:
    nobody = chat_service("atelier.nobody.v1")

    async with run_gateway(secret_file, stand_in.port, more_services=[nobody]) as gateway:
        answer = await post(gateway, f"/{nobody.full_name}/Ask", {"text": "who?"})

    assert (answer.status_code, info(answer)["reason"]) == (501, "UNKNOWN_SERVICE")
    assert answer.json()["message"].endswith("this gateway forwards to: resolver.")


@contextlib.asynccontextmanager
async def open_request(gateway: Gateway, path: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A request whose body is still being sent; leaving the block drops the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.http_port)
    head = [
        f"POST {path} HTTP/1.1",
        "host: gateway",
        "content-type: application/connect+json",
        f"authorization: {gateway.authorization[1]}",
        "transfer-encoding: chunked",
    ]
    writer.write("\r\n".join([*head, "", ""]).encode())
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def send(writer: asyncio.StreamWriter, data: bytes) -> None:
    """One chunk of the body."""
    writer.write(b"%x\r\n%s\r\n" % (len(data), data))
