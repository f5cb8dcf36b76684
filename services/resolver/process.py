"""Builds the process from leaf to root, no more."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from atelier.resolver.v1.overview_service_pb2_grpc import add_ResolverOverviewServiceServicer_to_server
from atelier.resolver.v1.resolver_service_pb2_grpc import add_ResolverServiceServicer_to_server
from atelier.resolver.v1.scan_service_pb2_grpc import add_ScanServiceServicer_to_server

from chassis.auth import Role
from chassis.command import Commands
from chassis.health import Health
from chassis.lifecycle import Part
from chassis.postgres import Database
from chassis.server import GrpcServer, Service
from chassis.telemetry import Telemetry
from jobs.runtime import JobRuntime
from services.resolver import store
from services.resolver.browsing import Browsing
from services.resolver.collection import Collection
from services.resolver.config import ResolverSettings
from services.resolver.errors import DOMAIN
from services.resolver.handlers import ScanHandler, scan_kind
from services.resolver.identifying import Identifying
from services.resolver.importing import Importing
from services.resolver.judging import Judging
from services.resolver.mirror import CatalogueMirror
from services.resolver.outcomes import OutcomeCounter
from services.resolver.overview import Overviews
from services.resolver.overview_servicer import SERVICE_NAME as OVERVIEW_SERVICE_NAME
from services.resolver.overview_servicer import OverviewServicer
from services.resolver.resolving import Resolving
from services.resolver.scan_servicer import SERVICE_NAME as SCAN_SERVICE_NAME
from services.resolver.scan_servicer import ScanServicer
from services.resolver.scan_watching import ScanWatching
from services.resolver.scanning import SCAN_KIND, Scanning
from services.resolver.servicer import SERVICE_NAME, ResolverServicer

IMPORTERS = frozenset({Role.OPERATOR, Role.SERVICE})


@dataclass(frozen=True)
class Foundation:
    """What serving and working both stand on."""

    telemetry: Telemetry
    database: Database
    mirror: CatalogueMirror
    identifying: Identifying
    jobs: JobRuntime

    @property
    def parts(self) -> Sequence[Part]:
        """In the order they start."""
        return [self.telemetry, self.database, self.mirror, *self.jobs.serving_parts()]


def foundation(settings: ResolverSettings, log: structlog.stdlib.BoundLogger) -> Foundation:
    """The same for every command."""
    telemetry = Telemetry.of("resolver", settings)
    database = Database.of(settings, meter=telemetry.meter)
    mirror = CatalogueMirror(database=database, log=log)
    jobs = JobRuntime(
        service="resolver",
        database=database,
        kinds=[scan_kind(concurrency=settings.scan_concurrency)],
        settings=settings,
        prefix=settings.schema_name,
        meter=telemetry.meter,
        log=log,
    )
    identifying = Identifying(database=database, mirror=mirror, dimensions=settings.embedding_dimensions)
    return Foundation(telemetry=telemetry, database=database, mirror=mirror, identifying=identifying, jobs=jobs)


def serving(settings: ResolverSettings, log: structlog.stdlib.BoundLogger) -> Sequence[Part]:
    """The parts of a process that answers calls, in the order they start."""
    base = foundation(settings, log)
    return [*base.parts, *answering(settings, base, log)]


def working(settings: ResolverSettings, log: structlog.stdlib.BoundLogger) -> Sequence[Part]:
    """The parts of a process that works on scans."""
    base = foundation(settings, log)
    return [*base.parts, worker(settings, base)]


def running(settings: ResolverSettings, log: structlog.stdlib.BoundLogger) -> Sequence[Part]:
    """The parts of a process that does both."""
    base = foundation(settings, log)
    return [*base.parts, *answering(settings, base, log), worker(settings, base)]


def answering(settings: ResolverSettings, base: Foundation, log: structlog.stdlib.BoundLogger) -> Sequence[Part]:
    """The server and what it needs for itself."""
    database, dimensions = base.database, settings.embedding_dimensions
    outcomes = OutcomeCounter(
        database=database, threshold=settings.auto_creation_failure_threshold, meter=base.telemetry.meter, log=log
    )
    resolver = ResolverServicer(
        resolving=Resolving(database=database, outcomes=outcomes),
        identifying=base.identifying,
        importing=Importing(database=database, dimensions=dimensions),
        browsing=Browsing(database=database, outcomes=outcomes),
    )
    watching = ScanWatching(database=database, events=base.jobs.events)
    scanning = Scanning(database=database, transactions=base.jobs.transactions, dimensions=dimensions)
    collection = Collection(database=database)
    scans = ScanServicer(scanning=scanning, watching=watching, collection=collection)
    overviews = Overviews(database=database, collection=collection)
    services = [
        Service(
            name=SERVICE_NAME,
            add=add_ResolverServiceServicer_to_server,
            servicer=resolver,
            roles=dict.fromkeys(["ImportCards", "ImportEmbeddings", "ImportKeys"], IMPORTERS),
        ),
        Service(name=SCAN_SERVICE_NAME, add=add_ScanServiceServicer_to_server, servicer=scans, roles={}),
        Service(
            name=OVERVIEW_SERVICE_NAME,
            add=add_ResolverOverviewServiceServicer_to_server,
            servicer=OverviewServicer(overviews=overviews, names=base.jobs.names),
            roles={},
        ),
        base.jobs.service(),
    ]
    health = Health(
        services=[service.name for service in services],
        dependencies=[database.dependency(store.get_revision), *base.jobs.dependencies()],
        log=log,
    )
    server = GrpcServer(
        settings=settings, domain=DOMAIN, services=services, health=health, telemetry=base.telemetry, log=log
    )
    return [outcomes, base.jobs.statistics, health, server, watching, base.jobs.watching]


def worker(settings: ResolverSettings, base: Foundation) -> Part:
    """What works on scans."""
    judging = Judging(database=base.database, identifying=base.identifying, dimensions=settings.embedding_dimensions)
    return base.jobs.worker({SCAN_KIND: ScanHandler(database=base.database, judging=judging)})


COMMANDS: Commands[ResolverSettings] = {"serve": serving, "work": working, "run": running}
