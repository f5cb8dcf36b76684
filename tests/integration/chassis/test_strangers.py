"""What is made of a call by its head alone, and what whoever may not call is told while it still sends."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
import pytest
from atelier.resolver.v1 import resolver_service_pb2 as pb
from atelier.resolver.v1.resolver_service_pb2_grpc import ResolverServiceStub
from google.rpc import error_details_pb2, status_pb2
from grpc.aio import AioRpcError

from chassis.auth import Principal, Role, TokenVerifier
from chassis.client import open_blocking_channel, open_channel
from chassis.context import remaining_seconds
from chassis.errors import Unauthenticated
from tests.integration.chassis.conftest import DOMAIN, SECONDS, SERVICE, ServeToy, Until, calling, token

GET = f"/{SERVICE}/GetCard"
IMPORT = f"/{SERVICE}/ImportCards"
REFLECT = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
LARGE = bytes(15 * 2**20)
AT_ONCE = 5
LATE_SECONDS = 0.2

Refusal = tuple[str, str, str]
REFUSED: Refusal = ("UNAUTHENTICATED", "UNAUTHENTICATED", DOMAIN)


def told(error: Any) -> Refusal:
    """The code of a failed call, and its one ErrorInfo's reason and domain; those are empty where it has none."""
    raw = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
    info = error_details_pb2.ErrorInfo()
    for detail in status_pb2.Status.FromString(raw).details:
        detail.Unpack(info)
    return error.code().name, info.reason, info.domain


@pytest.mark.parametrize("authorization", [None, "Bearer not.a.token"])
@pytest.mark.parametrize("method", [GET, IMPORT, REFLECT])
async def test_a_stranger_is_refused_before_its_message_comes(
    serve_toy: ServeToy, until: Until, method: str, authorization: str | None
) -> None:
    toy = await serve_toy()
    metadata = [("x-request-id", "mine"), *([("authorization", authorization)] if authorization else [])]

    async with open_channel(toy.address) as channel, asyncio.timeout(SECONDS):
        begin: Any = channel.stream_stream(method)  # On the wire all kinds of call are alike.
        call = begin(metadata=metadata)  # And sends nothing.
        with pytest.raises(AioRpcError) as caught:
            await call.read()

    def lines() -> list[tuple[str, str, str]]:
        return [(one["method"], one["code"], one["request_id"]) for one in toy.entries if one["event"] == "call"]

    await until(lines)
    assert told(caught.value) == REFUSED
    assert dict(caught.value.trailing_metadata() or ())["x-request-id"] == "mine"
    assert lines() == [(method, "UNAUTHENTICATED", "mine")]


async def by_unary_call(address: str) -> Refusal:
    async with open_channel(address) as channel:
        call: Any = channel.unary_unary(GET)
        with pytest.raises(AioRpcError) as caught:
            await call(LARGE)
    return told(caught.value)


async def by_streaming_call(address: str) -> Refusal:
    async with open_channel(address) as channel:
        call: Any = channel.unary_stream(GET)
        with pytest.raises(AioRpcError) as caught:
            await call(LARGE).read()
    return told(caught.value)


async def by_blocking_call(address: str) -> Refusal:
    def refused() -> Refusal:
        with open_blocking_channel(address) as channel:
            call: Any = channel.unary_unary(GET)
            with pytest.raises(grpc.RpcError) as caught:
                call(LARGE)
        return told(caught.value)

    return await asyncio.to_thread(refused)


@pytest.mark.parametrize("call", [by_unary_call, by_streaming_call, by_blocking_call])
async def test_a_stranger_is_told_why_of_whose_large_message_nothing_is_read(
    serve_toy: ServeToy, call: Callable[[str], Awaitable[Refusal]]
) -> None:
    toy = await serve_toy()

    answers = await asyncio.gather(*(call(toy.address) for _ in range(AT_ONCE)))

    assert answers == [REFUSED] * AT_ONCE


async def forward(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
    async for request in requests:
        yield request


FORWARDING = grpc.method_handlers_generic_handler(SERVICE, {"Forward": grpc.stream_stream_rpc_method_handler(forward)})


@pytest.mark.parametrize("method", ["ImportCards", "Forward"])
async def test_whoever_may_not_stream_is_told_so_while_it_still_sends(serve_toy: ServeToy, method: str) -> None:
    toy = await serve_toy(roles={method: frozenset({Role.OPERATOR})}, generic_handlers=[FORWARDING])
    bearer = [("authorization", f"Bearer {token(Role.USER)}")]

    async def send_all(call: Any) -> None:
        for _ in range(20):
            await call.write(bytes(2**16))
        await call.done_writing()
        await call

    async def refused(channel: Any) -> Refusal:
        with pytest.raises(AioRpcError) as caught:
            await send_all(channel.stream_unary(f"/{SERVICE}/{method}")(metadata=bearer))
        return told(caught.value)

    async with open_channel(toy.address) as channel:
        answers = [await refused(channel) for _ in range(20)]

    assert answers == [("PERMISSION_DENIED", "ROLE_NOT_ALLOWED", DOMAIN)] * 20


async def test_a_caller_who_leaves_before_it_is_known_who_calls_is_recorded(
    serve_toy: ServeToy, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    met = asyncio.Event()

    async def never(*_: Any) -> None:
        met.set()
        await asyncio.Event().wait()

    toy = await serve_toy()
    monkeypatch.setattr(TokenVerifier, "authenticate", never)
    async with calling(toy.address) as stub, asyncio.timeout(SECONDS):
        call = stub.GetCard(pb.GetCardRequest(catalog_id="a"), metadata=[("x-request-id", "mine")])
        await met.wait()
        call.cancel()

        def lines() -> list[tuple[str, str, str]]:
            return [(one["method"], one["code"], one["request_id"]) for one in toy.entries if one["event"] == "call"]

        await until(lines)

    assert lines() == [(GET, "CANCELLED", "mine")]


async def test_finding_out_who_calls_is_part_of_the_calls_time_and_of_its_deadline(
    serve_toy: ServeToy, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[float | None] = []

    async def get_card(_: pb.GetCardRequest) -> pb.GetCardResponse:
        left.append(remaining_seconds())
        return pb.GetCardResponse()

    async def authenticate(_: TokenVerifier, authorization: str | None) -> Principal:
        await asyncio.sleep(LATE_SECONDS)
        if authorization is None:
            raise Unauthenticated("A token is needed.")
        return Principal("ann", Role.USER)

    toy = await serve_toy(get_card, default_deadline_seconds=SECONDS)
    monkeypatch.setattr(TokenVerifier, "authenticate", authenticate)
    async with calling(toy.address) as stub, open_channel(toy.address) as strangers:
        await stub.GetCard(pb.GetCardRequest(catalog_id="a"))
        with pytest.raises(AioRpcError):
            await ResolverServiceStub(strangers).GetCard(pb.GetCardRequest(catalog_id="a"))

    def seconds() -> dict[str, float]:
        return {one["code"]: one["seconds"] for one in toy.entries if one["event"] == "call"}

    await until(lambda: len(seconds()) == 2)
    assert min(seconds()["OK"], seconds()["UNAUTHENTICATED"]) >= LATE_SECONDS * 0.9
    assert left[0] is not None
    assert left[0] <= SECONDS - LATE_SECONDS * 0.9


async def test_what_nobody_foresaw_before_it_is_known_who_calls_stays_here(
    serve_toy: ServeToy, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stumble(*_: Any) -> None:
        raise LookupError("SENTINEL")

    toy = await serve_toy()
    monkeypatch.setattr(TokenVerifier, "authenticate", stumble)
    async with calling(toy.address) as stub:
        with pytest.raises(AioRpcError) as caught:
            await stub.GetCard(pb.GetCardRequest(catalog_id="a"))

    assert told(caught.value) == ("INTERNAL", "INTERNAL", DOMAIN)
    assert "SENTINEL" not in str(caught.value)
    assert [one["exc_info"] for one in toy.entries if one["event"] == "call failed"] == [True]
