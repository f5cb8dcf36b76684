"""Builds a gRPC server out of servicers: interceptors, health, reflection, limits, TLS and a graceful end."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import grpc
import structlog
from grpc_health.v1 import health_pb2_grpc

from chassis.auth import Permissions, Role, TokenVerifier
from chassis.calls import CallInterceptor, Handler
from chassis.health import Health
from chassis.lifecycle import PortTaken
from chassis.reflection import add_reflection
from chassis.settings import ProcessSettings
from chassis.telemetry import Telemetry
from chassis.tls import server_credentials


@dataclass(frozen=True, slots=True)
class Service:
    """One gRPC service: its full name, the generated `add_…_to_server`, the servicer, and who may call what.

    `roles` maps method names to the roles that may call them; a method that isn't named is open to every caller.
    """

    name: str
    add: Callable[[Any, Any], None]
    servicer: Any
    roles: Mapping[str, frozenset[Role]]


class GrpcServer:
    """A grpc.aio server on one port. Several processes may share it when `settings.processes` is above one."""

    def __init__(
        self,
        *,
        settings: ProcessSettings,
        domain: str,
        services: Sequence[Service],
        health: Health,
        telemetry: Telemetry,
        log: structlog.stdlib.BoundLogger,
        generic_handlers: Sequence[grpc.GenericRpcHandler] = (),
        apart: Callable[[], Mapping[str, Handler]] = dict,
        reflected: Sequence[str] = (),
        interceptor: CallInterceptor | None = None,
        own_address: str | None = None,
    ) -> None:
        """`interceptor` is for a process whose calls don't all come through this server; None: one of its own.

        `apart`, asked at start, are handlers by their methods' full names: calls of these wait inside gRPC in a queue
        of each method's own, as those of `services` do; all that only generic handlers have share one queue.

        `own_address`: where the process itself may call it beside, without TLS.
        """
        self._settings = settings
        self._domain = domain
        self._services = list(services)
        self._health = health
        self._telemetry = telemetry
        self._log = log
        self._generic_handlers = tuple(generic_handlers)
        self._apart = apart
        self._reflected = list(reflected) or [service.name for service in services]
        self._interceptor = interceptor
        self._own_address = own_address
        self._server: grpc.aio.Server | None = None
        self.port = 0

    async def start(self) -> None:
        """Listen. `port` then tells where. Raises PortTaken."""
        server = grpc.aio.server(
            interceptors=[*self._telemetry.server_interceptors(), self._interceptor or self._call_interceptor()],
            options=server_options(self._settings),
        )
        for service in self._services:
            service.add(service.servicer, server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        add_reflection(server, [*self._reflected, self._health.name])
        server.add_generic_rpc_handlers(self._generic_handlers)
        for method, handler in self._apart().items():
            _, service_name, name = method.split("/")
            server.add_registered_method_handlers(service_name, {name: handler})
        address = f"{self._settings.host}:{self._settings.port}"
        try:
            credentials = server_credentials(self._settings)
            self.port = (
                server.add_secure_port(address, credentials) if credentials else server.add_insecure_port(address)
            )
        except RuntimeError:
            raise PortTaken(f"{address} is taken; set another port or end what listens there") from None
        if self._own_address is not None:
            server.add_insecure_port(self._own_address)
        await server.start()
        self._server = server
        self._log.info("listening", address=f"{self._settings.host}:{self.port}", tls=credentials is not None)

    async def stop(self) -> None:
        """Turn new calls away and let those under way end within the grace period."""
        server, self._server = self._server, None
        if server is not None:
            await self._health.stop()
            await server.stop(self._settings.grace_seconds)

    def _call_interceptor(self) -> CallInterceptor:
        roles = {f"/{one.name}/{method}": allowed for one in self._services for method, allowed in one.roles.items()}
        return CallInterceptor(
            domain=self._domain,
            verifier=TokenVerifier(self._settings.key_source()),
            permissions=Permissions(roles),
            open_services=[self._health.name],
            default_deadline_seconds=self._settings.default_deadline_seconds,
            log=self._log,
            meter=self._telemetry.meter,
        )


def server_options(settings: ProcessSettings) -> list[tuple[str, Any]]:
    """Limits and keepalive: dead peers are noticed in about half a minute, pinging ones are borne with."""
    return [
        ("grpc.max_receive_message_length", settings.max_message_bytes),
        ("grpc.max_send_message_length", settings.max_message_bytes),
        ("grpc.keepalive_time_ms", 20_000),
        ("grpc.keepalive_timeout_ms", 10_000),
        ("grpc.http2.ping_timeout_ms", 10_000),  # Which else outlasts the former by far.
        ("grpc.keepalive_permit_without_calls", 1),
        # Who was frozen finds all pings of meanwhile at once. A flood of them is bounded by the library in another way.
        ("grpc.http2.max_ping_strikes", 0),
        ("grpc.max_concurrent_streams", 1_000),
        ("grpc.max_metadata_size", 32 * 1024),
        # What may come of a call before its messages are asked for. Left to itself, the library lets megabytes come.
        ("grpc.http2.bdp_probe", 0),
        ("grpc.http2.lookahead_bytes", 2**20),
        # A connection that doesn't even begin to speak is closed.
        ("grpc.server_handshake_timeout_ms", 20_000),
        # Sharing is for our own processes; otherwise a taken port must be an error.
        ("grpc.so_reuseport", 1 if settings.processes > 1 else 0),
    ]
