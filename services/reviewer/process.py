"""Builds the process from leaf to root, no more."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog
from atelier.reviewer.v1.overview_service_pb2_grpc import add_ReviewerOverviewServiceServicer_to_server
from atelier.reviewer.v1.quota_service_pb2_grpc import add_QuotaServiceServicer_to_server
from atelier.reviewer.v1.repository_service_pb2_grpc import add_RepositoryServiceServicer_to_server
from atelier.reviewer.v1.review_service_pb2_grpc import add_ReviewServiceServicer_to_server

from chassis.auth import Role
from chassis.blobs import Blobs
from chassis.command import Commands
from chassis.health import Health
from chassis.lifecycle import Part
from chassis.postgres import Database
from chassis.redis import open_redis
from chassis.server import GrpcServer, Service
from chassis.telemetry import Telemetry
from jobs.running import Handler
from jobs.runtime import JobRuntime
from services.reviewer import ignore_rules, overview_servicer, quota_servicer, repository_servicer, servicer, store
from services.reviewer.accepting import Accepting
from services.reviewer.architecture.surveying import PROCESSES
from services.reviewer.architecture_pipeline import LIMITS as ARCHITECTURE_LIMITS
from services.reviewer.architecture_pipeline import ArchitecturePipeline
from services.reviewer.asking import Asking
from services.reviewer.budget import Budget
from services.reviewer.budgeting import Budgeting
from services.reviewer.cache import AnswerCache
from services.reviewer.cancelling import Cancelling
from services.reviewer.concluding import Concluding
from services.reviewer.config import ReviewerSettings
from services.reviewer.contents import Contents
from services.reviewer.dismissing import Dismissing
from services.reviewer.edition import Edition
from services.reviewer.equipment import Equipment
from services.reviewer.errors import DOMAIN
from services.reviewer.handlers import PartHandler, Works, part_kind
from services.reviewer.linters.linting import Linting, known_linters
from services.reviewer.linters.sandbox import Limits, Sandbox
from services.reviewer.models.choosing import choose_model
from services.reviewer.models.prompt import Task
from services.reviewer.overview import Overviews
from services.reviewer.overview_servicer import OverviewServicer
from services.reviewer.pipeline import Pipeline
from services.reviewer.planning import Estimating
from services.reviewer.quota_servicer import QuotaServicer
from services.reviewer.repositories import Repositories
from services.reviewer.repository_servicer import RepositoryServicer
from services.reviewer.review_watching import ReviewWatching
from services.reviewer.reviewing import Reviewing
from services.reviewer.sarif_exporting import SarifExporting
from services.reviewer.servicer import ReviewServicer
from services.reviewer.snapshot_reviewing import SnapshotReviewing
from services.reviewer.snapshotting import SnapshotLimits, Snapshotting

VERSION = "0.1.0"  # As pyproject.toml has it.
PLANNERS = frozenset({Role.OPERATOR})
ACCEPTING_CONNECTIONS = 4  # Each has one for less than a millisecond, to look for what was reviewed before.


@dataclass(frozen=True)
class Foundation:
    """What serving and working both stand on."""

    telemetry: Telemetry
    database: Database
    planned_once: Database
    contents: Contents
    jobs: JobRuntime

    @property
    def parts(self) -> Sequence[Part]:
        """In the order they start."""
        return [self.telemetry, self.database, self.planned_once, *self.jobs.serving_parts()]


def foundation(settings: ReviewerSettings, log: structlog.stdlib.BoundLogger) -> Foundation:
    """The same for every command."""
    telemetry = Telemetry.of("reviewer", settings)
    database = Database.of(settings, meter=telemetry.meter)
    jobs = JobRuntime(
        service="reviewer",
        database=database,
        kinds=[part_kind(task, settings) for task in Task],
        settings=settings,
        prefix=settings.schema_name,
        meter=telemetry.meter,
        log=log,
    )
    return Foundation(
        telemetry=telemetry,
        database=database,
        planned_once=database.beside(pool_size=ACCEPTING_CONNECTIONS, plans_once=True),
        contents=Contents(Blobs(settings.needed_blobs_url)),
        jobs=jobs,
    )


def serving(settings: ReviewerSettings, log: structlog.stdlib.BoundLogger) -> Sequence[Part]:
    """The parts of a process that answers calls, in the order they start."""
    base = foundation(settings, log)
    return [*base.parts, *answering(settings, base, log)]


def working(settings: ReviewerSettings, log: structlog.stdlib.BoundLogger) -> Sequence[Part]:
    """The parts of a process that reviews."""
    base = foundation(settings, log)
    return [*base.parts, *workers(settings, base, log)]


def running(settings: ReviewerSettings, log: structlog.stdlib.BoundLogger) -> Sequence[Part]:
    """The parts of a process that does both."""
    base = foundation(settings, log)
    return [*base.parts, *answering(settings, base, log), *workers(settings, base, log)]


def answering(settings: ReviewerSettings, base: Foundation, log: structlog.stdlib.BoundLogger) -> Sequence[Part]:
    """The server and what it needs for itself."""
    watching = ReviewWatching(database=base.database, events=base.jobs.events)
    edition = Edition(settings=settings, linters=known_linters())
    rules = Sandbox(places=1, limits=Limits(), modules=[ignore_rules.PROCESS])
    services = [*own_services(settings, base, edition, watching, rules), base.jobs.service()]
    health = Health(
        services=[service.name for service in services],
        dependencies=[base.database.dependency(store.check_tables), *base.jobs.dependencies()],
        log=log,
    )
    server = GrpcServer(
        settings=settings, domain=DOMAIN, services=services, health=health, telemetry=base.telemetry, log=log
    )
    return [Equipment(rules), edition, base.jobs.statistics, health, server, watching, base.jobs.watching]


def own_services(
    settings: ReviewerSettings, base: Foundation, edition: Edition, watching: ReviewWatching, rules: Sandbox
) -> list[Service]:
    """The services of reviews, repositories, quotas and an overview. `rules`: where a repository's own are followed."""
    budget = Budget(plans=settings.plans, default=settings.default_plan)
    accepting = Accepting(
        database=base.database,
        planned_once=base.planned_once,
        transactions=base.jobs.transactions,
        contents=base.contents,
        budget=budget,
        edition=edition,
        deadline_seconds=settings.review_deadline_seconds,
    )
    reviewing = Reviewing(database=base.database, accepting=accepting, estimating=Estimating.of(settings))
    budgeting = Budgeting(database=base.database, budget=budget)
    overviews = Overviews(database=base.database, budget=budget)
    return [
        review_service(base, reviewing, watching),
        repository_service(base, accepting, Estimating.of(settings), rules),
        Service(
            name=quota_servicer.SERVICE_NAME,
            add=add_QuotaServiceServicer_to_server,
            servicer=QuotaServicer(budgeting=budgeting),
            roles={"SetPlan": PLANNERS},
        ),
        Service(
            name=overview_servicer.SERVICE_NAME,
            add=add_ReviewerOverviewServiceServicer_to_server,
            servicer=OverviewServicer(overviews=overviews, names=base.jobs.names),
            roles={},
        ),
    ]


def review_service(base: Foundation, reviewing: Reviewing, watching: ReviewWatching) -> Service:
    """The service of reviews."""
    return Service(
        name=servicer.SERVICE_NAME,
        add=add_ReviewServiceServicer_to_server,
        servicer=ReviewServicer(
            reviewing=reviewing,
            cancelling=Cancelling(database=base.database, transactions=base.jobs.transactions),
            watching=watching,
            exporting=SarifExporting(database=base.database, version=VERSION),
            dismissing=Dismissing(database=base.database),
        ),
        roles={},
    )


def repository_service(base: Foundation, accepting: Accepting, estimating: Estimating, rules: Sandbox) -> Service:
    """The service of repositories and their snapshots."""
    repositories = Repositories(database=base.database)
    return Service(
        name=repository_servicer.SERVICE_NAME,
        add=add_RepositoryServiceServicer_to_server,
        servicer=RepositoryServicer(
            repositories=repositories,
            snapshotting=Snapshotting(
                database=base.database,
                repositories=repositories,
                contents=base.contents,
                sandbox=rules,
                limits=SnapshotLimits(),
            ),
            reviewing=SnapshotReviewing(database=base.database, accepting=accepting, estimating=estimating),
        ),
        roles={},
    )


def workers(settings: ReviewerSettings, base: Foundation, log: structlog.stdlib.BoundLogger) -> Sequence[Part]:
    """What reviews, and what it looks with."""
    model = choose_model(settings)
    redis = None if settings.redis_url is None else open_redis(settings.redis_url)
    cache = AnswerCache(redis=redis, prefix=settings.schema_name, wait_seconds=settings.model_seconds, log=log)
    asking = Asking(
        database=base.database,
        model=model,
        cache=cache,
        prices=settings.prices,
        cache_seconds=settings.cache_seconds,
    )
    linting = Linting(known_linters(), places=len(os.sched_getaffinity(0)), limits=Limits())
    imports = Sandbox(places=1, limits=ARCHITECTURE_LIMITS, modules=PROCESSES)
    equipment = Equipment(linting, imports, cache, *([model] if model else []))
    return [equipment, base.jobs.worker(part_handlers(settings, base, asking, linting, imports))]


def part_handlers(
    settings: ReviewerSettings, base: Foundation, asking: Asking, linting: Linting, imports: Sandbox
) -> Mapping[str, Handler]:
    """What works on each kind of part. `imports`: where those of whole repositories are read."""
    database, contents = base.database, base.contents
    concluding = Concluding(database=database)
    files = Pipeline(limits=settings.file_limits, linting=linting, asking=asking, concluding=concluding)
    architecture = ArchitecturePipeline(
        database=database, contents=contents, sandbox=imports, asking=asking, concluding=concluding
    )
    pipelines: dict[Task, Works] = {Task.REVIEW: files, Task.DEBUG: files, Task.ARCHITECTURE: architecture}
    return {
        task: PartHandler(database=database, contents=contents, pipeline=pipeline)
        for task, pipeline in pipelines.items()
    }


COMMANDS: Commands[ReviewerSettings] = {"serve": serving, "work": working, "run": running}
