"""Every method over HTTP: Connect in JSON and binary, GET, streams, gRPC-Web, and plain sentences for mistakes."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from typing import Any

import grpc
import httpx
import pytest
from atelier.resolver.v1 import resolver_service_pb2 as pb
from google.rpc import error_details_pb2, status_pb2

from gateway.health import OWN_SERVICE
from tests.integration.gateway.rig import (
    MAX_MESSAGE_BYTES,
    SERVICE,
    Gateway,
    StandIn,
    envelope,
    envelopes,
    info,
    post,
    within,
)

RESOLVE = f"/{SERVICE}/ResolveCards"
GET_CARD = f"/{SERVICE}/GetCard"
IMPORT = f"/{SERVICE}/ImportCards"


def resolving(stand_in: StandIn) -> list[tuple[pb.ResolveCardsRequest, dict[str, Any]]]:
    """Let ResolveCards answer each item by a key, and keep what it is asked."""
    asked: list[tuple[pb.ResolveCardsRequest, dict[str, Any]]] = []

    async def resolve(data: bytes, context: Any) -> bytes:
        request = pb.ResolveCardsRequest.FromString(data)
        asked.append((request, dict(context.invocation_metadata()) | {"left": context.time_remaining()}))
        await context.send_initial_metadata((("first", "1"), ("first-bin", b"\x00\xff")))
        context.set_trailing_metadata((("last", "2"),))
        resolutions = [pb.Resolution(source=one.source, tier=pb.TIER_KEY) for one in request.items]
        return pb.ResolveCardsResponse(resolutions=resolutions).SerializeToString()

    stand_in.unary(RESOLVE, resolve)
    return asked


async def test_every_answer_has_the_date_at_which_it_was_made(gateway: Gateway) -> None:
    dates: list[float] = []
    async with asyncio.timeout(10):
        while len(set(dates)) < 2:
            began = int(time.time())
            told = parsedate_to_datetime((await gateway.http.get("/healthz")).headers["date"]).timestamp()
            dates.append(told)
            assert began <= told <= time.time()


async def test_json_in_json_out_with_every_field_printed(gateway: Gateway, stand_in: StandIn) -> None:
    asked = resolving(stand_in)

    answer = await post(gateway, RESOLVE, {"items": [{"source": "tcgdex", "externalId": "é"}]})

    assert answer.status_code == 200
    assert asked[0][0].items[0].external_id == "é"
    assert answer.json() == {
        "resolutions": [
            {
                "source": "tcgdex",
                "externalId": "",
                "tier": "TIER_KEY",
                "cardId": "",
                "catalogId": "",
                "name": "",
                "reason": "UNRESOLVED_REASON_UNSPECIFIED",
            }
        ]
    }


async def test_metadata_of_the_answer_is_headers_and_trailers(gateway: Gateway, stand_in: StandIn) -> None:
    resolving(stand_in)

    answer = await post(gateway, RESOLVE, {"items": [{"source": "a"}]})

    assert answer.headers["first"] == "1"
    assert base64.b64decode(answer.headers["first-bin"] + "==") == b"\x00\xff"
    assert answer.headers["trailer-last"] == "2"


async def test_only_what_is_meant_for_the_service_reaches_it(gateway: Gateway, stand_in: StandIn) -> None:
    asked = resolving(stand_in)
    headers = {"x-request-id": "mine", "traceparent": "00-t", "cookie": "c=1", "connect-timeout-ms": "7000"}

    answer = await post(gateway, RESOLVE, {"items": [{"source": "a"}]}, **headers)

    _, seen = asked[0]
    assert answer.headers["x-request-id"] == "mine"
    assert (seen["x-request-id"], seen["traceparent"]) == ("mine", "00-t")
    assert seen["authorization"] == gateway.authorization[1]
    assert "cookie" not in seen
    assert 6 < seen["left"] < 7.1


async def test_a_request_id_is_made_and_told(gateway: Gateway, stand_in: StandIn) -> None:
    asked = resolving(stand_in)

    answer = await post(gateway, RESOLVE, {"items": [{"source": "a"}]})

    assert answer.headers["x-request-id"] == asked[0][1]["x-request-id"]


async def test_a_request_id_that_grpc_could_not_carry_is_replaced(gateway: Gateway, stand_in: StandIn) -> None:
    resolving(stand_in)
    headers = httpx.Headers({"x-request-id": "é", "content-type": "application/json"}, encoding="utf-8")
    headers.update([gateway.authorization])

    answer = await gateway.http.post(RESOLVE, content=b'{"items": []}', headers=headers)

    assert answer.status_code == 200
    assert len(answer.headers["x-request-id"]) == 32


async def test_binary_passes_unread(gateway: Gateway, stand_in: StandIn) -> None:
    async def echo(data: bytes, context: Any) -> bytes:
        return data

    stand_in.unary(GET_CARD, echo)
    nonsense = b"\xff\xff no message at all"

    answer = await post(gateway, GET_CARD, nonsense, **{"content-type": "application/proto"})

    assert (answer.status_code, answer.content) == (200, nonsense)


async def test_get_calls_what_has_no_side_effects(gateway: Gateway, stand_in: StandIn) -> None:
    async def get(data: bytes, context: Any) -> bytes:
        request = pb.GetCardRequest.FromString(data)
        answer = pb.GetCardResponse()
        answer.card.catalog_id = request.catalog_id
        return answer.SerializeToString()

    stand_in.unary(GET_CARD, get)
    query = {"encoding": "json", "message": '{"catalogId":"base1-4"}'}
    headers = dict([gateway.authorization])

    safe = await gateway.http.get(GET_CARD, params=query, headers=headers)
    unsafe = await gateway.http.get(RESOLVE, params=query, headers=headers)

    assert (safe.status_code, safe.json()["card"]["catalogId"]) == (200, "base1-4")
    assert (unsafe.status_code, unsafe.headers["allow"]) == (405, "POST")
    assert unsafe.json()["message"] == f"{RESOLVE} takes POST."


async def test_get_without_its_query_is_told_of_it(gateway: Gateway) -> None:
    answer = await gateway.http.get(GET_CARD, headers=dict([gateway.authorization]))

    assert (answer.status_code, "?encoding=json&message=" in answer.json()["message"]) == (415, True)


async def test_a_client_stream_is_imported_in_json(gateway: Gateway, stand_in: StandIn) -> None:
    names: list[str] = []

    async def count(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        async for data in requests:
            names.extend(one.details.name for one in pb.ImportCardsRequest.FromString(data).records)
        yield pb.ImportCardsResponse(summary=pb.ImportSummary(received=len(names))).SerializeToString()

    stand_in.stream(IMPORT, count)
    parts = [{"records": [{"catalogId": "a", "details": {"name": name}}]} for name in ("one", "two", "three")]
    body = b"".join(envelope(json.dumps(part).encode()) for part in parts)

    answer = await post(gateway, IMPORT, body, **{"content-type": "application/connect+json"})

    (flags, message), (end_flags, end) = envelopes(answer.content)
    assert (flags, end_flags, json.loads(end)) == (0, 2, {})
    assert json.loads(message)["summary"]["received"] == "3"
    assert names == ["one", "two", "three"]


async def test_a_bad_message_within_a_stream_is_named_and_ends_it(gateway: Gateway, stand_in: StandIn) -> None:
    cancelled = asyncio.Event()

    async def wait(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        context.add_done_callback(lambda _: cancelled.set())
        async for _ in requests:
            pass
        yield b""

    stand_in.stream(IMPORT, wait)
    body = envelope(b'{"records":[]}') + envelope(b'{"records":[{"catalogid":"a"}]}') + envelope(b"{}")

    answer = await post(gateway, IMPORT, body, **{"content-type": "application/connect+json"})

    [(flags, end)] = envelopes(answer.content)
    error = json.loads(end)["error"]
    assert (flags, error["code"]) == (2, "invalid_argument")
    assert error["message"].startswith("records[0].catalogid: is not a field of CardRecord")
    await within(5, cancelled.wait())


async def test_a_server_stream_is_told_as_it_happens(gateway: Gateway, stand_in: StandIn) -> None:
    headers = {"content-type": "application/connect+json"}
    body = envelope(b'{"service":"resolver/postgres"}')

    async with gateway.http.stream("POST", "/grpc.health.v1.Health/Watch", content=body, headers=headers) as answer:
        chunks = answer.aiter_raw()
        first = envelopes(await within(5, anext(chunks)))
        stand_in.lost.add("postgres")
        second = envelopes(await within(5, anext(chunks)))

        stand_in.lost.clear()
        third = envelopes(await within(5, anext(chunks)))

    told = [json.loads(data)["status"] for _, data in first + second + third]
    assert told == ["SERVING", "NOT_SERVING", "SERVING"]


async def test_a_reader_who_leaves_cancels_the_service(gateway: Gateway, stand_in: StandIn) -> None:
    started, cancelled = asyncio.Event(), asyncio.Event()

    async def hang(data: bytes, context: Any) -> bytes:
        context.add_done_callback(lambda _: cancelled.set())
        started.set()
        await asyncio.Event().wait()
        return b""

    stand_in.unary(RESOLVE, hang)
    call = asyncio.create_task(post(gateway, RESOLVE, {"items": []}))
    await within(5, started.wait())

    call.cancel()

    await within(5, cancelled.wait())


async def test_a_passed_timeout_ends_the_call_everywhere(gateway: Gateway, stand_in: StandIn) -> None:
    cancelled = asyncio.Event()

    async def hang(data: bytes, context: Any) -> bytes:
        context.add_done_callback(lambda _: cancelled.set())
        await asyncio.Event().wait()
        return b""

    stand_in.unary(RESOLVE, hang)

    answer = await post(gateway, RESOLVE, {"items": []}, **{"connect-timeout-ms": "200"})

    assert (answer.status_code, answer.json()["code"]) == (504, "deadline_exceeded")
    assert info(answer)["reason"] == "DEADLINE_EXCEEDED"
    await within(5, cancelled.wait())


async def test_grpc_web_is_answered_and_refused(gateway: Gateway, stand_in: StandIn) -> None:
    resolving(stand_in)
    headers = {"content-type": "application/grpc-web+proto"}
    body = envelope(pb.ResolveCardsRequest(items=[pb.ExternalId(source="a")]).SerializeToString())

    answer = await post(gateway, RESOLVE, body, **headers)
    refused = await gateway.http.post(RESOLVE, content=body, headers=headers)

    (_, message), (flags, trailers) = envelopes(answer.content)
    assert pb.ResolveCardsResponse.FromString(message).resolutions[0].source == "a"
    assert flags == 0x80
    assert set(trailers.decode().split("\r\n")) == {"last: 2", "grpc-status: 0", ""}
    [(_, refusal)] = envelopes(refused.content)
    said = dict(line.split(": ", 1) for line in refusal.decode().split("\r\n") if line)
    status = status_pb2.Status.FromString(base64.b64decode(said["grpc-status-details-bin"] + "=="))
    assert said["grpc-status"] == "16"
    assert status.details[0].Is(error_details_pb2.ErrorInfo.DESCRIPTOR)


async def test_an_error_keeps_its_code_message_and_every_detail(gateway: Gateway, stand_in: StandIn) -> None:
    status = status_pb2.Status(code=9, message="nicht heute: é ★")
    status.details.add().Pack(error_details_pb2.ErrorInfo(reason="NOT_TODAY", domain="resolver.atelier"))
    status.details.add(type_url="type.googleapis.com/unheard.of.Thing", value=b"\xff\xfe")

    async def fail(data: bytes, context: Any) -> bytes:
        trailers = (("grpc-status-details-bin", status.SerializeToString()), ("x-request-id", "r"), ("more", "m"))
        await context.abort(grpc.StatusCode.FAILED_PRECONDITION, status.message, trailing_metadata=trailers)
        raise AssertionError

    stand_in.unary(RESOLVE, fail)

    answer = await post(gateway, RESOLVE, {"items": []})

    error = answer.json()
    assert (answer.status_code, error["code"], error["message"]) == (400, "failed_precondition", status.message)
    assert [one["type"] for one in error["details"]] == ["google.rpc.ErrorInfo", "unheard.of.Thing"]
    values = [base64.b64decode(one["value"] + "==") for one in error["details"]]
    assert values == [status.details[0].value, b"\xff\xfe"]
    assert error["details"][0]["debug"] == {"reason": "NOT_TODAY", "domain": "resolver.atelier"}
    assert (answer.headers["trailer-more"], answer.headers["x-request-id"]) == ("m", "r")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"items":[{"source":"a"},{"sauce":"b"}]}', "items[1].sauce"),
        (b'{"items":[{"source":5}]}', "items[0].source"),
        (b'{"items":{}}', "items"),
        (b'{"dryRun":"yes"}', "dry_run"),
        (b'{"items":[{"externalId":"\xff"}]}', "items[0].external_id"),
        (b'{"items":[', ""),
        (b"", ""),
        (b"[]", ""),
    ],
)
async def test_a_bad_body_is_refused_by_the_field_that_is_wrong(
    gateway: Gateway, stand_in: StandIn, body: bytes, field: str
) -> None:
    asked = resolving(stand_in)

    answer = await post(gateway, RESOLVE, body)

    [bad] = [one["debug"] for one in answer.json()["details"] if one["type"] == "google.rpc.BadRequest"]
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_argument")
    assert bad["fieldViolations"][0].get("field", "") == field
    assert info(answer)["domain"] == "gateway.atelier"
    assert not asked


async def test_a_bare_nan_is_refused_by_its_place(gateway: Gateway) -> None:
    body = b'{"queries":[{"embedding":{"values":[1, NaN]}}]}'

    answer = await post(gateway, f"/{SERVICE}/IdentifyCards", body)

    assert answer.status_code == 400
    assert info(answer)["metadata"]["field"] == "queries[0].embedding.values[1]"


@pytest.mark.parametrize("path", [RESOLVE, GET_CARD, f"/{SERVICE}/IdentifyCards"])
@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer x"}])
async def test_nobody_gets_past_without_a_good_token(
    gateway: Gateway, stand_in: StandIn, path: str, headers: dict[str, str]
) -> None:
    body = b"this isn't even JSON, which only a known caller is told"

    answer = await gateway.http.post(path, content=body, headers=headers | {"content-type": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert (info(answer)["reason"], info(answer)["domain"]) == ("UNAUTHENTICATED", "gateway.atelier")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["x-request-id"]


async def test_a_stream_of_a_stranger_is_refused(gateway: Gateway) -> None:
    headers = {"content-type": "application/connect+json"}

    answer = await gateway.http.post(IMPORT, content=envelope(b"no JSON"), headers=headers)

    [(flags, end)] = envelopes(answer.content)
    assert (flags, json.loads(end)["error"]["code"]) == (2, "unauthenticated")


async def test_a_bad_question_about_health_is_the_callers_mistake(gateway: Gateway) -> None:
    path = "/grpc.health.v1.Health/Check"

    binary = await gateway.http.post(path, content=b"\x0a\x01\xff", headers={"content-type": "application/proto"})
    text = await gateway.http.post(path, content=b'{"x":1}', headers={"content-type": "application/json"})

    assert (binary.status_code, info(binary)["metadata"]["field"]) == (400, "service")
    assert (text.status_code, info(text)["metadata"]["field"]) == (400, "x")


async def test_reflection_is_not_served_over_http(gateway: Gateway) -> None:
    answer = await post(gateway, "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", {})

    assert answer.status_code == 404


async def test_an_unknown_path_is_a_sentence(gateway: Gateway) -> None:
    answer = await gateway.http.get("/no/such/thing")

    assert (answer.status_code, answer.json()["code"]) == (404, "unimplemented")
    assert answer.json()["message"] == "There is nothing at /no/such/thing."


async def test_a_body_of_an_unknown_kind_is_a_sentence(gateway: Gateway) -> None:
    form = await post(gateway, RESOLVE, b"a=b", **{"content-type": "application/x-www-form-urlencoded"})
    native = await post(gateway, RESOLVE, b"", **{"content-type": "application/grpc"})

    assert (form.status_code, native.status_code) == (415, 415)
    assert "application/json" in form.json()["message"]
    assert "other port" in native.json()["message"]


async def test_headers_that_are_no_text_are_a_sentence(gateway: Gateway) -> None:
    headers = [(b"content-type", b"application/json"), (b"x-name", b"\xff")]

    answer = await gateway.http.post(RESOLVE, content=b"{}", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_argument")


async def test_a_body_that_is_too_large_is_refused(gateway: Gateway, stand_in: StandIn) -> None:
    asked = resolving(stand_in)

    answer = await post(gateway, RESOLVE, b" " * (MAX_MESSAGE_BYTES + 1))

    assert (answer.status_code, answer.json()["code"]) == (429, "resource_exhausted")
    assert not asked


async def test_healthz_tells_the_state_of_every_part(gateway: Gateway, stand_in: StandIn) -> None:
    well = await gateway.http.get("/healthz")
    states = {"gateway", OWN_SERVICE, "resolver", "resolver/postgres", "resolver/redis", SERVICE}

    assert (well.status_code, well.json()["state"]) == (200, "SERVING")
    assert well.json()["parts"] == dict.fromkeys(states, "SERVING")


async def test_healthz_is_503_while_a_needed_part_is_away(gateway: Gateway, stand_in: StandIn) -> None:
    body = envelope(b'{"service":""}')
    headers = {"content-type": "application/connect+json"}
    async with gateway.http.stream("POST", "/grpc.health.v1.Health/Watch", content=body, headers=headers) as watch:
        changes = watch.aiter_raw()
        await within(5, anext(changes))

        stand_in.lost.add("postgres")
        await within(5, anext(changes))
        ill = await gateway.http.get("/healthz")
        stand_in.lost.clear()
        await within(5, anext(changes))

    assert (ill.status_code, ill.json()["state"]) == (503, "NOT_SERVING")
    assert ill.json()["parts"]["resolver/postgres"] == "NOT_SERVING"
