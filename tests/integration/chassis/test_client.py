"""Channels: what a call carries on, where it goes, and when it is sent again."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import grpc
import pytest
from atelier.resolver.v1 import resolver_service_pb2 as pb
from atelier.resolver.v1.resolver_service_pb2_grpc import ResolverServiceStub
from grpc.aio import AioRpcError

from chassis.client import (
    blocking_token_interceptors,
    open_blocking_channel,
    open_channel,
    service_config,
    token_interceptors,
)
from chassis.context import deadline, request_id
from chassis.errors import NotFound, Unavailable
from chassis.propagation import propagation_interceptors
from tests.integration.chassis.conftest import ServeToy, Toy, Until, calling, code_of, free_port, token

REQUEST = pb.GetCardRequest(catalog_id="base1-4")
PACKAGE = "atelier.resolver.v1"


async def chain(serve_toy: ServeToy, seen: list[Any], timeout: float | None = None) -> Toy:
    """A server that calls another for each call; the other notes the request id and seconds that it was given."""

    async def note(request: pb.GetCardRequest) -> pb.GetCardResponse:
        bound = deadline.get()
        seen.append((request_id.get(), None if bound is None else bound - time.monotonic()))
        return pb.GetCardResponse()

    inner = await serve_toy(note, default_deadline_seconds=1000)

    async def forward(request: pb.GetCardRequest) -> pb.GetCardResponse:
        async with calling(inner.address, interceptors=propagation_interceptors()) as stub:
            return await stub.GetCard(request, timeout=timeout)  # type: ignore[no-any-return]

    return await serve_toy(forward, default_deadline_seconds=30)


async def greet(request: pb.GetCardRequest) -> pb.GetCardResponse:
    return pb.GetCardResponse()


@asynccontextmanager
async def far_away(address: str, *, seconds: float) -> AsyncIterator[str]:
    """Where a server is that answers each connection's first bytes late, as over a slow network with TLS."""
    host, _, port = address.rpartition(":")

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(2**16):
            writer.write(data)
        writer.close()

    async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(seconds)
        with suppress(ConnectionError):
            their_reader, their_writer = await asyncio.open_connection(host, int(port))
            await asyncio.gather(pass_on(reader, their_writer), pass_on(their_reader, writer))

    async with await asyncio.start_server(join, "127.0.0.1", 0) as door:
        yield f"127.0.0.1:{door.sockets[0].getsockname()[1]}"


async def test_the_inbound_deadline_bounds_the_outbound_call_and_the_request_id_goes_along(
    serve_toy: ServeToy,
) -> None:
    seen: list[Any] = []
    outer = await chain(serve_toy, seen)

    async with calling(outer.address) as stub:
        await stub.GetCard(REQUEST, timeout=7, metadata=(("x-request-id", "abc"),))

    ((call_id, seconds),) = seen
    assert call_id == "abc"
    assert 5 < seconds < 8


async def test_a_shorter_deadline_of_ones_own_wins(serve_toy: ServeToy) -> None:
    seen: list[Any] = []
    outer = await chain(serve_toy, seen, timeout=2)

    async with calling(outer.address) as stub:
        await stub.GetCard(REQUEST, timeout=7)

    assert 1 < seen[0][1] < 3


async def test_a_call_without_a_deadline_passes_the_servers_bound_on(serve_toy: ServeToy) -> None:
    seen: list[Any] = []
    outer = await chain(serve_toy, seen)

    async with calling(outer.address) as stub:
        await stub.GetCard(REQUEST)

    assert 25 < seen[0][1] < 31


async def test_outside_of_any_call_there_is_nothing_to_carry_on(serve_toy: ServeToy) -> None:
    toy = await serve_toy()

    async with calling(toy.address, interceptors=propagation_interceptors()) as stub:
        call = stub.GetCard(REQUEST)
        made = dict(await call.trailing_metadata())["x-request-id"]

    assert len(made) == 32


async def test_two_servers_behind_one_name_take_turns(serve_toy: ServeToy) -> None:
    counts = [0, 0]

    async def serve(place: int) -> Toy:
        async def count(request: pb.GetCardRequest) -> pb.GetCardResponse:
            counts[place] += 1
            return pb.GetCardResponse()

        return await serve_toy(count)

    first, second = await serve(0), await serve(1)

    async with calling(f"ipv4:{first.address},{second.address}", package=PACKAGE) as stub:
        async with asyncio.timeout(10):
            while 0 in counts:
                await stub.GetCard(REQUEST)
        before = list(counts)
        for _ in range(20):
            await stub.GetCard(REQUEST)

    assert [after - earlier for after, earlier in zip(counts, before, strict=True)] == [10, 10]


async def test_when_one_of_two_servers_is_gone_the_other_takes_every_call(serve_toy: ServeToy) -> None:
    first, second = await serve_toy(), await serve_toy()
    await first.server.stop()

    async with calling(f"ipv4:{first.address},{second.address}", package=PACKAGE) as stub:
        answers = [await stub.GetCard(REQUEST, timeout=5) for _ in range(10)]

    assert {answer.card.catalog_id for answer in answers} == {"base1-4"}


async def test_a_call_is_sent_again_until_a_server_is_there(serve_toy: ServeToy, until: Until) -> None:
    port = free_port()

    async with open_channel(f"127.0.0.1:{port}", package=PACKAGE, interceptors=token_interceptors(token())) as channel:
        # Whatever is called from here on would fail at once if it weren't sent again.
        await until(lambda: channel.get_state(try_to_connect=True) == grpc.ChannelConnectivity.TRANSIENT_FAILURE)
        call = asyncio.ensure_future(ResolverServiceStub(channel).GetCard(REQUEST, timeout=10))
        await serve_toy(port=port)
        response = await call

    assert response.card.catalog_id == "base1-4"


async def test_a_server_that_is_far_away_is_reached(serve_toy: ServeToy) -> None:
    far = await serve_toy(greet)

    async with far_away(far.address, seconds=0.7) as address, calling(address) as stub:
        answer = await stub.GetCard(REQUEST, timeout=20)

    assert answer == pb.GetCardResponse()


async def test_without_a_server_a_call_ends_as_unavailable_after_its_attempts() -> None:
    async with calling(f"127.0.0.1:{free_port()}", package=PACKAGE) as stub:
        with pytest.raises(AioRpcError) as caught:
            await stub.GetCard(REQUEST, timeout=20)

    assert code_of(caught.value) == "UNAVAILABLE"


async def test_an_answer_of_unavailable_is_asked_for_again_and_any_other_error_is_not(serve_toy: ServeToy) -> None:
    asked: list[str] = []

    async def fail(request: pb.GetCardRequest) -> pb.GetCardResponse:
        asked.append(request.catalog_id)
        if request.catalog_id == "away" and len(asked) < 3:
            raise Unavailable("Away for two attempts.", retry_seconds=0.01)
        if request.catalog_id == "none":
            raise NotFound("None.")
        return pb.GetCardResponse()

    toy = await serve_toy(fail)
    async with calling(toy.address, package=PACKAGE) as stub:
        await stub.GetCard(pb.GetCardRequest(catalog_id="away"))
        with pytest.raises(AioRpcError):
            await stub.GetCard(pb.GetCardRequest(catalog_id="none"))

    assert asked == ["away"] * 3 + ["none"]


def test_policies_of_more_packages_stand_beside_those_of_the_first() -> None:
    config = json.loads(service_config(PACKAGE, "atelier.jobs.v1"))

    named = {name["service"] for entry in config["methodConfig"] for name in entry["name"]}
    assert {"atelier.resolver.v1.ResolverService", "atelier.jobs.v1.JobsService"} <= named


async def test_a_token_of_ones_own_outranks_the_channels(serve_toy: ServeToy) -> None:
    toy = await serve_toy()

    async with open_channel(toy.address, interceptors=token_interceptors(token())) as channel:
        with pytest.raises(AioRpcError) as caught:
            await ResolverServiceStub(channel).GetCard(REQUEST, metadata=(("authorization", "Bearer rubbish"),))

    assert caught.value.code() == grpc.StatusCode.UNAUTHENTICATED


async def test_a_blocking_channel_brings_the_token_and_asks_again(serve_toy: ServeToy) -> None:
    asked: list[str] = []

    async def fail_once(request: pb.GetCardRequest) -> pb.GetCardResponse:
        asked.append(request.catalog_id)
        if len(asked) < 2:
            raise Unavailable("Away for one attempt.", retry_seconds=0.01)
        return pb.GetCardResponse()

    def call(address: str) -> None:
        interceptors = blocking_token_interceptors(token())
        with open_blocking_channel(address, package=PACKAGE, interceptors=interceptors) as channel:
            ResolverServiceStub(channel).GetCard(REQUEST)

    toy = await serve_toy(fail_once)
    await asyncio.to_thread(call, toy.address)

    assert asked == ["base1-4"] * 2
