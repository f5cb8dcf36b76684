"""Services as running servers and workers: their real wiring on a schema of the test's own, over a real channel."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
import structlog
from atelier.resolver.v1 import resolver_service_pb2 as pb
from atelier.resolver.v1.resolver_service_pb2_grpc import ResolverServiceStub
from google.rpc import error_details_pb2, status_pb2

from chassis.auth import Role, sign_token
from chassis.client import open_channel, token_interceptors
from chassis.server import GrpcServer
from services.engager.config import EngagerSettings
from services.engager.process import running as engager_running
from services.generator.config import GeneratorSettings
from services.generator.process import running as generator_running
from services.resolver.config import ResolverSettings
from services.resolver.process import running
from services.reviewer.config import ReviewerSettings
from services.reviewer.process import running as reviewer_running
from tests.conftest import Schema, Servers
from tests.shared_data import DIMENSIONS

SECRET = "s" * 64
MEDIA_SECRET = "m" * 64
# What a service has, by the fixture that starts it.
TABLES_OF = {
    "serve": ["jobs", "services/resolver"],
    "made": ["jobs", "ledger", "services/generator"],
    "reviewer": ["jobs", "ledger", "services/reviewer"],
    "engager": ["jobs", "services/engager"],
}


@dataclass(frozen=True)
class Served:
    """A running resolver: where it listens, and channels to it for any caller."""

    address: str

    @asynccontextmanager
    async def channel(
        self, role: Role | None = Role.OPERATOR, subject: str = "tester"
    ) -> AsyncIterator[grpc.aio.Channel]:
        """A channel whose calls carry a token of `role` for `subject`, or none."""
        token = sign_token(SECRET, subject=subject, role=role, lifetime=timedelta(hours=1)) if role else None
        interceptors = token_interceptors(token) if token else []
        async with open_channel(self.address, package="atelier.resolver.v1", interceptors=interceptors) as channel:
            yield channel


Serve = Callable[[str], Awaitable[Served]]


@pytest.fixture
def tables_of(request: pytest.FixtureRequest) -> list[str]:
    """Those of the service that the test starts; all have jobs."""
    return next((tables for start, tables in TABLES_OF.items() if start in request.fixturenames), ["jobs"])


@pytest.fixture
async def serve(schema: Schema, tmp_path: Path, log: structlog.stdlib.BoundLogger) -> AsyncIterator[Serve]:
    """Starts resolvers on a database address, and stops them after the test."""
    secret_file = tmp_path / "jwt"
    secret_file.write_text(SECRET)
    started: list[Any] = []

    async def start(database_url: str) -> Served:
        settings = ResolverSettings(
            port=0,
            metrics_port=0,
            database_url=database_url,
            schema_name=schema.name,
            embedding_dimensions=DIMENSIONS,
            grace_seconds=1,
            jwt_secret_file=secret_file,
        )
        parts = running(settings, log)
        for part in parts:
            started.append(part)
            await part.start()
        server = next(part for part in parts if isinstance(part, GrpcServer))
        return Served(f"127.0.0.1:{server.port}")

    yield start
    for part in reversed(started):
        await part.stop()


@pytest.fixture
async def served(serve: Serve, schema: Schema) -> Served:
    """A resolver on the test's schema."""
    return await serve(schema.url.get_secret_value())


@pytest.fixture
async def stub(served: Served) -> AsyncIterator[ResolverServiceStub]:
    """An operator's stub."""
    async with served.channel() as channel:
        yield ResolverServiceStub(channel)


@pytest.fixture
async def made(schema: Schema, tmp_path: Path, log: structlog.stdlib.BoundLogger) -> AsyncIterator[Served]:
    """A running generator with its real backend."""
    (tmp_path / "jwt").write_text(SECRET)
    (tmp_path / "media").write_text(MEDIA_SECRET)
    settings = GeneratorSettings(
        port=0,
        metrics_port=0,
        database_url=schema.url.get_secret_value(),
        schema_name=schema.name,
        grace_seconds=1,
        jwt_secret_file=tmp_path / "jwt",
        media_secret_file=tmp_path / "media",
        blobs_url=f"file://{tmp_path / 'blobs'}",
    )
    parts = generator_running(settings, log)
    for part in parts:
        await part.start()
    server = next(part for part in parts if isinstance(part, GrpcServer))
    yield Served(f"127.0.0.1:{server.port}")
    for part in reversed(parts):
        await part.stop()


@pytest.fixture
async def reviewer(schema: Schema, tmp_path: Path, log: structlog.stdlib.BoundLogger) -> AsyncIterator[Served]:
    """A running reviewer without a model and without Redis, whose plan lite has two requests."""
    (tmp_path / "jwt").write_text(SECRET)
    settings = ReviewerSettings(
        port=0,
        metrics_port=0,
        database_url=schema.url.get_secret_value(),
        schema_name=schema.name,
        grace_seconds=1,
        jwt_secret_file=tmp_path / "jwt",
        blobs_url=f"file://{tmp_path / 'blobs'}",
        lite_requests=2,
    )
    parts = reviewer_running(settings, log)
    for part in parts:
        await part.start()
    server = next(part for part in parts if isinstance(part, GrpcServer))
    yield Served(f"127.0.0.1:{server.port}")
    for part in reversed(parts):
        await part.stop()


@pytest.fixture
async def engager(
    servers: Servers, schema: Schema, tmp_path: Path, log: structlog.stdlib.BoundLogger
) -> AsyncIterator[Served]:
    """A running engager, which knows a secret `shop` and may call webhooks of 203.0.113.0/24."""
    (tmp_path / "jwt").write_text(SECRET)
    (tmp_path / "webhooks").mkdir()
    (tmp_path / "webhooks" / "shop").write_text(SECRET)
    settings = EngagerSettings(
        port=0,
        metrics_port=0,
        database_url=schema.url.get_secret_value(),
        schema_name=schema.name,
        grace_seconds=1,
        jwt_secret_file=tmp_path / "jwt",
        redis_url=servers.stack.redis_url,
        secrets_folder=tmp_path / "webhooks",
        allowed_networks="203.0.113.0/24",
    )
    parts = engager_running(settings, log)
    for part in parts:
        await part.start()
    server = next(part for part in parts if isinstance(part, GrpcServer))
    yield Served(f"127.0.0.1:{server.port}")
    for part in reversed(parts):
        await part.stop()


@dataclass(frozen=True)
class Refusal:
    """An error as a caller sees it."""

    code: grpc.StatusCode
    message: str
    reason: str
    domain: str
    fields: list[str]
    retry_seconds: float | None


async def refusal(call: Awaitable[Any]) -> Refusal:
    """The error that a call ends with; fails when it doesn't."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    error = caught.value
    raw = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
    status = status_pb2.Status.FromString(raw)
    info, bad, retry = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
    unpacked = [[detail for detail in status.details if detail.Unpack(kind)] for kind in (info, bad, retry)]
    assert len(unpacked[0]) <= 1
    return Refusal(
        code=error.code(),
        message=error.details() or "",
        reason=info.reason,
        domain=info.domain,
        fields=[violation.field for violation in bad.field_violations],
        retry_seconds=retry.retry_delay.ToTimedelta().total_seconds() if unpacked[2] else None,
    )


def item(source: str = "s", external_id: str = "x") -> pb.ExternalId:
    """An id to resolve."""
    return pb.ExternalId(source=source, external_id=external_id)
