"""The health of the whole system: what each service says of itself, under one roof.

Names: "" is everything, `gateway` this process, `resolver` a service, `resolver/postgres` what a service leans on, and
`atelier.resolver.v1.ResolverService` a gRPC service of it. A shared gRPC service has its name too, under which it is
SERVING when all who answer it serve it, and each service's own is `resolver/atelier.jobs.v1.JobsService`.
"""

import asyncio
import math
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import grpc
from google.protobuf.message import DecodeError
from grpc_health.v1 import health_pb2
from grpc_health.v1.health_pb2 import HealthCheckResponse

from chassis.client import open_channel
from chassis.health import Dependency, Health
from gateway.routing import is_shared

OWN_SERVICE = "atelier.gateway.v1.GatewayService"
LIST_METHOD = "/grpc.health.v1.Health/List"
WATCH_METHOD = "/grpc.health.v1.Health/Watch"
ANSWER_SECONDS = 1.5
# A frozen service is found out within this where nobody asks, and by asking it where somebody does.
SILENCE_SECONDS = 10.0
# Who has answered since isn't asked whether it still does.
FRESH_SECONDS = 0.5
AGAIN_SECONDS = 0.3


class ServiceHealth:
    """One service's health as it told it last. It is asked again when it says that something has changed.

    It is also asked by a check, unless it has just answered: whether it is frozen is known sooner while somebody asks.
    The channel is its own: one that notices silence soon would give up calls that are only slow.
    """

    def __init__(self, *, name: str, address: str, credentials: grpc.ChannelCredentials | None) -> None:
        self._name = name
        self._address = address
        self._credentials = credentials
        self._channel: grpc.aio.Channel | None = None
        self._states: Mapping[str, Any] = {}  # By the service's own names.
        self._problem: Exception | None = None
        self._answered_at = -math.inf
        self._patience: asyncio.Timeout | None = None  # The watch's.

    async def check(self) -> Mapping[str, Any]:
        """The state of each of the service's names, as the system calls them. Raises while it doesn't answer."""
        if self._problem is None and time.monotonic() - self._answered_at > FRESH_SECONDS:
            await self._make_sure()
        if self._problem is not None:
            raise self._problem
        return {ours: state for name, state in self._states.items() for ours in _system_names(self._name, [name])}

    def reported(self) -> Mapping[str, bool]:
        """Whether each part serves, by the service's own names; only the whole, "", while it doesn't answer."""
        if self._problem is not None:
            return {"": False}
        return {name: state == HealthCheckResponse.SERVING for name, state in self._states.items()}

    async def open(self) -> None:
        """Connect, and ask once."""
        self._channel = open_channel(self._address, credentials=self._credentials, silence_seconds=SILENCE_SECONDS)
        try:
            await self._ask(self._channel)
        except (grpc.aio.AioRpcError, DecodeError) as error:
            self._problem = error

    async def follow(self, health: Health) -> None:
        """Let the system's health know of each change, until cancelled."""
        assert self._channel is not None  # noqa: S101 - it was opened before
        watch: Any = self._channel.unary_stream(WATCH_METHOD)
        while True:
            try:
                async with asyncio.timeout(None) as self._patience:
                    async for _ in watch(health_pb2.HealthCheckRequest().SerializeToString()):
                        await self._ask(self._channel)
                        health.look_again()
                self._problem = ConnectionError("it is about to end")
            except (grpc.aio.AioRpcError, DecodeError, TimeoutError) as error:
                self._problem = error
            self._patience = None
            health.look_again()
            await asyncio.sleep(AGAIN_SECONDS)

    async def close(self) -> None:
        """Close the connection. Closing twice is legal."""
        if self._channel is not None:
            await self._channel.close()

    async def _make_sure(self) -> None:
        """Ask it. One that doesn't answer is watched anew, so that the first it tells is that it is back."""
        assert self._channel is not None  # noqa: S101 - it was opened before
        try:
            await self._ask(self._channel)
        except (grpc.aio.AioRpcError, DecodeError) as error:
            self._problem = error
            if self._patience is not None:
                self._patience.reschedule(0)

    async def _ask(self, channel: grpc.aio.Channel) -> None:
        ask: Any = channel.unary_unary(LIST_METHOD)
        data = await ask(health_pb2.HealthListRequest().SerializeToString(), timeout=ANSWER_SECONDS)
        states = health_pb2.HealthListResponse.FromString(data).statuses
        self._states = {name: states[name].status for name in states}
        self._problem, self._answered_at = None, time.monotonic()


class SystemHealth:
    """The health of all services, and that of the system that follows from it. A part."""

    def __init__(self, services: Mapping[str, ServiceHealth], health: Health) -> None:
        self._services = services
        self._health = health
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Ask all services, so that the first answer is true, and go on following them."""
        await asyncio.gather(*(service.open() for service in self._services.values()))
        await self._health.start()
        self._tasks = [asyncio.create_task(service.follow(self._health)) for service in self._services.values()]

    async def stop(self) -> None:
        """Say NOT_SERVING, and follow nobody any longer."""
        await self._health.stop()
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for service in self._services.values():
            await service.close()


def system_dependencies(
    services: Mapping[str, ServiceHealth], *, grpc_services: Mapping[str, Sequence[str]]
) -> list[Dependency]:
    """The gateway and its services as parts of one health. `grpc_services` names what each service answers."""
    parts = [
        Dependency(name, service.check, parts=_system_names(name, grpc_services[name]))
        for name, service in services.items()
    ]
    return [Dependency("gateway", _serve), *parts]


def _system_names(service: str, names: Iterable[str]) -> Sequence[str]:
    """What the system calls that which a service calls by `names`."""
    found = []
    for name in names:
        own = f"{service}/{name}" if name else service
        if name.startswith("atelier."):
            found += [name, own] if is_shared(f"/{name}/") else [name]
        else:
            found.append(own)
    return found


async def _serve() -> Mapping[str, Any]:
    """The gateway serves while this runs, its own gRPC service included."""
    return {OWN_SERVICE: HealthCheckResponse.SERVING}
