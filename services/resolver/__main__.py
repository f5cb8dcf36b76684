"""`python -m services.resolver serve | work | run | migrate`: builds the process from leaf to root, no more."""

import sys
from collections.abc import Sequence
from pathlib import Path

import structlog
from atelier.resolver.v1.resolver_service_pb2_grpc import add_ResolverServiceServicer_to_server

from chassis.auth import Role
from chassis.command import run_command
from chassis.health import Dependency, Health
from chassis.lifecycle import Part
from chassis.migrate import migrate
from chassis.postgres import Database
from chassis.redis import ping_redis
from chassis.server import GrpcServer, Service
from chassis.telemetry import Telemetry
from services.resolver import store
from services.resolver.browsing import Browsing
from services.resolver.config import ResolverSettings
from services.resolver.errors import DOMAIN
from services.resolver.identifying import Identifying
from services.resolver.importing import Importing
from services.resolver.mirror import CatalogueMirror
from services.resolver.outcomes import OutcomeCounter
from services.resolver.resolving import Resolving
from services.resolver.servicer import SERVICE_NAME, ResolverServicer

MIGRATIONS = Path(__file__).parent / "migrations"
IMPORTERS = frozenset({Role.OPERATOR, Role.SERVICE})


def serving(settings: ResolverSettings, log: structlog.stdlib.BoundLogger) -> Sequence[Part]:
    """The parts of a process that answers calls, in the order they start."""
    telemetry = Telemetry(
        service="resolver",
        replica=settings.replica,
        metrics_port=settings.own_metrics_port,
        otlp_endpoint=settings.otlp_endpoint,
    )
    database = Database(
        url=settings.database_url,
        schema=settings.schema_name,
        pool_size=settings.pool_size,
        statement_timeout_seconds=settings.statement_timeout_seconds,
        meter=telemetry.meter,
    )
    outcomes = OutcomeCounter(
        database=database, threshold=settings.auto_creation_failure_threshold, meter=telemetry.meter, log=log
    )
    mirror = CatalogueMirror(database=database, log=log)
    servicer = ResolverServicer(
        resolving=Resolving(database=database, outcomes=outcomes),
        identifying=Identifying(database=database, mirror=mirror, dimensions=settings.embedding_dimensions),
        importing=Importing(database=database, dimensions=settings.embedding_dimensions),
        browsing=Browsing(database=database, outcomes=outcomes),
    )
    health = Health(
        services=[SERVICE_NAME], dependencies=dependencies(settings, database), interval_seconds=1.0, log=log
    )
    server = GrpcServer(
        settings=settings,
        domain=DOMAIN,
        services=[
            Service(
                name=SERVICE_NAME,
                add=add_ResolverServiceServicer_to_server,
                servicer=servicer,
                roles=dict.fromkeys(["ImportCards", "ImportEmbeddings", "ImportKeys"], IMPORTERS),
            )
        ],
        health=health,
        telemetry=telemetry,
        log=log,
    )
    return [telemetry, database, outcomes, mirror, health, server]


def dependencies(settings: ResolverSettings, database: Database) -> list[Dependency]:
    """PostgreSQL must be there with its tables; Redis may be away, as all it holds may be lost."""

    async def check_postgres() -> None:
        await database.run(store.get_revision)

    found = [Dependency("postgres", check_postgres)]
    if settings.redis_url is not None:
        url = settings.redis_url
        found.append(Dependency("redis", lambda: ping_redis(url), required=False))
    return found


def migrate_schema(settings: ResolverSettings, log: structlog.stdlib.BoundLogger) -> None:
    """Bring the schema up to date."""
    applied = migrate(url=settings.database_url, schema=settings.schema_name, folder=MIGRATIONS)
    log.info("migrated", schema=settings.schema_name, applied=applied)


if __name__ == "__main__":
    run_command(
        sys.argv[1:],
        process="resolver",
        module="services.resolver",
        settings_class=ResolverSettings,
        commands={"serve": serving, "run": serving},
        migrate=migrate_schema,
    )
