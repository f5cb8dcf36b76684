"""`buf curl`, as people try the system with: gRPC by reflection, Connect and gRPC-Web on the HTTP port."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from atelier.resolver.v1 import resolver_service_pb2 as pb

from tests.integration.gateway.rig import SERVICE, Gateway, StandIn

BUF = Path(sys.executable).with_name("buf")
SCHEMA = Path(__file__).resolve().parents[3] / "gen" / "atelier.binpb"
RESOLVE = f"/{SERVICE}/ResolveCards"
BODY = json.dumps({"items": [{"source": "tcgdex", "externalId": "é"}]})


async def curl(*arguments: str) -> tuple[int, str, str]:
    """Exit code, output and complaint of `buf curl`."""
    command = [str(BUF), "curl", *arguments]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=30)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def answering(stand_in: StandIn) -> None:
    """ResolveCards answers with what it was asked."""

    async def resolve(data: bytes, context: Any) -> bytes:
        items = pb.ResolveCardsRequest.FromString(data).items
        resolutions = [pb.Resolution(source=one.source, external_id=one.external_id) for one in items]
        return pb.ResolveCardsResponse(resolutions=resolutions).SerializeToString()

    stand_in.unary(RESOLVE, resolve)


def native(gateway: Gateway) -> list[str]:
    """gRPC over HTTP/2 in the clear, with what reflection needs."""
    header = f"authorization: {gateway.authorization[1]}"
    return ["--protocol", "grpc", "--http2-prior-knowledge", "--reflect-header", header]


async def test_services_and_methods_are_listed_by_reflection(gateway: Gateway) -> None:
    url = f"http://127.0.0.1:{gateway.grpc_port}"

    services = await curl(*native(gateway), "--list-services", url)
    methods = await curl(*native(gateway), "--list-methods", url)

    assert SERVICE in services[1].split()
    assert RESOLVE.removeprefix("/") in methods[1].split()


async def test_reflection_tells_a_stranger_nothing(gateway: Gateway) -> None:
    url = f"http://127.0.0.1:{gateway.grpc_port}"

    code, output, _ = await curl("--protocol", "grpc", "--http2-prior-knowledge", "--list-services", url)

    assert code != 0
    assert SERVICE not in output


async def test_a_method_is_called_over_grpc_by_reflection(gateway: Gateway, answering: None) -> None:
    header = f"authorization: {gateway.authorization[1]}"
    url = f"http://127.0.0.1:{gateway.grpc_port}{RESOLVE}"

    code, output, complaint = await curl(*native(gateway), "-H", header, "-d", BODY, url)

    assert (code, complaint) == (0, "")
    assert json.loads(output) == {"resolutions": [{"source": "tcgdex", "externalId": "é"}]}


@pytest.mark.parametrize("protocol", ["connect", "grpcweb"])
async def test_a_method_is_called_over_http(gateway: Gateway, answering: None, protocol: str) -> None:
    header = f"authorization: {gateway.authorization[1]}"
    url = f"http://127.0.0.1:{gateway.http_port}{RESOLVE}"

    code, output, complaint = await curl("--protocol", protocol, "--schema", str(SCHEMA), "-H", header, "-d", BODY, url)

    assert (code, complaint) == (0, "")
    assert json.loads(output) == {"resolutions": [{"source": "tcgdex", "externalId": "é"}]}
