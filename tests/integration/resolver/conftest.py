"""The resolver's use cases on a schema of the test's own."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
import structlog
from atelier.resolver.v1 import scan_service_pb2 as pb
from opentelemetry.metrics import Meter

from chassis.auth import Principal, Role, principal
from chassis.postgres import Database
from jobs.outcomes import Done
from jobs.running import Job
from jobs.runtime import JobRuntime
from services.resolver import scan_messages
from services.resolver.browsing import Browsing
from services.resolver.collection import Collection
from services.resolver.config import ResolverSettings
from services.resolver.handlers import ScanHandler, scan_kind
from services.resolver.identifying import Identifying
from services.resolver.importing import Importing
from services.resolver.judging import Judging
from services.resolver.mirror import CatalogueMirror
from services.resolver.outcomes import OutcomeCounter
from services.resolver.resolving import Resolving
from services.resolver.scan_watching import ScanWatching
from services.resolver.scanning import Scanning
from tests.conftest import Schema
from tests.shared_data import DIMENSIONS


@dataclass(frozen=True)
class Resolver:
    """All use cases, sharing one pool."""

    database: Database
    outcomes: OutcomeCounter
    resolving: Resolving
    identifying: Identifying
    importing: Importing
    browsing: Browsing
    jobs: JobRuntime
    scanning: Scanning
    collection: Collection
    watching: ScanWatching
    handler: ScanHandler

    async def fetch(self, query: str, *arguments: Any) -> list[dict[str, Any]]:
        """What stands in the tables."""
        async with self.database.connection() as connection:
            return [dict(row) for row in await connection.fetch(query, *arguments)]


@pytest.fixture
def tables_of() -> list[str]:
    return ["jobs", "services/resolver"]


@pytest.fixture
def resolver(
    database: Database, schema: Schema, meter: Meter, log: structlog.stdlib.BoundLogger, tmp_path: Any
) -> Resolver:
    secret = tmp_path / "jwt"
    secret.write_text("s" * 64)
    settings = ResolverSettings(database_url=schema.url.get_secret_value(), jwt_secret_file=secret)
    outcomes = OutcomeCounter(database=database, threshold=0.05, meter=meter, log=log)
    mirror = CatalogueMirror(database=database, log=log)
    identifying = Identifying(database=database, mirror=mirror, dimensions=DIMENSIONS)
    jobs = JobRuntime(
        service="resolver",
        database=database,
        kinds=[scan_kind(concurrency=5)],
        settings=settings,
        prefix=schema.name,
        meter=meter,
        log=log,
    )
    judging = Judging(database=database, identifying=identifying, dimensions=DIMENSIONS)
    return Resolver(
        database=database,
        outcomes=outcomes,
        resolving=Resolving(database=database, outcomes=outcomes),
        identifying=identifying,
        importing=Importing(database=database, dimensions=DIMENSIONS),
        browsing=Browsing(database=database, outcomes=outcomes),
        jobs=jobs,
        scanning=Scanning(database=database, transactions=jobs.transactions, dimensions=DIMENSIONS),
        collection=Collection(database=database),
        watching=ScanWatching(database=database, events=jobs.events),
        handler=ScanHandler(database=database, judging=judging),
    )


@pytest.fixture
async def working(resolver: Resolver) -> AsyncIterator[Resolver]:
    """The use cases with a worker beside them, without Redis."""
    worker = resolver.jobs.worker({"scan": resolver.handler})
    await worker.start()
    yield resolver
    await worker.stop()


@contextmanager
def caller(subject: str, role: Role = Role.USER) -> Iterator[None]:
    """Calls are this caller's for the block's time."""
    token = principal.set(Principal(subject, role))
    try:
        yield
    finally:
        principal.reset(token)


async def create(
    resolver: Resolver, detections: list[pb.Detection], *, owner: str = "ann", request_id: str = "r-1"
) -> Any:
    """A scan's row, accepted and not worked on."""
    with caller(owner):
        return await resolver.scanning.create(pb.CreateScanRequest(request_id=request_id, detections=detections))


async def work(resolver: Resolver, scan: Any) -> None:
    """One run of the scan's job: its handler, and then its effect with the job's end in one transaction."""
    kind = resolver.jobs.kinds["scan"]
    payload = UUID(scan["scan_id"]).bytes

    async def save(job: Job, checkpoint: bytes) -> None:
        raise AssertionError("a scan has no checkpoints")

    job = Job(
        job_id=scan["job_id"], kind=kind, owner=scan["owner"], payload=payload, attempt=1, checkpoint=None, save=save
    )
    outcome = await resolver.handler(job)
    assert isinstance(outcome, Done)
    effect = outcome.effect

    async def end(transaction: Any) -> None:
        await transaction.connection.execute(
            "UPDATE jobs SET state = 'SUCCEEDED', ended_at = clock_timestamp(), progress_done = $2 WHERE id = $1",
            scan["job_id"],
            job.done,
        )
        if effect is not None:
            await effect(transaction)

    await resolver.jobs.transactions.transact(end)


async def scanned(
    resolver: Resolver, detections: list[pb.Detection], *, owner: str = "ann", request_id: str = "r-1"
) -> pb.GetScanResponse:
    """A scan that was worked on, with all of its detections."""
    scan = await create(resolver, detections, owner=owner, request_id=request_id)
    await work(resolver, scan)
    return await shown(resolver, scan["scan_id"], owner=owner)


async def shown(resolver: Resolver, scan_id: str, *, owner: str = "ann", review: bool = False) -> pb.GetScanResponse:
    """A scan with all of its detections, as its owner sees it."""
    with caller(owner):
        found = await resolver.scanning.get(scan_id, size=1000, token="", only_needs_review=review)
    detections = [scan_messages.detection_message(row) for row in found.detections.rows]
    return pb.GetScanResponse(scan=scan_messages.scan_message(found.scan), detections=detections)


async def check_quantities(resolver: Resolver) -> None:
    """Every collection holds as many of each card as its owner's detections have."""
    wrong = await resolver.fetch(
        """
        SELECT *
        FROM user_cards AS mine
        FULL JOIN (SELECT owner, card_id, count(*) AS seen FROM detections WHERE card_id IS NOT NULL GROUP BY 1, 2) AS d
            ON d.owner = mine.owner AND d.card_id = mine.card_id
        WHERE mine.quantity IS DISTINCT FROM d.seen
        """
    )
    assert wrong == []
