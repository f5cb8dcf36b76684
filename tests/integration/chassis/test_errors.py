"""What a caller sees of an error, and what stays here."""

import asyncio
from typing import Any

import grpc
import pytest
from atelier.resolver.v1 import resolver_service_pb2 as pb
from atelier.resolver.v1.resolver_service_pb2_grpc import ResolverServiceStub
from google.rpc import error_details_pb2, status_pb2
from grpc.aio import AioRpcError

from chassis.auth import principal
from chassis.client import open_channel
from chassis.context import deadline, request_id
from chassis.errors import AtelierError, FieldViolation, InvalidArgument, NotFound, Unavailable
from tests.integration.chassis.conftest import DOMAIN, SERVICE, ServeToy, Until, calling, code_of, token

REQUEST = pb.GetCardRequest(catalog_id="base1-4")
FIXED = "Something went wrong on our side; the request id in the answer finds the cause in the log."


def details(error: AioRpcError) -> list[Any]:
    """The unpacked details of an error."""
    raw: Any = dict(error.trailing_metadata() or ())["grpc-status-details-bin"]
    found = []
    for detail in status_pb2.Status.FromString(raw).details:
        message = getattr(error_details_pb2, detail.TypeName().split(".")[-1])()
        detail.Unpack(message)
        found.append(message)
    return found


@pytest.mark.parametrize(
    ("error", "code", "kinds"),
    [
        (NotFound("There is none."), "NOT_FOUND", ["ErrorInfo"]),
        (InvalidArgument([FieldViolation("a", "is wrong")]), "INVALID_ARGUMENT", ["ErrorInfo", "BadRequest"]),
        (Unavailable("It is away.", reason="AWAY"), "UNAVAILABLE", ["ErrorInfo", "RetryInfo"]),
    ],
)
async def test_an_error_arrives_with_one_error_info_and_what_else_fits(
    serve_toy: ServeToy, error: AtelierError, code: str, kinds: list[str]
) -> None:
    async def fail(request: pb.GetCardRequest) -> pb.GetCardResponse:
        raise error

    toy = await serve_toy(fail)
    async with calling(toy.address) as stub:
        with pytest.raises(AioRpcError) as caught:
            await stub.GetCard(REQUEST)

    found = details(caught.value)
    assert (code_of(caught.value), caught.value.details()) == (code, error.message)
    assert [type(one).__name__ for one in found] == kinds
    assert (found[0].domain, found[0].reason) == (DOMAIN, error.reason)


async def test_an_unknown_exception_is_internal_and_its_cause_only_in_the_log_under_the_request_id(
    serve_toy: ServeToy,
) -> None:
    async def fail(request: pb.GetCardRequest) -> pb.GetCardResponse:
        raise LookupError("SENTINEL")

    toy = await serve_toy(fail)
    async with calling(toy.address) as stub:
        with pytest.raises(AioRpcError) as caught:
            await stub.GetCard(REQUEST, metadata=(("x-request-id", "find-me"),))

    (entry,) = [one for one in toy.entries if one["event"] == "call failed"]
    assert (code_of(caught.value), caught.value.details()) == ("INTERNAL", FIXED)
    assert [type(one).__name__ for one in details(caught.value)] == ["ErrorInfo"]
    assert "SENTINEL" not in str(caught.value) + str(caught.value.trailing_metadata())
    assert (entry["request_id"], entry["method"], entry["exc_info"]) == ("find-me", f"/{SERVICE}/GetCard", True)
    assert dict(caught.value.trailing_metadata() or ())["x-request-id"] == "find-me"


async def test_a_thousand_bad_items_are_an_invalid_argument_that_arrives(serve_toy: ServeToy) -> None:
    toy = await serve_toy()
    items = [pb.ExternalId(source="", external_id="é" * 201)] * 1000

    # Ours takes 32 KiB of metadata; other people's take 8.
    async with calling(toy.address) as stub, grpc.aio.insecure_channel(toy.address) as plain:
        theirs: Any = ResolverServiceStub(plain)
        bearer = (("authorization", f"Bearer {token()}"),)
        for call in (
            stub.ResolveCards(pb.ResolveCardsRequest(items=items)),
            theirs.ResolveCards(pb.ResolveCardsRequest(items=items), metadata=bearer),
        ):
            with pytest.raises(AioRpcError) as caught:
                await call
            assert code_of(caught.value) == "INVALID_ARGUMENT"
            assert "items[0].source" in (caught.value.details() or "")


async def test_an_unknown_method_is_unimplemented(serve_toy: ServeToy) -> None:
    toy = await serve_toy()

    async with open_channel(toy.address) as channel:
        call: Any = channel.unary_unary(f"/{SERVICE}/Nothing")
        with pytest.raises(AioRpcError) as caught:
            await call(b"")

    assert code_of(caught.value) == "UNIMPLEMENTED"


async def test_a_message_larger_than_the_limit_is_refused_before_it_is_read(serve_toy: ServeToy) -> None:
    toy = await serve_toy(max_message_bytes=2048)

    async with calling(toy.address) as stub:
        with pytest.raises(AioRpcError) as caught:
            await stub.GetCard(pb.GetCardRequest(catalog_id="x" * 4096))

    assert code_of(caught.value) == "RESOURCE_EXHAUSTED"


async def test_a_handler_knows_its_caller_its_request_id_and_its_deadline(serve_toy: ServeToy) -> None:
    seen: list[Any] = []

    async def look(request: pb.GetCardRequest) -> pb.GetCardResponse:
        seen.extend([principal.get().subject, request_id.get(), deadline.get()])
        return pb.GetCardResponse()

    toy = await serve_toy(look)
    async with calling(toy.address) as stub:
        before = asyncio.get_running_loop().time()
        await stub.GetCard(REQUEST, timeout=7, metadata=(("x-request-id", "abc"),))

    assert seen[:2] == ["tester", "abc"]
    assert 6 < seen[2] - before < 8


async def test_a_call_without_a_deadline_is_bounded_by_the_servers(serve_toy: ServeToy) -> None:
    async def wait(request: pb.GetCardRequest) -> pb.GetCardResponse:
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    toy = await serve_toy(wait, default_deadline_seconds=0.05)
    async with calling(toy.address) as stub:
        with pytest.raises(AioRpcError) as caught:
            await stub.GetCard(REQUEST)

    assert code_of(caught.value) == "DEADLINE_EXCEEDED"
    assert details(caught.value)[0].reason == "DEADLINE_EXCEEDED"


async def test_a_caller_who_hangs_up_stops_the_work(serve_toy: ServeToy, until: Until) -> None:
    began, stopped = asyncio.Event(), asyncio.Event()

    async def wait(request: pb.GetCardRequest) -> pb.GetCardResponse:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()
        raise AssertionError("unreachable")

    toy = await serve_toy(wait)
    async with calling(toy.address) as stub:
        call = stub.GetCard(REQUEST)
        await began.wait()
        call.cancel()
        async with asyncio.timeout(5):
            await stopped.wait()

    await until(lambda: any(one.get("code") == "CANCELLED" for one in toy.entries))


async def test_only_our_own_trouble_is_a_warning(serve_toy: ServeToy) -> None:
    errors = iter([NotFound("None."), Unavailable("Away."), LookupError("bug")])

    async def fail(request: pb.GetCardRequest) -> pb.GetCardResponse:
        raise next(errors)

    toy = await serve_toy(fail)
    async with calling(toy.address) as stub:
        for _ in range(3):
            with pytest.raises(AioRpcError):
                await stub.GetCard(REQUEST)

    calls = [(one["code"], one["log_level"]) for one in toy.entries if one["event"] == "call"]
    assert calls == [("NOT_FOUND", "info"), ("UNAVAILABLE", "warning"), ("INTERNAL", "warning")]


async def test_a_request_id_of_any_length_is_cut_to_what_a_log_can_bear(serve_toy: ServeToy) -> None:
    toy = await serve_toy()

    async with calling(toy.address) as stub:
        call = stub.GetCard(REQUEST, metadata=(("x-request-id", "a" * 1000),))
        trailers = dict(await call.trailing_metadata())

    assert trailers["x-request-id"] == "a" * 128
