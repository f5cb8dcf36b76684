"""Who may call through the gateway, and what it says itself."""

import asyncio
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

from gateway.health import OWN_SERVICE
from tests.integration.gateway.rig import RESOLVER_SERVICES, SERVICE, Gateway, StandIn

METHOD = f"/{SERVICE}/GetCard"
REFLECTION = ("grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection")


def details(error: grpc.aio.AioRpcError, *kinds: type[Message]) -> list[Any]:
    """The details of the given kinds, one each, that an error must have."""
    status = status_pb2.Status.FromString(dict(error.trailing_metadata() or ())["grpc-status-details-bin"])
    found: list[Any] = []
    for kind in kinds:
        [detail] = [one for one in status.details if one.Is(kind.DESCRIPTOR)]
        message = kind()
        detail.Unpack(message)
        found.append(message)
    return found


@pytest.mark.parametrize(
    "method", [METHOD, f"/{SERVICE}/Unheard", *(f"/{one}/ServerReflectionInfo" for one in REFLECTION)]
)
@pytest.mark.parametrize("authorization", [None, "Bearer not.a.token", "Basic YTpi"])
async def test_nobody_gets_past_without_a_good_token(
    gateway: Gateway, stand_in: StandIn, method: str, authorization: str | None
) -> None:
    reached = asyncio.Event()

    async def answer(request: bytes, context: Any) -> bytes:
        reached.set()
        return b""

    stand_in.unary(method, answer)
    metadata = (("authorization", authorization),) if authorization else ()

    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await gateway.channel.unary_unary(method)(b"", metadata=metadata)

    [info] = details(failure.value, error_details_pb2.ErrorInfo)
    assert failure.value.code() is grpc.StatusCode.UNAUTHENTICATED
    assert (info.reason, info.domain) == ("UNAUTHENTICATED", "gateway.atelier")
    assert not reached.is_set()


async def test_health_needs_no_token(gateway: Gateway) -> None:
    check = gateway.channel.unary_unary("/grpc.health.v1.Health/Check")

    answer = health_pb2.HealthCheckResponse.FromString(await check(b""))

    assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_the_token_is_forwarded_for_the_service_to_verify(gateway: Gateway, stand_in: StandIn) -> None:
    seen: dict[str, Any] = {}

    async def look(request: bytes, context: Any) -> bytes:
        seen.update(context.invocation_metadata())
        return b""

    stand_in.unary(METHOD, look)

    await gateway.channel.unary_unary(METHOD)(b"", metadata=(gateway.authorization,))

    assert seen["authorization"] == gateway.authorization[1]


@pytest.mark.parametrize("method", [METHOD, f"/{SERVICE}/Unheard"])
async def test_a_request_id_is_made_where_the_caller_sent_none(
    gateway: Gateway, stand_in: StandIn, method: str
) -> None:
    seen: list[Any] = []

    async def look(request: bytes, context: Any) -> bytes:
        seen.append([value for key, value in context.invocation_metadata() if key == "x-request-id"])
        context.set_trailing_metadata((("x-request-id", seen[-1][0]),))
        return b""

    stand_in.unary(method, look)
    call = gateway.channel.unary_unary(method)

    made = call(b"", metadata=(gateway.authorization,))
    await made
    given = call(b"", metadata=(gateway.authorization, ("x-request-id", "mine")))
    await given

    assert len(seen[0]) == 1
    assert seen[0][0] == dict(await made.trailing_metadata())["x-request-id"]
    assert len(seen[0][0]) >= 32
    assert seen[1] == ["mine"]
    assert dict(await given.trailing_metadata())["x-request-id"] == "mine"


@pytest.mark.parametrize("method", ["/atelier.nobody.v1.NobodyService/Do", "/other.Service/Do", "/nonsense"])
async def test_an_unknown_service_is_unimplemented_and_the_known_ones_are_named(gateway: Gateway, method: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await gateway.channel.unary_unary(method)(b"", metadata=(gateway.authorization,))

    [info] = details(failure.value, error_details_pb2.ErrorInfo)
    assert failure.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert "forwards to: resolver" in (failure.value.details() or "")
    assert (info.reason, info.domain) == ("UNKNOWN_SERVICE", "gateway.atelier")


async def test_a_method_that_the_service_lacks_is_the_services_to_refuse(gateway: Gateway, stand_in: StandIn) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await gateway.channel.unary_unary(METHOD)(b"", metadata=(gateway.authorization,))

    assert (failure.value.code(), failure.value.details()) == (grpc.StatusCode.UNIMPLEMENTED, "Method not found!")


@pytest.mark.parametrize("reflection", REFLECTION)
async def test_reflection_lists_and_describes_the_services_behind(gateway: Gateway, reflection: str) -> None:
    ask = gateway.channel.stream_stream(f"/{reflection}/ServerReflectionInfo")
    requests = [
        reflection_pb2.ServerReflectionRequest(list_services="").SerializeToString(),
        reflection_pb2.ServerReflectionRequest(file_containing_symbol=SERVICE).SerializeToString(),
    ]

    answers = [
        reflection_pb2.ServerReflectionResponse.FromString(one)
        async for one in ask(iter(requests), metadata=(gateway.authorization,))
    ]

    names = {service.name for service in answers[0].list_services_response.service}
    known = {OWN_SERVICE, *RESOLVER_SERVICES, "atelier.jobs.v1.JobsService"}
    assert names == known | {"grpc.health.v1.Health", *REFLECTION}
    assert answers[1].file_descriptor_response.file_descriptor_proto
