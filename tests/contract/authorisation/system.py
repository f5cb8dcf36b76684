"""Every service and the gateway, from their own wiring, in this process: each on a schema of its own."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import asyncpg
import structlog

from chassis.lifecycle import Part
from chassis.server import GrpcServer
from gateway.config import GatewaySettings
from gateway.ports import Ports
from gateway.process import serving as gateway_serving
from services.engager.config import EngagerSettings
from services.generator.config import GeneratorSettings
from services.resolver.config import ResolverSettings
from services.reviewer.config import ReviewerSettings
from tests.conftest import Servers, new_schema
from tests.contract.conftest import MEDIA_SECRET, SECRET
from tests.shared_data import DIMENSIONS

SETTINGS: Mapping[str, Any] = {
    "resolver": ResolverSettings,
    "generator": GeneratorSettings,
    "reviewer": ReviewerSettings,
    "engager": EngagerSettings,
}
# What a service writes by itself, some time after a call.
RESTLESS = {"workers", "resolution_counts"}
TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY table_name"
HASH = """SELECT '{table}' AS table, md5(string_agg(t::text, ';' ORDER BY t::text)) AS hash FROM {table} t"""


@dataclass(frozen=True)
class System:
    """Where everybody listens. `addresses` has every service and the gateway by name."""

    addresses: Mapping[str, str]
    http_url: str
    tables: Mapping[str, asyncpg.Connection] = field(repr=False)

    async def contents(self, service: str) -> Mapping[str, str]:
        """A hash of all rows of each table that a service has; the gateway has what all have."""
        services = [service] if service in self.tables else list(self.tables)
        return {f"{one}.{table}": value for one in services for table, value in await self._hashes(one)}

    async def _hashes(self, service: str) -> Sequence[tuple[str, str]]:
        connection = self.tables[service]
        names = [row["table_name"] for row in await connection.fetch(TABLES)]
        hashes = (HASH.format(table=name) for name in names if name not in RESTLESS)
        return [(row["table"], row["hash"]) for row in await connection.fetch(" UNION ALL ".join(hashes))]


class Running:
    """Starts parts of processes, and stops them in turn."""

    def __init__(self, servers: Servers, folder: Path, log: structlog.stdlib.BoundLogger) -> None:
        self._servers = servers
        self._folder = folder
        self._log = log
        self._settings: dict[str, Any] = {}

    @asynccontextmanager
    async def system(self) -> AsyncIterator[System]:
        """All services, none of which works on a job, behind a gateway."""
        async with AsyncExitStack() as stack:
            addresses, tables = {}, {}
            for name in SETTINGS:
                schema = await stack.enter_async_context(new_schema(self._servers))
                self._settings[name] = self._service_settings(name, schema.name, schema.url)
                await asyncio.to_thread(_main(name).migrate_schema, self._settings[name], self._log)
                parts = await stack.enter_async_context(
                    _started(_process(name).serving(self._settings[name], self._log))
                )
                addresses[name] = f"127.0.0.1:{_only(GrpcServer, parts).port}"
                tables[name] = await asyncpg.connect(
                    **self._servers.superuser, server_settings={"search_path": schema.name}
                )
                stack.push_async_callback(tables[name].close)
            ports = await stack.enter_async_context(self._gateway(addresses))
            addresses["gateway"] = f"127.0.0.1:{ports.grpc.port}"
            yield System(addresses, f"http://127.0.0.1:{ports.http.port}", tables)

    @asynccontextmanager
    async def workers(self, *names: str) -> AsyncIterator[None]:
        """Workers of these services, for a while."""
        async with AsyncExitStack() as stack:
            for name in names:
                await stack.enter_async_context(_started(_process(name).working(self._settings[name], self._log)))
            yield

    @asynccontextmanager
    async def _gateway(self, addresses: Mapping[str, str]) -> AsyncIterator[Ports]:
        told: dict[str, Any] = {f"{name}_address": address for name, address in addresses.items()}
        secret = self._secret("jwt", SECRET)
        settings = GatewaySettings(port=0, http_port=0, metrics_port=0, grace_seconds=1, jwt_secret_file=secret, **told)
        async with _started(gateway_serving(settings, self._log)) as parts:
            yield _only(Ports, parts)

    def _service_settings(self, name: str, schema: str, url: Any) -> Any:
        own: dict[str, dict[str, Any]] = {
            "resolver": {"embedding_dimensions": DIMENSIONS},
            "generator": {
                "blobs_url": f"file://{self._folder / name}",
                "drawing_processes": 1,
                "media_secret_file": self._secret("media", MEDIA_SECRET),
            },
            "reviewer": {"blobs_url": f"file://{self._folder / name}"},
            "engager": {},
        }
        return SETTINGS[name](
            port=0,
            metrics_port=0,
            grace_seconds=1,
            database_url=url,
            schema_name=schema,
            jwt_secret_file=self._secret("jwt", SECRET),
            **own[name],
        )

    def _secret(self, name: str, content: str) -> Path:
        path = self._folder / f"{name}.secret"
        path.write_text(content)
        return path


def _main(service: str) -> Any:
    return import_module(f"services.{service}.__main__")


def _process(service: str) -> Any:
    return import_module(f"services.{service}.process")


@asynccontextmanager
async def _started(parts: Sequence[Part]) -> AsyncIterator[Sequence[Part]]:
    async with AsyncExitStack() as stack:
        for part in parts:
            stack.push_async_callback(part.stop)
            await part.start()
        yield parts


def _only(kind: Any, parts: Sequence[Part]) -> Any:
    [found] = [part for part in parts if isinstance(part, kind)]
    return found
