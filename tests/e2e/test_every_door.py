"""The same system by gRPC reflection, by HTTP and by the command line."""

import json
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from atelier.resolver.v1 import resolver_service_pb2 as pb
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from grpc_health.v1 import health_pb2, health_pb2_grpc

from chassis.auth import Role
from cli.stack.programs import PROGRAMS
from gateway.routing import is_shared, service_of
from gateway.schema import load_services, names_of
from tests.conftest import REPOSITORY
from tests.contract.conftest import refusal
from tests.e2e.conftest import SCRIPTS, System, run
from tests.integration.gateway.rig import envelope, envelopes

SERVICE = "atelier.resolver.v1.ResolverService"
RUNNING = {program.name for program in PROGRAMS}
OWN_SERVICES = [one for one in load_services() if service_of(f"/{one.full_name}/") in RUNNING]
SERVICES = [*OWN_SERVICES, *(one for one in load_services() if is_shared(f"/{one.full_name}/"))]
EXAMPLES = REPOSITORY / "examples"
# Every method with a request that is good for it; the answers' content is the contract tests' matter.
REQUESTS = {
    "ResolveCards": {"items": [{"source": "doors", "externalId": "base1-4"}]},
    "IdentifyCards": {"queries": [{"text": {"name": "Charizcrd", "number": "4/102"}}]},
    "GetCard": {"catalogId": "base1-4"},
    "SearchCards": {"name": "char"},
    "ImportCards": {"records": [{"catalogId": "doors-1", "details": {"name": "Door"}}]},
    "ImportEmbeddings": {"records": [{"catalogId": "doors-1", "embedding": {"values": [1.0] * 512}}]},
    "ImportKeys": {"records": [{"source": "doors", "externalId": "d", "catalogId": "base1-4"}]},
    "GetCoverage": {},
    "ListGaps": {},
}


@pytest.fixture(autouse=True, scope="session")
async def sample(system: System) -> None:
    ended = await system.atelier("import", "cards", str(EXAMPLES / "catalogue"))
    assert ended.code == 0, ended.err


def test_there_is_a_request_here_for_every_method() -> None:
    assert list(REQUESTS) == [method.name for method in pb.DESCRIPTOR.services_by_name["ResolverService"].methods]


@pytest.mark.parametrize("door", ["resolver", "generator", "reviewer", "engager", "gateway"])
async def test_buf_curl_lists_every_method_by_reflection(system: System, door: str) -> None:
    behind = [one for one in SERVICES if door == "gateway" or one.full_name in names_of(SERVICES, door)]

    ended = await system.buf_curl("--protocol", "grpc", "--list-methods", f"http://{system.address(door)}")

    assert ended.code == 0, ended.err
    listed = {line.strip() for line in ended.out.splitlines()}
    assert listed >= {f"{service.full_name}/{method.name}" for service in behind for method in service.methods}


@pytest.mark.parametrize("method", REQUESTS)
@pytest.mark.parametrize("door", ["resolver", "gateway"])
async def test_buf_curl_calls_every_method_by_reflection(system: System, door: str, method: str) -> None:
    url, request = f"http://{system.address(door)}/{SERVICE}/{method}", json.dumps(REQUESTS[method])

    ended = await system.buf_curl("--protocol", "grpc", "--data", request, url)

    assert ended.code == 0, ended.err
    assert isinstance(json.loads(ended.out), dict)


@pytest.mark.parametrize("service", OWN_SERVICES, ids=lambda service: str(service.name))
async def test_the_http_port_leads_every_method_to_its_service(system: System, service: ServiceDescriptor) -> None:
    headers = {"authorization": f"Bearer {system.stack.token(Role.OPERATOR)}"}
    async with httpx.AsyncClient(base_url=system.stack.http_url, headers=headers) as client:
        errors = [await error_of(client, method) for method in service.methods]

    # Whatever there is to say of an empty request, it is the service that says it.
    assert {domain_of(error) for error in errors if error} <= {f"{service_of(f'/{service.full_name}/')}.atelier"}


@pytest.mark.parametrize("protocol", ["connect", "grpcweb"])
@pytest.mark.parametrize("method", REQUESTS)
async def test_the_http_port_serves_every_method(system: System, protocol: str, method: str) -> None:
    url = f"{system.stack.http_url}/{SERVICE}/{method}"
    token = f"authorization: Bearer {system.stack.token(Role.OPERATOR)}"
    # Its schema comes from the repository's descriptors: reflection is the gRPC port's.
    ended = await run(
        SCRIPTS / "buf", "curl", "--protocol", protocol, "--schema", str(REPOSITORY / "gen/atelier.binpb"),
        "--header", token, "--data", json.dumps(REQUESTS[method]), url,
    )  # fmt: skip

    assert ended.code == 0, ended.err
    assert isinstance(json.loads(ended.out), dict)


async def test_curl_needs_no_more_than_json_and_a_token(system: System) -> None:
    headers = {"authorization": f"Bearer {system.stack.token(Role.USER)}"}
    url = f"{system.stack.http_url}/{SERVICE}/ResolveCards"
    async with httpx.AsyncClient(headers=headers) as client:
        good = await client.post(url, json={"items": [{"source": "curl", "externalId": "base1-4"}]})
        unknown = await client.post(url, json={"items": [{"source": "curl", "externalId": "x", "colour": "red"}]})
        empty = await client.post(url, json={"items": [{"source": "", "externalId": "x"}]})

    assert good.json()["resolutions"][0]["catalogId"] == "base1-4"
    assert (unknown.status_code, unknown.json()["code"]) == (400, "invalid_argument")
    assert "colour" in unknown.text
    assert empty.status_code == 400
    assert "items[0].source" in empty.json()["message"]


async def test_without_a_token_only_health_answers(system: System) -> None:
    async with httpx.AsyncClient(base_url=system.stack.http_url) as client:
        refused = await client.post(f"/{SERVICE}/GetCoverage", json={})
        healthy = await client.get("/healthz")
    async with system.anonymous() as channel:
        listed = await health_pb2_grpc.HealthStub(channel).List(health_pb2.HealthListRequest())

    assert (refused.status_code, healthy.status_code) == (401, 200)
    assert {
        "gateway",
        "resolver",
        "generator",
        "reviewer",
        "engager",
        "resolver/postgres",
        "generator/redis",
        SERVICE,
    } <= set(listed.statuses)


async def test_methods_that_callers_make_up_get_no_name_in_the_metrics(system: System) -> None:
    async with system.anonymous() as channel:
        for number in range(20):
            call: Any = channel.unary_unary(f"/atelier.resolver.v1.Made/Up{number}")
            assert (await refusal(call(b""))).code == grpc.StatusCode.UNAUTHENTICATED
    async with httpx.AsyncClient() as client:
        metrics = (await client.get(f"http://127.0.0.1:{system.stack.ports.gateway_metrics}/metrics")).text

    assert "Made" not in metrics
    assert 'method="other"' in metrics


async def test_the_command_line_answers_in_order_with_the_fields_it_promises(system: System, tmp_path: Path) -> None:
    ids = ["base1-58", "nothing-1", "base1-4", "base1-58"]
    path = tmp_path / "ids.jsonl"
    path.write_text("".join(json.dumps({"source": "lines", "external_id": one}) + "\n" for one in ids))

    by_arguments = await system.atelier("resolve", "words", *ids, "--json")
    by_file = await system.atelier("resolve", "--jsonl", str(path), "--json")

    for ended in (by_arguments, by_file):
        assert ended.code == 0, ended.err
        assert [line["external_id"] for line in ended.lines()] == ids
        assert [line["catalog_id"] for line in ended.lines()] == ["base1-58", None, "base1-4", "base1-58"]
        assert all(
            list(line) == ["source", "external_id", "tier", "card_id", "catalog_id", "name", "reason"]
            for line in ended.lines()
        )
    assert by_file.lines()[1]["reason"] == "NOT_IN_CATALOG"


async def test_the_command_line_identifies_misread_scans(system: System, tmp_path: Path) -> None:
    path = tmp_path / "scans.jsonl"
    path.write_text(
        '{"name": "Charizcrd", "number": "4/1O2"}\n{"name": "Energy"}\n{"number": "58/102", "set": "Base"}\n'
    )

    ended = await system.atelier("identify", "--jsonl", str(path), "--json")

    first, second, third = ended.lines()
    assert ended.code == 0, ended.err
    assert (first["catalog_id"], first["needs_review"]) == ("base1-4", False)
    assert second["needs_review"]
    assert third["catalog_id"] == "base1-58"
    assert {"catalog_id", "confidence", "needs_review", "candidates"} <= set(first)


async def test_every_command_says_in_one_sentence_what_is_wrong(system: System) -> None:
    unknown = await system.atelier("card", "base9-999")
    long = await system.atelier("resolve", "s", "x" * 201)
    nobody = await system.atelier("--address", "127.0.0.1:1", "coverage")

    assert (unknown.code, long.code, nobody.code) == (67, 3, 69)
    for ended in (unknown, long, nobody):
        assert ended.out == ""
        assert len(ended.err.strip().splitlines()) <= 2  # the sentence, and for a batch how it ended
        assert "Traceback" not in ended.err
    assert "external_id" in long.err


async def error_of(client: httpx.AsyncClient, method: MethodDescriptor) -> Any:
    """How the call of an empty request failed, None when it didn't."""
    path = f"/{method.containing_service.full_name}/{method.name}"
    if not (method.client_streaming or method.server_streaming):
        answer = await client.post(path, json={})
        return None if answer.status_code == 200 else answer.json()
    answer = await client.post(path, content=envelope(b"{}"), headers={"content-type": "application/connect+json"})
    *_, (_, end) = envelopes(answer.content)
    return json.loads(end).get("error")


def domain_of(error: Any) -> str | None:
    """Whose error it is; None where that isn't told."""
    domains = [one["debug"]["domain"] for one in error.get("details", []) if one["type"] == "google.rpc.ErrorInfo"]
    return domains[0] if domains else None
