"""The reference as it is served, and real answers beside what it says of them."""

import asyncio
import gzip
import json
import shlex
import shutil
import subprocess
from collections.abc import AsyncIterator
from typing import Any

import pytest
from atelier.resolver.v1 import resolver_service_pb2 as pb
from atelier.resolver.v1 import scan_service_pb2 as scans
from google.protobuf.descriptor import MethodDescriptor
from jsonschema import Draft202012Validator

from chassis.errors import STATUS_DETAILS_KEY, Unavailable, status_of
from gateway.reference.curl import curl_of
from gateway.schema import load_services, methods_of
from tests.integration.gateway.rig import SERVICE, Gateway, StandIn, post

METHODS = methods_of(load_services())
RESOLVE = f"/{SERVICE}/ResolveCards"
IMPORT = f"/{SERVICE}/ImportCards"
WATCH = "/atelier.resolver.v1.ScanService/WatchScan"


async def document_of(gateway: Gateway) -> dict[str, Any]:
    found: dict[str, Any] = (await gateway.http.get("/openapi.json")).json()
    return found


def problems(document: dict[str, Any], schema: dict[str, Any], value: Any) -> list[str]:
    """What is wrong with a value by a schema of the document."""
    validator = Draft202012Validator(schema | {"components": document["components"]})
    return [error.message for error in validator.iter_errors(value)]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/openapi.json", "application/json"),
        ("/reference", "text/html; charset=utf-8"),
        ("/reference.css", "text/css; charset=utf-8"),
    ],
)
async def test_documents_need_no_token_and_are_sent_once(gateway: Gateway, path: str, kind: str) -> None:
    whole = await gateway.http.get(path)
    same = await gateway.http.get(path, headers={"if-none-match": f'"other", {whole.headers["etag"]}'})
    head = await gateway.http.head(path, headers={"accept-encoding": "identity"})

    assert (whole.status_code, whole.headers["content-type"]) == (200, kind)
    assert whole.headers["cache-control"] == "no-cache"
    assert (same.status_code, same.content) == (304, b"")
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) == len(whole.content)


async def test_documents_are_compressed_for_who_can_read_that(gateway: Gateway) -> None:
    async with gateway.http.stream("GET", "/openapi.json", headers={"accept-encoding": "br, gzip"}) as answer:
        sent = b"".join([piece async for piece in answer.aiter_raw()])

    assert (answer.headers["content-encoding"], answer.headers["vary"]) == ("gzip", "accept-encoding")
    assert json.loads(gzip.decompress(sent))["openapi"] == "3.1.0"


async def test_documents_are_only_read(gateway: Gateway) -> None:
    answer = await gateway.http.post("/openapi.json")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.json()["message"] == "/openapi.json takes GET or HEAD."


async def test_what_is_asked_and_answered_fits_the_document(gateway: Gateway, stand_in: StandIn) -> None:
    async def resolve(data: bytes, context: Any) -> bytes:
        found = [pb.Resolution(source="tcgdex", tier=pb.TIER_KEY, name="Ho-Oh ★"), pb.Resolution()]
        return pb.ResolveCardsResponse(resolutions=found).SerializeToString()

    stand_in.unary(RESOLVE, resolve)
    document = await document_of(gateway)
    told = document["paths"][RESOLVE]["post"]
    example = told["requestBody"]["content"]["application/json"]["example"]

    answer = await post(gateway, RESOLVE, example)

    assert problems(document, told["requestBody"]["content"]["application/json"]["schema"], example) == []
    assert problems(document, told["responses"]["200"]["content"]["application/json"]["schema"], answer.json()) == []
    assert len(answer.json()["resolutions"]) == 2


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [({"sauce": 1}, {}, "400"), ({}, {"authorization": "Bearer x"}, "401"), ({"items": []}, {}, "503")],
)
async def test_refusals_fit_the_document(
    gateway: Gateway, stand_in: StandIn, body: Any, headers: dict[str, str], status: str
) -> None:
    document = await document_of(gateway)
    path = RESOLVE
    if status == "503":
        path = "/atelier.jobs.v1.JobsService/ListQueues"
        body = {"parent": "resolver"}
        await break_off(stand_in, path)

    answer = await post(gateway, path, body, **headers)

    told = document["components"]["responses"][
        document["paths"][path]["post"]["responses"][status]["$ref"].split("/")[-1]
    ]
    assert answer.status_code == int(status)
    assert problems(document, told["content"]["application/json"]["schema"], answer.json()) == []
    assert answer.json()["details"]


async def break_off(stand_in: StandIn, path: str) -> None:
    """Let a method fail as a service does whose database is away."""

    async def fail(data: bytes, context: Any) -> bytes:
        error = Unavailable("away")
        details = status_of(error, domain="resolver.atelier").SerializeToString()
        await context.abort(error.code, error.message, trailing_metadata=((STATUS_DETAILS_KEY, details),))
        raise AssertionError

    stand_in.unary(path, fail)


async def test_messages_of_events_fit_the_document(gateway: Gateway, stand_in: StandIn) -> None:
    async def watch(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        async for _ in requests:
            yield scans.WatchScanResponse(scan=scans.Scan(owner="ash")).SerializeToString()

    stand_in.stream(WATCH, watch)
    document = await document_of(gateway)
    told = document["paths"][WATCH]["get"]["responses"]["200"]["content"]["text/event-stream"]["schema"]
    query = {"encoding": "json", "message": "{}"}

    answer = await gateway.http.get(WATCH, params=query, headers=dict([gateway.authorization]))

    [data] = [line[6:] for line in answer.text.partition("event: end")[0].splitlines() if line.startswith("data: ")]
    assert problems(document, told["x-message"], json.loads(data)) == []


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
@pytest.mark.parametrize("path", [RESOLVE, WATCH, IMPORT])
async def test_the_calls_of_the_page_work_as_they_stand(gateway: Gateway, stand_in: StandIn, path: str) -> None:
    asked: list[bytes] = []
    method: Any = METHODS[path]

    async def one(data: bytes, context: Any) -> bytes:
        asked.append(data)
        return b""

    async def many(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        asked.extend([data async for data in requests])
        yield b""

    streams = method.client_streaming or method.server_streaming
    (stand_in.stream if streams else stand_in.unary)(path, many if streams else one)
    example = {"items": [{"source": "it's"}]} if path == RESOLVE else {}

    told = await run_in_shell(gateway, method, path, example)

    assert len(asked) == 1
    assert b'"error"' not in told
    assert b"failure" not in told


async def run_in_shell(gateway: Gateway, method: MethodDescriptor, path: str, example: Any) -> bytes:
    """What the command of the page prints."""
    variables = f"ATELIER=http://127.0.0.1:{gateway.http_port} TOKEN={shlex.quote(gateway.token)}\n"
    command = ["sh", "-ec", variables + curl_of(path, method, example)]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, timeout=20, check=True)
    return bytes(done.stdout)
