"""Builds the process from leaf to root, no more."""

from collections.abc import Mapping, Sequence
from functools import partial

import structlog
from atelier.gateway.v1.gateway_service_pb2 import DESCRIPTOR
from atelier.gateway.v1.gateway_service_pb2_grpc import add_GatewayServiceServicer_to_server
from google.protobuf.descriptor import MethodDescriptor
from opentelemetry.metrics import Meter

from chassis.auth import Permissions, TokenVerifier
from chassis.blobs import Blobs
from chassis.calls import CallInterceptor
from chassis.command import Commands
from chassis.health import Health
from chassis.lifecycle import Part
from chassis.redis import open_redis
from chassis.server import GrpcServer, Service
from chassis.telemetry import Telemetry
from chassis.tls import channel_credentials
from gateway.asgi import Place
from gateway.browsers import SecurityHeaders, open_to
from gateway.config import GatewaySettings
from gateway.connect import ConnectMethods
from gateway.documents import Documents
from gateway.errors import DOMAIN
from gateway.events import Events
from gateway.fanout.overview import Overview
from gateway.fanout.servicer import ROLES, GatewayServicer
from gateway.fanout.services import Services
from gateway.fanout.submitting import Submitting
from gateway.fanout.system import System
from gateway.fanout.watching import Watching
from gateway.front import Front
from gateway.handlers import local_handlers
from gateway.health import OWN_SERVICE, ServiceHealth, SystemHealth, system_dependencies
from gateway.healthz import Healthz
from gateway.http import HttpServer
from gateway.limits.concurrency import Concurrency
from gateway.limits.counting import Counting
from gateway.limits.guard import Guard
from gateway.limits.limiter import Limiter
from gateway.limits.methods import MethodClass, kinds_of, steering_names
from gateway.limits.passage import Patience
from gateway.limits.probe import Probe
from gateway.limits.shedding import Shedding
from gateway.load import Load
from gateway.media import Media
from gateway.naming import Naming
from gateway.pages import read_pages
from gateway.ports import Ports
from gateway.proxy import Proxy
from gateway.reference.documents import PATHS as REFERENCE_PATHS
from gateway.reference.documents import reference_of
from gateway.routing import Routes
from gateway.schema import load_services, methods_of, names_of, telling_names, unary_names, watching_names
from gateway.session import Session


def serving(settings: GatewaySettings, log: structlog.stdlib.BoundLogger) -> Sequence[Part]:
    """The parts of a process that answers calls, in the order they start."""
    telemetry = Telemetry.of("gateway", settings)
    services = load_services()
    methods = methods_of(services)
    credentials = channel_credentials(settings)
    routes = Routes(addresses=settings.addresses, credentials=credentials, max_message_bytes=settings.max_message_bytes)
    grpc_services = {name: names_of(services, name) for name in routes.services}
    naming = Naming(methods=methods, services=routes.services)
    proxy = Proxy(
        routes=routes, naming=naming, unary_methods=unary_names(methods), telling_methods=telling_names(methods)
    )
    followed = {
        name: ServiceHealth(name=name, address=address, credentials=credentials)
        for name, address in settings.addresses.items()
    }
    health = Health(
        services=[],
        dependencies=system_dependencies(followed, grpc_services=grpc_services),
        interval_seconds=60.0,  # It is told of changes.
        log=log,
    )
    load = Load()
    probe = Probe(load)
    counting, guard = guarded(settings, methods, load, probe, telemetry.meter, log)
    watching, own = fan_out(Services(routes), followed, load, guard, log)
    own_handlers = local_handlers(DESCRIPTOR.services_by_name["GatewayService"], own.servicer)
    verifier = TokenVerifier(settings.key_source())
    interceptor = CallInterceptor(
        domain=DOMAIN,
        verifier=verifier,
        permissions=Permissions({f"/{own.name}/{method}": roles for method, roles in own.roles.items()}),
        open_services=[health.name],
        default_deadline_seconds=settings.default_deadline_seconds,
        log=log,
        meter=telemetry.meter,
        methods=methods,
        guard=guard,
    )
    connect = ConnectMethods(
        methods=methods,
        handler_of=lambda name: own_handlers[name][1] if name in own_handlers else proxy.handler(name),
        health=health,
        interceptor=interceptor,
        max_message_bytes=settings.max_message_bytes,
    )
    grpc_server = GrpcServer(
        settings=settings,
        domain=DOMAIN,
        services=[own],
        health=health,
        telemetry=telemetry,
        log=log,
        generic_handlers=[proxy],
        apart=lambda: {name: proxy.handler(name) for name in steering_names(methods)},
        reflected=list(dict.fromkeys([own.name, *(name for names in grpc_services.values() for name in names)])),
        interceptor=interceptor,
        own_address=probe.address,
    )
    pages = read_pages()
    places: list[Place] = [
        Healthz(health),
        *shown_media(settings),
        Session(verifier),
        Documents(pages, lambda: pages),
        Documents(REFERENCE_PATHS, reference_of(methods)),
        Events(methods=connect, paths=watching_names(methods), max_message_bytes=settings.max_message_bytes),
    ]
    front = Front(places=places, methods=connect, log=log)
    application = SecurityHeaders(open_to(front, settings.origins))
    http_server = HttpServer(settings=settings, application=application, log=log)
    ports = Ports(grpc=grpc_server, http=http_server)
    return [telemetry, load, counting, routes, SystemHealth(followed, health), connect, probe, ports, watching]


def fan_out(
    services: Services,
    followed: Mapping[str, ServiceHealth],
    load: Load,
    guard: Guard,
    log: structlog.stdlib.BoundLogger,
) -> tuple[Watching, Service]:
    """The gateway's own gRPC service, and what of it is a part."""
    watching = Watching(services, hold_streams=guard.hold_streams, log=log)
    servicer = GatewayServicer(
        submitting=Submitting(services, count_work=partial(guard.count_more, MethodClass.WORK)),
        watching=watching,
        overview=Overview(services, count_reads=partial(guard.count_more, MethodClass.READ)),
        system=System(services=services, health=followed, load=load),
    )
    service = Service(name=OWN_SERVICE, add=add_GatewayServiceServicer_to_server, servicer=servicer, roles=ROLES)
    return watching, service


def guarded(
    settings: GatewaySettings,
    methods: Mapping[str, MethodDescriptor],
    load: Load,
    probe: Probe,
    meter: Meter,
    log: structlog.stdlib.BoundLogger,
) -> tuple[Counting, Guard]:
    """What stands before every call, and what of it is a part."""
    counting = Counting(redis=settings.redis_url and open_redis(settings.redis_url), load=load, log=log)
    calls = Concurrency(streams=False, at_most=settings.user_calls)
    streams = Concurrency(streams=True, at_most=settings.user_streams)
    shedding = Shedding(
        load=load,
        probe=probe,
        calls=calls,
        streams=streams,
        lag_seconds=settings.full_lag_seconds,
        calls_at_most=settings.calls,
        streams_at_most=settings.streams,
    )
    guard = Guard(
        kinds=kinds_of(methods),
        limiter=Limiter(limits=settings.limits, counting=counting),
        calls=calls,
        streams=streams,
        shedding=shedding,
        patience=Patience(caller_seconds=settings.stream_idle_seconds, silent_seconds=settings.stream_silent_seconds),
        load=load,
        meter=meter,
    )
    return counting, guard


def shown_media(settings: GatewaySettings) -> list[Media]:
    """What shows pictures; nothing where the settings name no store of them."""
    if settings.blobs_url is None:
        return []
    return [Media(blobs=Blobs(settings.blobs_url), signer=settings.media_signer())]


COMMANDS: Commands[GatewaySettings] = {"serve": serving}
