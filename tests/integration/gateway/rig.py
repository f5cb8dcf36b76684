"""A gateway with both ports open, before a stand-in for the resolver that does what each test tells it."""

import asyncio
import contextlib
import json
import signal
import struct
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import grpc
import httpx
import structlog
from google.protobuf.descriptor import ServiceDescriptor
from grpc_health.v1 import health_pb2_grpc

from chassis.auth import Role, sign_token
from chassis.health import Dependency, Health
from gateway.config import GatewaySettings
from gateway.ports import Ports
from gateway.process import serving
from gateway.schema import load_services

SECRET = "gateway-tests-" * 4
SERVICE = "atelier.resolver.v1.ResolverService"
RESOLVER_SERVICES = (SERVICE, "atelier.resolver.v1.ScanService", "atelier.resolver.v1.ResolverOverviewService")
MAX_MESSAGE_BYTES = 4 * 2**20

# What went wrong inside without any caller being told; no test may leave something here.
trouble: list[dict[str, Any]] = []


class StandIn(grpc.GenericRpcHandler):
    """A gRPC server that answers bytes as told: `answers` maps full method names to handlers."""

    def __init__(self, services: Sequence[str] = (SERVICE,), *, calls_at_once: int = 1_000) -> None:
        """`calls_at_once`: so many run over one connection."""
        self.services = services
        self.calls_at_once = calls_at_once
        self.answers: dict[str, Any] = {}
        self.lost: set[str] = set()
        self.port = 0
        self._server: grpc.aio.Server | None = None

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        return self.answers.get(handler_call_details.method)

    def unary(self, method: str, behaviour: Callable[..., Any]) -> None:
        self.answers[method] = grpc.unary_unary_rpc_method_handler(behaviour)

    def stream(self, method: str, behaviour: Callable[..., Any]) -> None:
        self.answers[method] = grpc.stream_stream_rpc_method_handler(behaviour)

    async def start(self) -> None:
        options = [
            ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
            ("grpc.so_reuseport", 0),
            ("grpc.http2.max_ping_strikes", 0),
            ("grpc.max_concurrent_streams", self.calls_at_once),
        ]
        self._server = grpc.aio.server(options=options)
        self._server.add_generic_rpc_handlers((self,))
        needs = [Dependency(name, self._check(name), required=name != "redis") for name in ("postgres", "redis")]
        self._health = Health(services=self.services, dependencies=needs, interval_seconds=0.1, log=quiet())
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        self.port = self._server.add_insecure_port(f"127.0.0.1:{self.port}")
        await self._health.start()
        await self._server.start()

    async def stop(self) -> None:
        if self._server is not None:
            await self._health.stop()
            await self._server.stop(0)

    def _check(self, name: str) -> Callable[[], Any]:
        async def check() -> None:
            if name in self.lost:
                raise ConnectionError(name)

        return check


@dataclass(frozen=True)
class Gateway:
    """A running gateway, and ways to it."""

    grpc_port: int
    http_port: int
    channel: Any  # A grpc.aio.Channel, whose types know only calls with serializers.
    http: httpx.AsyncClient
    token: str

    @property
    def authorization(self) -> tuple[str, str]:
        return ("authorization", f"Bearer {self.token}")


@contextlib.asynccontextmanager
async def run_gateway(
    secret_file: Path,
    resolver_port: int,
    *,
    more_services: Sequence[ServiceDescriptor] = (),
    **settings: Any,
) -> AsyncIterator[Gateway]:
    """A gateway in this process, from its own wiring. `more_services`: as if the stubs described them too."""
    told: dict[str, Any] = {
        "port": 0,
        "http_port": 0,
        "metrics_port": 0,
        "grace_seconds": 1.0,
        "max_message_bytes": MAX_MESSAGE_BYTES,
        "jwt_secret_file": secret_file,
        "resolver_address": f"127.0.0.1:{resolver_port}",
        "generator_address": "",
        "reviewer_address": "",
        "engager_address": "",
    }
    with mock.patch("gateway.process.load_services", return_value=[*load_services(), *more_services]):
        parts = serving(GatewaySettings(**(told | settings)), quiet())
    async with contextlib.AsyncExitStack() as stack:
        for part in parts:
            stack.push_async_callback(part.stop)
            await part.start()
        ports = next(part for part in parts if isinstance(part, Ports))
        options = [("grpc.max_receive_message_length", 2 * MAX_MESSAGE_BYTES), ("grpc.use_local_subchannel_pool", 1)]
        channel = grpc.aio.insecure_channel(f"127.0.0.1:{ports.grpc.port}", options=options)
        await stack.enter_async_context(channel)
        url = f"http://127.0.0.1:{ports.http.port}"
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=20))
        token = sign_token(SECRET, subject="ash", role=Role.USER, lifetime=timedelta(hours=1))
        yield Gateway(ports.grpc.port, ports.http.port, channel, http, token)


def keep_trouble(_: Any, level: str, event: Any) -> Any:
    """Keep what the log calls an error, such as an exception that nobody expected."""
    if level in ("error", "exception", "critical"):
        trouble.append(dict(event))
    raise structlog.DropEvent


def quiet() -> Any:
    """A log that nobody reads but for errors."""
    return structlog.wrap_logger(
        structlog.ReturnLogger(), processors=[structlog.processors.format_exc_info, keep_trouble]
    )


async def within(seconds: float, awaitable: Any) -> Any:
    """The result, or a failed test when it takes longer."""
    async with asyncio.timeout(seconds):
        return await awaitable


class Child:
    """A process of a test's own, of which one stream is read line by line.

    It is started by `subprocess`, whose vfork runs no fork handlers: gRPC's, which the event loop's own way of starting
    processes runs, can end the child before it becomes the program.
    """

    def __init__(self, process: subprocess.Popen[bytes], lines: Any) -> None:
        self._process = process
        self._lines = lines

    async def line(self) -> bytes:
        """The next line; empty at the end."""
        return bytes(await within(20, asyncio.to_thread(self._lines.readline)))

    @property
    def pid(self) -> int:
        return self._process.pid

    def send_signal(self, number: int) -> None:
        self._process.send_signal(number)

    async def wait(self) -> int:
        """The exit code."""
        return int(await within(20, asyncio.to_thread(self._process.wait)))


@contextlib.asynccontextmanager
async def child_process(
    *arguments: str, environment: Mapping[str, str] | None = None, read: str = "stdout"
) -> AsyncIterator[Child]:
    """Run Python with these arguments; at the end it is told to stop. `read`: the stream to read."""
    command = [sys.executable, *arguments]
    options: dict[str, Any] = {"env": environment, read: subprocess.PIPE}
    process: subprocess.Popen[bytes] = await asyncio.to_thread(lambda: subprocess.Popen(command, **options))
    child = Child(process, getattr(process, read))
    try:
        yield child
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        while await child.line():
            pass
        await child.wait()
        getattr(process, read).close()


async def post(gateway: Gateway, path: str, body: Any, **headers: str) -> httpx.Response:
    """A call in JSON, with a token."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {"authorization": gateway.authorization[1], "content-type": "application/json"} | headers
    return await gateway.http.post(path, content=content, headers=named)


def envelope(data: bytes, flags: int = 0) -> bytes:
    """A message of a stream (connectrpc.com/docs/protocol, "Streaming RPCs")."""
    return struct.pack(">BI", flags, len(data)) + data


def envelopes(data: bytes) -> list[tuple[int, bytes]]:
    """The messages of a stream, with their flags."""
    found = []
    while data:
        flags, size = struct.unpack(">BI", data[:5])
        found.append((flags, data[5 : 5 + size]))
        data = data[5 + size :]
    return found


def info(answer: httpx.Response) -> Any:
    """The one ErrorInfo of an error."""
    [found] = [one["debug"] for one in answer.json()["details"] if one["type"] == "google.rpc.ErrorInfo"]
    return found


async def stand_alone() -> None:
    """A stand-in as a process: prints its port and goes on."""
    one = StandIn()
    await one.start()
    print(one.port, flush=True)  # noqa: T201
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(stand_alone())
