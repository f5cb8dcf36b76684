"""`python -m gateway serve`: builds the process from leaf to root, no more."""

import sys
from collections.abc import Sequence

import structlog

from chassis.auth import Permissions, TokenVerifier
from chassis.blobs import Blobs
from chassis.calls import CallInterceptor
from chassis.command import run_command
from chassis.health import Health
from chassis.lifecycle import Part
from chassis.server import GrpcServer
from chassis.telemetry import Telemetry
from chassis.tls import channel_credentials
from gateway.config import GatewaySettings
from gateway.connect import ConnectMethods
from gateway.errors import DOMAIN
from gateway.front import Front
from gateway.health import ServiceHealth, SystemHealth, system_dependencies
from gateway.http import HttpServer
from gateway.media import Media
from gateway.naming import Naming
from gateway.ports import Ports
from gateway.proxy import Proxy
from gateway.routing import Routes
from gateway.schema import load_services, methods_of, names_of, unary_names


def serving(settings: GatewaySettings, log: structlog.stdlib.BoundLogger) -> Sequence[Part]:
    """The parts of a process that answers calls, in the order they start."""
    telemetry = Telemetry.of("gateway", settings)
    services = load_services()
    methods = methods_of(services)
    credentials = channel_credentials(settings)
    routes = Routes(addresses=settings.addresses, credentials=credentials, max_message_bytes=settings.max_message_bytes)
    grpc_services = {name: names_of(services, name) for name in routes.services}
    naming = Naming(methods=methods, services=routes.services)
    proxy = Proxy(routes=routes, naming=naming, unary_methods=unary_names(methods))
    followed = {
        name: ServiceHealth(name=name, address=address, credentials=credentials)
        for name, address in settings.addresses.items()
    }
    health = Health(
        services=[],
        dependencies=system_dependencies(followed, grpc_services=grpc_services),
        interval_seconds=10.0,
        log=log,
    )
    interceptor = CallInterceptor(
        domain=DOMAIN,
        verifier=TokenVerifier(settings.key_source()),
        permissions=Permissions({}),
        open_services=[health.name],
        default_deadline_seconds=settings.default_deadline_seconds,
        log=log,
        meter=telemetry.meter,
        methods=methods,
    )
    connect = ConnectMethods(
        methods=methods,
        handler_of=proxy.handler,
        health=health,
        interceptor=interceptor,
        max_message_bytes=settings.max_message_bytes,
    )
    grpc_server = GrpcServer(
        settings=settings,
        domain=DOMAIN,
        services=[],
        health=health,
        telemetry=telemetry,
        log=log,
        generic_handlers=[proxy],
        reflected=list(dict.fromkeys(name for names in grpc_services.values() for name in names)),
        interceptor=interceptor,
    )
    front = Front(methods=connect, media=shown_media(settings), health=health, log=log)
    http_server = HttpServer(settings=settings, application=front, log=log)
    return [telemetry, routes, SystemHealth(followed, health), connect, Ports(grpc=grpc_server, http=http_server)]


def shown_media(settings: GatewaySettings) -> Media | None:
    """What shows pictures; None where the settings name no store of them."""
    if settings.blobs_url is None:
        return None
    return Media(blobs=Blobs(settings.blobs_url), signer=settings.media_signer())


if __name__ == "__main__":
    run_command(
        sys.argv[1:],
        process="gateway",
        module="gateway",
        settings_class=GatewaySettings,
        commands={"serve": serving},
    )
