"""A server with one method that does what a test says, and whole services in processes of their own."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import grpc
import pytest
import structlog
from atelier.resolver.v1 import resolver_service_pb2 as pb
from atelier.resolver.v1.resolver_service_pb2_grpc import (
    ResolverServiceServicer,
    ResolverServiceStub,
    add_ResolverServiceServicer_to_server,
)
from pydantic_settings import SettingsConfigDict
from structlog.testing import LogCapture

from chassis.auth import Role, sign_token
from chassis.client import open_channel, token_interceptors
from chassis.health import Dependency, Health
from chassis.server import GrpcServer, Service
from chassis.settings import ProcessSettings
from chassis.telemetry import Telemetry
from tests.conftest import REPOSITORY, Schema
from tests.shared_data import DIMENSIONS

SECRET = "s" * 64
SERVICE = "atelier.resolver.v1.ResolverService"
DOMAIN = "test.atelier"
SECONDS = 20.0

Until = Callable[[Callable[[], Any]], Awaitable[None]]
Behaviour = Callable[[pb.GetCardRequest], Awaitable[pb.GetCardResponse]]


@pytest.fixture(scope="session")
def until() -> Until:
    """Wait for a condition, which may be awaitable; fails after a bound."""

    async def wait(condition: Callable[[], Any]) -> None:
        async with asyncio.timeout(SECONDS):
            while True:
                met = condition()
                if await met if asyncio.iscoroutine(met) else met:
                    return
                await asyncio.sleep(0.02)

    return wait


@pytest.fixture
def jwt_secret_file(tmp_path: Path) -> Path:
    """The secret that `token` signs with."""
    path = tmp_path / "jwt"
    path.write_text(SECRET)
    return path


def token(role: Role = Role.OPERATOR, subject: str = "tester") -> str:
    """A token that is good for an hour."""
    return sign_token(SECRET, subject=subject, role=role, lifetime=timedelta(hours=1))


@asynccontextmanager
async def calling(address: str, **options: Any) -> AsyncIterator[ResolverServiceStub]:
    """An operator's stub."""
    interceptors = [*token_interceptors(token()), *options.pop("interceptors", [])]
    async with open_channel(address, interceptors=interceptors, **options) as channel:
        yield ResolverServiceStub(channel)


class ToySettings(ProcessSettings):
    """Settings of a test's server."""

    model_config = SettingsConfigDict(env_prefix="ATELIER_TEST_", frozen=True, extra="forbid", populate_by_name=True)


class ToyServicer(ResolverServiceServicer):
    """GetCard does what the test says."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour

    async def GetCard(self, request: pb.GetCardRequest, context: Any) -> pb.GetCardResponse:
        return await self._behaviour(request)


@dataclass(frozen=True)
class Toy:
    """A running server, and what it has logged."""

    address: str
    server: GrpcServer
    health: Health
    entries: Sequence[Any]


ServeToy = Callable[..., Awaitable[Toy]]


async def echo(request: pb.GetCardRequest) -> pb.GetCardResponse:
    """Answer with the id that was asked for."""
    response = pb.GetCardResponse()
    response.card.catalog_id = request.catalog_id
    return response


@pytest.fixture
async def serve_toy(jwt_secret_file: Path) -> AsyncIterator[ServeToy]:
    """Starts servers of one method, and stops them after the test."""
    started: list[GrpcServer] = []

    async def start(
        behaviour: Behaviour = echo,
        *,
        dependencies: Sequence[Dependency] = (),
        roles: Mapping[str, frozenset[Role]] = MappingProxyType({}),
        generic_handlers: Sequence[grpc.GenericRpcHandler] = (),
        **settings: Any,
    ) -> Toy:
        capture = LogCapture()
        log: Any = structlog.wrap_logger(
            None, processors=[capture], wrapper_class=structlog.make_filtering_bound_logger(0)
        )
        keys = {} if "jwks_url" in settings else {"jwt_secret_file": jwt_secret_file}
        health = Health(services=[SERVICE], dependencies=dependencies, interval_seconds=0.02, log=log)
        server = GrpcServer(
            settings=ToySettings(**({"grace_seconds": 0.1} | keys | settings)),
            domain=DOMAIN,
            services=[
                Service(
                    name=SERVICE,
                    add=add_ResolverServiceServicer_to_server,
                    servicer=ToyServicer(behaviour),
                    roles=roles,
                )
            ],
            generic_handlers=generic_handlers,
            health=health,
            telemetry=Telemetry(service="toy", replica=0, metrics_port=0, otlp_endpoint=None),
            log=log,
        )
        await health.start()
        await server.start()
        started.append(server)
        return Toy(f"127.0.0.1:{server.port}", server, health, capture.entries)

    yield start
    for server in started:
        await server.stop()


@dataclass
class ServiceProcess:
    """A service in a process of its own, and its log so far."""

    process: asyncio.subprocess.Process
    output: list[str] = field(default_factory=list)
    reader: asyncio.Task[None] | None = None
    _grown: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def entries(self) -> list[dict[str, Any]]:
        """Every line of the log that is JSON."""
        return [json.loads(line) for line in self.output if line.startswith("{")]

    async def read(self) -> None:
        """Read the log until it ends."""
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            async with self._grown:
                self.output.append(line.decode().rstrip())
                self._grown.notify_all()

    async def logged(self, event: str, count: int = 1) -> list[dict[str, Any]]:
        """The entries of an event, once there are `count` of them."""

        def found() -> list[dict[str, Any]]:
            return [entry for entry in self.entries if entry["event"] == event]

        try:
            async with asyncio.timeout(SECONDS), self._grown:
                await self._grown.wait_for(lambda: len(found()) >= count)
        except TimeoutError:
            pytest.fail(f"{event!r} was not logged {count} times:\n" + "\n".join(self.output))
        return found()

    async def finished(self) -> None:
        """Return once all of its log has been read."""
        assert self.reader is not None
        async with asyncio.timeout(SECONDS):
            await self.reader

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Signal it and return its exit code."""
        self.process.send_signal(number)
        return await self.ended()

    async def ended(self) -> int:
        """Its exit code, once it has ended."""
        async with asyncio.timeout(SECONDS):
            return await self.process.wait()


Launch = Callable[..., Awaitable[ServiceProcess]]


@asynccontextmanager
async def launching() -> AsyncIterator[Launch]:
    """Starts programs with an environment of their own, and ends what is left of them."""
    async with asyncio.TaskGroup() as readers:
        started: list[ServiceProcess] = []

        async def launch(*arguments: str, **environment: str) -> ServiceProcess:
            kept = {name: value for name, value in os.environ.items() if not name.startswith(("ATELIER_", "OTEL_"))}
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *arguments,
                env=kept | {"PYTHONUNBUFFERED": "1"} | environment,
                cwd=REPOSITORY,
                stdin=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
            started.append(ServiceProcess(process))
            started[-1].reader = readers.create_task(started[-1].read())
            return started[-1]

        yield launch
        for one in started:
            if one.process.returncode is None:
                os.killpg(one.process.pid, signal.SIGKILL)
            await one.process.wait()


@pytest.fixture
async def launch() -> AsyncIterator[Launch]:
    """Starts programs, and ends what is left of them after the test."""
    async with launching() as launch:
        yield launch


@pytest.fixture
def tables_of() -> list[str]:
    return ["jobs", "services/resolver"]


@pytest.fixture
def environment(schema: Schema, jwt_secret_file: Path) -> dict[str, str]:
    """What a resolver on the test's schema is told."""
    return {
        "ATELIER_RESOLVER_DATABASE_URL": schema.url.get_secret_value(),
        "ATELIER_RESOLVER_SCHEMA_NAME": schema.name,
        "ATELIER_RESOLVER_EMBEDDING_DIMENSIONS": str(DIMENSIONS),
        "ATELIER_RESOLVER_PORT": "0",
        "ATELIER_RESOLVER_METRICS_PORT": "0",
        "ATELIER_JWT_SECRET_FILE": str(jwt_secret_file),
    }


async def listening(process: ServiceProcess) -> str:
    """Where a service takes calls."""
    return str((await process.logged("listening"))[0]["address"])


async def first_error(call: Callable[[], Awaitable[Any]]) -> grpc.aio.AioRpcError:
    """The first error among calls one after another."""
    async with asyncio.timeout(SECONDS):
        while True:
            try:
                await call()
            except grpc.aio.AioRpcError as error:
                return error


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def code_of(error: grpc.aio.AioRpcError) -> str:
    """The name of an error's code."""
    return error.code().name
