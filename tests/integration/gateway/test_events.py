"""Streams as server-sent events: for curl, for fetch, and for a browser's EventSource with its cookie."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import grpc
import httpx
import pytest
from atelier.resolver.v1 import scan_service_pb2 as pb
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2, status_pb2

from gateway.events import Events
from tests.integration.gateway.rig import MAX_MESSAGE_BYTES, Gateway, StandIn, info, post, within

WATCH = "/atelier.resolver.v1.ScanService/WatchScan"
ASKED = {"encoding": "json", "message": '{"scanId":"é"}'}
EVENTS = {"accept": "text/event-stream"}


def counting(stand_in: StandIn) -> list[tuple[str, dict[str, Any]]]:
    """Let WatchScan answer twice; keep what it was asked, and by whom."""
    asked: list[tuple[str, dict[str, Any]]] = []

    async def watch(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        async for data in requests:
            asked.append((pb.WatchScanRequest.FromString(data).scan_id, dict(context.invocation_metadata())))
            for owner in ("ash\nketchum", "misty"):
                yield pb.WatchScanResponse(scan=pb.Scan(owner=owner)).SerializeToString()
        context.set_trailing_metadata((("last", "2"),))

    stand_in.stream(WATCH, watch)
    return asked


def failing(stand_in: StandIn, code: grpc.StatusCode, *details: Any) -> None:
    """Let WatchScan answer once, and fail."""
    status = status_pb2.Status(code=code.value[0], message="no more")
    for detail in details:
        status.details.add().Pack(detail)

    async def watch(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        async for _ in requests:
            yield b""
        await context.abort(
            code, "no more", trailing_metadata=(("grpc-status-details-bin", status.SerializeToString()),)
        )

    stand_in.stream(WATCH, watch)


def events_of(text: str) -> list[dict[str, str]]:
    """The events of a stream, each with its fields (WHATWG HTML, 9.2.6)."""
    blocks = [block.splitlines() for block in text.split("\n\n") if block and not block.startswith(":")]
    return [dict(line.split(": ", 1) for line in block) for block in blocks]


async def get(gateway: Gateway, params: Any = ASKED, **headers: str) -> httpx.Response:
    return await gateway.http.get(WATCH, params=params, headers=dict([gateway.authorization]) | headers)


async def test_a_stream_is_told_as_numbered_events_and_ends_with_one(gateway: Gateway, stand_in: StandIn) -> None:
    asked = counting(stand_in)

    answer = await get(gateway, **EVENTS)

    first, second, end = events_of(answer.text)
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.headers["x-request-id"] == asked[0][1]["x-request-id"]
    assert asked[0][0] == "é"
    assert (first["event"], first["id"], second["id"]) == ("message", "1", "2")
    assert json.loads(first["data"])["scan"]["owner"] == "ash\nketchum"
    assert (end["event"], end["id"], json.loads(end["data"])) == ("end", "end", {"metadata": {"last": ["2"]}})


@pytest.mark.parametrize(
    "params",
    [
        {"message": '{"scanId":"é"}'},
        {"message": base64.urlsafe_b64encode('{"scanId":"é"}'.encode()).decode().rstrip("="), "base64": "1"},
    ],
)
async def test_curl_needs_no_header_but_the_token(gateway: Gateway, stand_in: StandIn, params: dict[str, str]) -> None:
    asked = counting(stand_in)

    answer = await get(gateway, params)

    assert len(events_of(answer.text)) == 3
    assert asked[0][0] == "é"


async def test_a_body_in_json_is_answered_with_events_to_who_accepts_them(gateway: Gateway, stand_in: StandIn) -> None:
    asked = counting(stand_in)

    answer = await post(gateway, WATCH, {"scanId": "a" * 70_000}, **EVENTS)

    assert len(events_of(answer.text)) == 3
    assert asked[0][0] == "a" * 70_000


async def test_a_failure_that_a_second_try_would_not_mend_ends_the_stream(gateway: Gateway, stand_in: StandIn) -> None:
    detail = error_details_pb2.ErrorInfo(reason="GONE", domain="resolver.atelier")
    failing(stand_in, grpc.StatusCode.NOT_FOUND, detail)

    _, failure, end = events_of((await get(gateway)).text)

    error = json.loads(failure["data"])
    assert (failure["event"], error["code"], error["message"]) == ("failure", "not_found", "no more")
    assert error["details"][0]["debug"]["reason"] == "GONE"
    assert (end["event"], end["id"]) == ("end", "end")


@pytest.mark.parametrize(
    ("code", "details", "milliseconds"),
    [
        (grpc.StatusCode.UNAVAILABLE, [], "1000"),
        (grpc.StatusCode.DEADLINE_EXCEEDED, [], "1000"),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, [error_details_pb2.RetryInfo(retry_delay=Duration(seconds=7))], "7000"),
        (grpc.StatusCode.UNAVAILABLE, [error_details_pb2.RetryInfo()], "100"),
    ],
)
async def test_a_passing_failure_tells_a_browser_when_to_connect_again(
    gateway: Gateway, stand_in: StandIn, code: grpc.StatusCode, details: list[Any], milliseconds: str
) -> None:
    failing(stand_in, code, *details)

    _, failure = events_of((await get(gateway)).text)

    assert (failure["event"], failure["retry"]) == ("failure", milliseconds)
    assert "id" not in failure


async def test_who_connects_again_after_the_end_is_told_to_leave_it(gateway: Gateway, stand_in: StandIn) -> None:
    asked = counting(stand_in)

    ended = await get(gateway, **{"last-event-id": "end"})
    broken_off = await get(gateway, **{"last-event-id": "1"})

    assert (ended.status_code, ended.content) == (204, b"")
    assert len(events_of(broken_off.text)) == 3
    assert len(asked) == 1


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer x"}, {"cookie": "atelier_session=x"}])
async def test_nobody_watches_without_a_good_token(
    gateway: Gateway, stand_in: StandIn, headers: dict[str, str]
) -> None:
    asked = counting(stand_in)

    answer = await gateway.http.get(WATCH, params=ASKED, headers=headers)

    failure, end = events_of(answer.text)
    assert (json.loads(failure["data"])["code"], end["event"]) == ("unauthenticated", "end")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert not asked


@pytest.mark.parametrize(
    ("params", "field"),
    [({}, "message"), ({"message": "%", "base64": "1"}, "message"), (ASKED | {"encoding": "proto"}, "encoding")],
)
async def test_a_query_that_cannot_be_read_is_refused_by_its_part(
    gateway: Gateway, params: dict[str, str], field: str
) -> None:
    answer = await get(gateway, params)

    assert (answer.status_code, info(answer)["metadata"]["field"]) == (400, field)


async def test_a_bad_message_is_a_failure_that_names_the_field(gateway: Gateway, stand_in: StandIn) -> None:
    counting(stand_in)

    failure, _ = events_of((await get(gateway, {"message": '{"scan":"a"}'})).text)

    assert json.loads(failure["data"])["message"].startswith("scan: is not a field of WatchScanRequest")


async def test_a_body_that_is_no_json_or_too_large_is_refused(gateway: Gateway, stand_in: StandIn) -> None:
    counting(stand_in)

    form = await post(gateway, WATCH, b"a=b", **EVENTS, **{"content-type": "application/x-www-form-urlencoded"})
    large = await post(gateway, WATCH, b" " * (MAX_MESSAGE_BYTES + 1), **EVENTS)

    failure, _ = events_of(large.text)
    assert form.status_code == 415
    assert json.loads(failure["data"])["code"] == "resource_exhausted"


async def test_other_methods_know_no_events(gateway: Gateway, stand_in: StandIn) -> None:
    get_scan = WATCH.replace("Watch", "Get")
    create = WATCH.replace("Watch", "Create")
    headers = EVENTS | dict([gateway.authorization])

    async def answer(data: bytes, context: Any) -> bytes:
        return b""

    stand_in.unary(get_scan, answer)

    unary = await gateway.http.get(get_scan, params=ASKED, headers=headers)
    put = await gateway.http.put(WATCH, json={}, headers=headers)
    unsafe = await gateway.http.get(create, params=ASKED, headers=headers)

    assert (unary.status_code, unary.headers["content-type"]) == (200, "application/json")
    assert (unsafe.status_code, unsafe.json()["message"]) == (405, f"{create} takes POST.")
    assert put.status_code == 405


async def test_a_reader_who_leaves_ends_the_stream_at_the_service(gateway: Gateway, stand_in: StandIn) -> None:
    cancelled = asyncio.Event()

    async def hang(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        context.add_done_callback(lambda _: cancelled.set())
        yield b""
        await asyncio.Event().wait()

    stand_in.stream(WATCH, hang)
    headers = dict([gateway.authorization])

    async with gateway.http.stream("GET", WATCH, params=ASKED, headers=headers) as answer:
        await within(5, anext(answer.aiter_raw()))

    await within(5, cancelled.wait())


async def test_a_silent_stream_is_kept_alive_by_comments() -> None:
    sent: asyncio.Queue[Any] = asyncio.Queue()

    async def silent(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.Event().wait()

    async def nothing() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    events = Events(methods=silent, paths=[WATCH], max_message_bytes=100, heartbeat_seconds=0.01)
    scope = {"type": "http", "method": "GET", "path": WATCH, "query_string": b"message={}", "headers": []}
    stream = asyncio.create_task(events(scope, nothing, sent.put))

    head, first, second = [await within(5, sent.get()) for _ in range(3)]
    stream.cancel()
    await asyncio.gather(stream, return_exceptions=True)

    assert (head["type"], head["status"]) == ("http.response.start", 200)
    assert (b"content-type", b"text/event-stream") in head["headers"]
    assert first["body"] == second["body"] == b":\n\n"
