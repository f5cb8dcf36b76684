"""A service of ours that has everything around a call and does nothing in it, with a gateway of its own before it.

    python -m bench.empty_service PORT    by the secret of BENCH_JWT_SECRET_FILE

It passes for resolver and generator: GetCard answers, WatchScan tells many messages, DownloadImage as many bytes as a
large picture has, and ImportCards hears any number of messages.
"""

import logging
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import structlog
import uvloop
from pydantic_settings import SettingsConfigDict

from chassis.health import Health
from chassis.lifecycle import run_until_signalled
from chassis.loading import SOCKETS
from chassis.server import GrpcServer
from chassis.settings import ProcessSettings
from chassis.telemetry import Telemetry
from cli.stack.ports import LOOPBACK, Ports
from cli.stack.programs import REPOSITORY

ANSWER = b"\x0a\xc8\x01" + bytes(200)  # A message of 200 bytes in its first field, as good as any.
MESSAGES = 500
PIECE, PIECES = bytes(64 * 1024), 128  # As pictures are sent; 8 MiB in all.
UNARY = "/atelier.resolver.v1.ResolverService/GetCard"
TELLING = "/atelier.resolver.v1.ScanService/WatchScan"
GIVING = "/atelier.generator.v1.GenerationService/DownloadImage"
HEARING = "/atelier.resolver.v1.ResolverService/ImportCards"


class Settings(ProcessSettings):
    """As a service's, read from the bench's own names."""

    model_config = SettingsConfigDict(env_prefix="BENCH_", frozen=True, extra="forbid", populate_by_name=True)


async def answer(request: bytes, context: Any) -> bytes:
    """One answer."""
    return ANSWER


async def tell(request: bytes, context: Any) -> AsyncIterator[bytes]:
    """Messages one by one."""
    for _ in range(MESSAGES):
        yield ANSWER


async def give(request: bytes, context: Any) -> AsyncIterator[bytes]:
    """Bytes piece by piece."""
    for _ in range(PIECES):
        yield PIECE


async def hear(requests: AsyncIterator[bytes], context: Any) -> bytes:
    """All messages."""
    async for _ in requests:
        pass
    return ANSWER


class Nothing(grpc.GenericRpcHandler):
    """The methods, of bytes."""

    def __init__(self) -> None:
        self._handlers: Mapping[str, Any] = {
            UNARY: grpc.unary_unary_rpc_method_handler(answer),
            TELLING: grpc.unary_stream_rpc_method_handler(tell),
            GIVING: grpc.unary_stream_rpc_method_handler(give),
            HEARING: grpc.stream_unary_rpc_method_handler(hear),
        }

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        """See grpc."""
        return self._handlers.get(handler_call_details.method)


async def serve(port: str) -> None:
    """Until told to stop."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    log = structlog.get_logger()
    settings = Settings(port=int(port), jwt_secret_file=Path(os.environ["BENCH_JWT_SECRET_FILE"]))
    health = Health(services=[], dependencies=[], log=log)
    telemetry = Telemetry.of("bench", settings)
    server = GrpcServer(
        settings=settings,
        domain="bench.atelier",
        services=[],
        health=health,
        telemetry=telemetry,
        log=log,
        generic_handlers=[Nothing()],
    )
    await run_until_signalled([telemetry, health, server], log=log)


@contextmanager
def empty_service(secret_file: Path) -> Iterator[tuple[str, str]]:
    """Where it listens, and where its gateway does; both are about to."""
    ports = Ports.free()
    own, gateway = f"{LOOPBACK}:{ports.resolver}", f"{LOOPBACK}:{ports.gateway}"
    told = {
        "ATELIER_JWT_SECRET_FILE": str(secret_file),
        "ATELIER_LOG_LEVEL": "WARNING",
        "ATELIER_GATEWAY_PORT": str(ports.gateway),
        "ATELIER_GATEWAY_HTTP_PORT": str(ports.gateway_http),
        "ATELIER_GATEWAY_METRICS_PORT": str(ports.gateway_metrics),
        **{f"ATELIER_GATEWAY_{name}_ADDRESS": "" for name in ("REVIEWER", "ENGAGER")},
        **{f"ATELIER_GATEWAY_{name}_ADDRESS": own for name in ("RESOLVER", "GENERATOR")},
    }
    given = {"BENCH_JWT_SECRET_FILE": str(secret_file), "GRPC_EXPERIMENTS": SOCKETS}
    with (
        _process("bench.empty_service", str(ports.resolver), environment=given),
        _process("gateway", "serve", environment=told),
    ):
        yield own, gateway


@contextmanager
def _process(module: str, *arguments: str, environment: Mapping[str, str]) -> Iterator[None]:
    # Not asyncio's own, which forks a process with gRPC's threads in it.
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments], cwd=REPOSITORY, env={"PATH": os.environ["PATH"], **environment}
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    uvloop.run(serve(*sys.argv[1:]))
