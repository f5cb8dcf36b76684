"""Builds the process from leaf to root, no more."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from atelier.engager.v1.engagement_service_pb2_grpc import add_EngagementServiceServicer_to_server
from atelier.engager.v1.overview_service_pb2_grpc import add_EngagerOverviewServiceServicer_to_server

from chassis.command import Commands
from chassis.health import Health
from chassis.lifecycle import Part
from chassis.postgres import Database
from chassis.server import GrpcServer, Service
from chassis.telemetry import Telemetry
from jobs.runtime import JobRuntime
from services.engager import overview_servicer, servicer, store
from services.engager.accounts import Accounts
from services.engager.activities import ActivityHandler, activity_kind
from services.engager.activity_watching import ActivityWatching
from services.engager.attempts import Attempts, Windows
from services.engager.browsing import Browsing
from services.engager.call_tally import CallTally
from services.engager.cancelling import Cancelling
from services.engager.config import EngagerSettings
from services.engager.connectors.addresses import Addresses
from services.engager.connectors.choosing import Connectors
from services.engager.connectors.client import Client
from services.engager.connectors.secrets_folder import SecretsFolder
from services.engager.errors import DOMAIN
from services.engager.overview import Overviews
from services.engager.overview_servicer import OverviewServicer
from services.engager.pods import Pods
from services.engager.resuming import Resuming
from services.engager.scheduling import Scheduling
from services.engager.servicer import EngagementServicer
from services.engager.words import ACTIVITY_KIND


@dataclass(frozen=True)
class Foundation:
    """What serving and working both stand on."""

    telemetry: Telemetry
    database: Database
    addresses: Addresses
    secrets: SecretsFolder
    jobs: JobRuntime

    @property
    def parts(self) -> Sequence[Part]:
        """In the order they start."""
        return [self.telemetry, self.database, *self.jobs.serving_parts()]


def foundation(settings: EngagerSettings, log: structlog.stdlib.BoundLogger) -> Foundation:
    """The same for every command."""
    telemetry = Telemetry.of("engager", settings)
    database = Database.of(settings, meter=telemetry.meter)
    jobs = JobRuntime(
        service="engager",
        database=database,
        kinds=[activity_kind(settings)],
        settings=settings,
        prefix=settings.schema_name,
        meter=telemetry.meter,
        log=log,
    )
    return Foundation(
        telemetry=telemetry,
        database=database,
        addresses=Addresses(allow_http=settings.allow_http, allowed=settings.networks),
        secrets=SecretsFolder(settings.secrets_folder),
        jobs=jobs,
    )


def serving(settings: EngagerSettings, log: structlog.stdlib.BoundLogger) -> Sequence[Part]:
    """The parts of a process that answers calls, in the order they start."""
    base = foundation(settings, log)
    return [*base.parts, *answering(settings, base, log)]


def working(settings: EngagerSettings, log: structlog.stdlib.BoundLogger) -> Sequence[Part]:
    """The parts of a process that carries out activities."""
    base = foundation(settings, log)
    return [*base.parts, *workers(settings, base)]


def running(settings: EngagerSettings, log: structlog.stdlib.BoundLogger) -> Sequence[Part]:
    """The parts of a process that does both."""
    base = foundation(settings, log)
    return [*base.parts, *answering(settings, base, log), *workers(settings, base)]


def answering(settings: EngagerSettings, base: Foundation, log: structlog.stdlib.BoundLogger) -> Sequence[Part]:
    """The server and what it needs for itself."""
    watching = ActivityWatching(database=base.database, events=base.jobs.events)
    browsing = Browsing(database=base.database)
    services = [
        engagement_service(settings, base, browsing, watching),
        overview_service(base),
        base.jobs.service(),
    ]
    health = Health(
        services=[service.name for service in services],
        dependencies=[base.database.dependency(store.check_tables), *base.jobs.dependencies()],
        log=log,
    )
    server = GrpcServer(
        settings=settings, domain=DOMAIN, services=services, health=health, telemetry=base.telemetry, log=log
    )
    return [base.jobs.statistics, health, server, watching, base.jobs.watching]


def engagement_service(
    settings: EngagerSettings, base: Foundation, browsing: Browsing, watching: ActivityWatching
) -> Service:
    """The service of pods, accounts and activities."""
    database, transactions = base.database, base.jobs.transactions
    return Service(
        name=servicer.SERVICE_NAME,
        add=add_EngagementServiceServicer_to_server,
        servicer=EngagementServicer(
            pods=Pods(database=database),
            accounts=Accounts(database=database, addresses=base.addresses, secrets=base.secrets),
            scheduling=Scheduling(
                database=database, transactions=transactions, deadline_seconds=settings.deadline_seconds
            ),
            browsing=browsing,
            watching=watching,
            cancelling=Cancelling(database=database, transactions=transactions),
            resuming=Resuming(database=database, transactions=transactions, deadline_seconds=settings.deadline_seconds),
        ),
        roles={},
    )


def overview_service(base: Foundation) -> Service:
    """The service of what is being done for an owner."""
    overviews = Overviews(database=base.database)
    return Service(
        name=overview_servicer.SERVICE_NAME,
        add=add_EngagerOverviewServiceServicer_to_server,
        servicer=OverviewServicer(overviews=overviews, names=base.jobs.names),
        roles={},
    )


def workers(settings: EngagerSettings, base: Foundation, *, windows: Windows | None = None) -> Sequence[Part]:
    """What carries out activities, and what it calls by. `windows`: others than hours and days."""
    connectors = Connectors(client=Client(base.addresses, seconds=settings.call_seconds), secrets=base.secrets)
    handler = ActivityHandler(
        database=base.database,
        attempts=Attempts(database=base.database, windows=windows or Windows(call_seconds=settings.call_seconds)),
        connectors=connectors,
        tally=CallTally(base.telemetry.meter),
    )
    return [connectors, base.jobs.worker({ACTIVITY_KIND: handler})]


COMMANDS: Commands[EngagerSettings] = {"serve": serving, "work": working, "run": running}
