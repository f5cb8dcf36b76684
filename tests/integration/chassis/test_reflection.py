"""What callers can find out about a server."""

from typing import Any

import grpc
import pytest
from google.protobuf import descriptor_pb2
from grpc.aio import AioRpcError
from grpc_reflection.v1alpha import reflection_pb2

from chassis.client import open_channel, token_interceptors
from tests.integration.chassis.conftest import SERVICE, ServeToy, Toy, code_of, token

VERSIONS = ["v1", "v1alpha"]


async def ask(toy: Toy, version: str, *, bearer: str | None = None, **question: Any) -> Any:
    """One answer of the reflection service."""
    interceptors = token_interceptors(bearer) if bearer else []
    async with open_channel(toy.address, interceptors=interceptors) as channel:
        call: Any = channel.stream_stream(
            f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
            request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
            response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
        )
        asked = call(iter([reflection_pb2.ServerReflectionRequest(**question)]))
        return await anext(aiter(asked))


@pytest.mark.parametrize("version", VERSIONS)
async def test_whoever_has_a_token_may_list_the_services(serve_toy: ServeToy, version: str) -> None:
    toy = await serve_toy()

    answer = await ask(toy, version, bearer=token(), list_services="")

    assert sorted(one.name for one in answer.list_services_response.service) == [
        SERVICE,
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
    ]


@pytest.mark.parametrize("version", VERSIONS)
async def test_whoever_has_none_may_not(serve_toy: ServeToy, version: str) -> None:
    toy = await serve_toy()

    async with open_channel(toy.address) as channel:
        # On the wire the question leaves with the call: a refusal of one that is still being written may be lost in the
        # caller (github.com/grpc/grpc/issues/36066).
        call: Any = channel.unary_stream(f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo")
        with pytest.raises(AioRpcError) as caught:
            await call(reflection_pb2.ServerReflectionRequest(list_services="").SerializeToString()).read()

    assert caught.value.code() == grpc.StatusCode.UNAUTHENTICATED
    assert code_of(caught.value) == "UNAUTHENTICATED"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("symbol", [SERVICE, "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"])
async def test_every_service_that_is_listed_is_described(serve_toy: ServeToy, version: str, symbol: str) -> None:
    toy = await serve_toy()

    answer = await ask(toy, version, bearer=token(), file_containing_symbol=symbol)

    files = [
        descriptor_pb2.FileDescriptorProto.FromString(data)
        for data in answer.file_descriptor_response.file_descriptor_proto
    ]
    services = [f"{file.package}.{service.name}" for file in files for service in file.service]
    assert symbol in services


@pytest.mark.parametrize("version", VERSIONS)
async def test_an_unknown_symbol_is_not_found(serve_toy: ServeToy, version: str) -> None:
    toy = await serve_toy()

    answer = await ask(toy, version, bearer=token(), file_containing_symbol="no.such.Thing")

    assert answer.error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0]
