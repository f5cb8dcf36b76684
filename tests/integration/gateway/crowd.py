"""A gateway before stand-ins for all services, which are told typed requests and give typed answers."""

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
from atelier.gateway.v1 import gateway_service_pb2 as pb
from atelier.gateway.v1.gateway_service_pb2_grpc import GatewayServiceStub
from google.protobuf.message_factory import GetMessageClass
from google.rpc import status_pb2

from chassis.auth import Role, sign_token
from chassis.client import open_channel, token_interceptors
from chassis.errors import STATUS_DETAILS_KEY, AtelierError, status_of
from gateway.routing import service_of
from gateway.schema import load_services, methods_of
from tests.integration.gateway.rig import SECRET, Gateway, StandIn, run_gateway

METHODS = methods_of(load_services())
SERVICES = ("resolver", "generator", "reviewer", "engager")
Answer = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Crowd:
    """Stand-ins for the services, by name, and the gateway before them."""

    gateway: Gateway
    services: dict[str, StandIn]
    stub: GatewayServiceStub

    def unary(self, method: str, answer: Answer) -> None:
        """Let a method's own service answer it; `method` such as `resolver.v1.ScanService/GetScan`."""
        name, request_class = _read(method)
        stand_in = self.services[str(service_of(name))]
        stand_in.unary(name, _unary(request_class, answer))

    def stream(self, method: str, answers: Answer) -> None:
        """The same for a stream of answers."""
        name, request_class = _read(method)
        self.services[str(service_of(name))].stream(name, _stream(request_class, answers))

    def jobs(self, service: str, method: str, answer: Answer) -> None:
        """Let one service answer a method of JobsService."""
        name, request_class = _read(f"jobs.v1.JobsService/{method}")
        self.services[service].unary(name, _unary(request_class, answer))

    @contextlib.asynccontextmanager
    async def stub_of(self, subject: str, role: Role, lifetime: timedelta) -> AsyncIterator[GatewayServiceStub]:
        """Another caller's stub."""
        token = sign_token(SECRET, subject=subject, role=role, lifetime=lifetime)
        async with _channel(self.gateway, token) as channel:
            yield GatewayServiceStub(channel)


@contextlib.asynccontextmanager
async def run_crowd(secret_file: Path, *, without: str = "", calls_at_once: int = 1_000) -> AsyncIterator[Crowd]:
    """All of them, running; `without`: a service that isn't run anywhere; `calls_at_once`: over one connection."""
    services = {name: StandIn([], calls_at_once=calls_at_once) for name in SERVICES}
    for one in services.values():
        await one.start()
    addresses: dict[str, Any] = {
        f"{name}_address": "" if name == without else f"127.0.0.1:{one.port}" for name, one in services.items()
    }
    async with (
        run_gateway(secret_file, services["resolver"].port, **addresses) as gateway,
        _channel(gateway, gateway.token) as channel,
    ):
        yield Crowd(gateway, services, GatewayServiceStub(channel))
    for one in services.values():
        await one.stop()


async def refuse(context: Any, error: AtelierError, domain: str) -> None:
    """End a stand-in's call as a service does."""
    status = status_of(error, domain=domain).SerializeToString()
    await context.abort(error.code, error.message, trailing_metadata=((STATUS_DETAILS_KEY, status),))


def detail(status: status_pb2.Status, kind: Callable[[], Any]) -> Any:
    """The one detail of a kind that a status must have."""
    [found] = [one for one in status.details if one.Is(kind.DESCRIPTOR)]  # type: ignore[attr-defined]
    message = kind()
    found.Unpack(message)
    return message


def works(answers: list[pb.WatchBatchResponse]) -> Iterator[pb.WatchedWork]:
    """All that a watch told, in order."""
    for answer in answers:
        yield from answer.work


def _channel(gateway: Gateway, token: str) -> grpc.aio.Channel:
    return open_channel(
        f"127.0.0.1:{gateway.grpc_port}", package="atelier.gateway.v1", interceptors=token_interceptors(token)
    )


def _read(method: str) -> tuple[str, Any]:
    name = f"/atelier.{method}"
    return name, GetMessageClass(METHODS[name].input_type)


def _unary(request_class: Any, answer: Answer) -> Callable[..., Any]:
    async def behave(data: bytes, context: Any) -> bytes:
        message: bytes = (await answer(request_class.FromString(data), context)).SerializeToString()
        return message

    return behave


def _stream(request_class: Any, answers: Answer) -> Callable[..., Any]:
    async def behave(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        async with contextlib.aclosing(answers(request_class.FromString(await anext(requests)), context)) as told:
            async for answer in told:
                yield answer.SerializeToString()

    return behave
