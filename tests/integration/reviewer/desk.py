"""The reviewer's use cases on tables and an object store of a test's own, and a worker that finds what it is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import structlog
from atelier.reviewer.v1 import quota_service_pb2 as quota_pb
from atelier.reviewer.v1 import review_service_pb2 as pb
from opentelemetry.metrics import NoOpMeter

from chassis.auth import Role
from chassis.blobs import Blobs
from chassis.postgres import Database
from jobs.outcomes import Failed, Outcome
from jobs.running import Handler, Job
from jobs.runtime import JobRuntime
from ledger import store as ledger_store
from services.reviewer import store
from services.reviewer.accepting import Accepting
from services.reviewer.budget import Budget
from services.reviewer.budgeting import Budgeting
from services.reviewer.cancelling import Cancelling
from services.reviewer.comparing import Told
from services.reviewer.config import ReviewerSettings
from services.reviewer.contents import Contents
from services.reviewer.coverage import Coverage, ModelRun, ModelStatus
from services.reviewer.dismissing import Dismissing
from services.reviewer.edition import Edition
from services.reviewer.ending import Result, outcome_of
from services.reviewer.handlers import part_kind
from services.reviewer.messages import review_message
from services.reviewer.models.prompt import Task
from services.reviewer.parts import PartName
from services.reviewer.planning import Estimating
from services.reviewer.quota_messages import quota_message
from services.reviewer.reviewing import Reviewing
from tests.conftest import Schema
from tests.integration.reviewer.written_review import OWNER, caller

ANSWER = 4_000  # Tokens that an answer may have, unless set otherwise.
TABLES = ("reviews", "parts", "contents", "latest", "findings", "jobs", "entries", "accounts")
LOOKED = Coverage(model=ModelRun(model="local:m", status=ModelStatus.RAN))


@dataclass(frozen=True)
class Reviewer:
    """All use cases that accept reviews and show them, and what they stand on. Nothing is worked on by itself."""

    settings: ReviewerSettings
    database: Database
    planned_once: Database
    folder: Path
    jobs: JobRuntime
    estimating: Estimating
    budget: Budget
    accepting: Accepting
    reviewing: Reviewing
    cancelling: Cancelling
    dismissing: Dismissing
    budgeting: Budgeting

    async def fetch(self, query: str, *arguments: Any) -> list[dict[str, Any]]:
        """What stands in the tables."""
        async with self.database.connection() as connection:
            return [dict(row) for row in await connection.fetch(query, *arguments)]

    async def create(self, request: pb.CreateReviewRequest, owner: str = OWNER) -> pb.Review:
        """A review as its owner is told."""
        with caller(owner):
            return review_message(await self.reviewing.create(request))

    async def get(self, review: pb.Review) -> pb.Review:
        """The review as it is now, with the first of its files."""
        with caller(review.owner):
            view, _ = await self.reviewing.get(review.review_id)
        return review_message(view)

    async def cancel(self, review: pb.Review) -> pb.Review:
        """The review, cancelled."""
        with caller(review.owner):
            return review_message(await self.cancelling.cancel(review.review_id))

    async def quota(self, owner: str = OWNER) -> quota_pb.Quota:
        """What an owner may use and has used; and no entry is out of place."""
        async with self.database.connection() as connection:
            assert await ledger_store.list_imbalances(connection) == []
        with caller(owner):
            return quota_message(await self.budgeting.quota(""))

    async def set_plan(self, plan: str, owner: str = OWNER) -> quota_pb.Quota:
        """The quota under another plan."""
        with caller("root", Role.OPERATOR):
            return quota_message(await self.budgeting.set_plan(owner=owner, plan=plan))

    async def work(self, looks: "Looks", handlers: Mapping[str, Handler] | None = None) -> None:
        """Have a worker end all jobs that wait as `looks` says, without looking at anything, or by `handlers`."""

        async def handle(job: Job) -> Outcome:
            name = PartName.from_payload(job.payload)
            async with self.database.connection() as connection:
                part = await store.get_part(connection, name.review_id, name.number)
            assert part is not None
            return await looks(self, job, part)

        worker = self.jobs.worker({**dict.fromkeys(Task, handle), **(handlers or {})})
        with self.jobs.events.watch() as watch:
            await worker.start()
            try:
                while await self.fetch("SELECT FROM jobs WHERE ended_at IS NULL LIMIT 1"):
                    await watch.wait()
            finally:
                await worker.stop()

    async def written(self) -> dict[str, Any]:
        """Everything that accepting may change."""
        tables = {table: await self.fetch(f"SELECT * FROM {table} ORDER BY {table}::text") for table in TABLES}  # noqa: S608
        return {**tables, "stored": self.stored()}

    def stored(self) -> list[Path]:
        """What is in the object store."""
        return [path for path in self.folder.rglob("*") if path.is_file()]


@dataclass(frozen=True)
class Looks:
    """What a worker would find, by path; `used`: tokens of the model for each part; `failed`: why none is looked at."""

    told: Mapping[str, Sequence[Told]] = field(default_factory=dict)
    untold: Mapping[str, Sequence[Told]] = field(default_factory=dict)
    coverage: Coverage = LOOKED
    used: int = 0
    failed: Failed | None = None

    async def __call__(self, reviewer: Reviewer, job: Job, part: store.Row) -> Outcome:
        """How a job ends."""
        if self.used:
            await self._use(reviewer, job, part)
        if self.failed is not None:
            return self.failed
        path = part["path"]
        result = Result(
            outcome=self.coverage.outcome,
            coverage=self.coverage,
            language="python",
            summary=f"{path} is a file.",
            told=[(path, one) for one in self.told.get(path, ())],
            untold=[(path, one) for one in self.untold.get(path, ())],
            steps=[("linters", 0.1)],
        )
        return outcome_of(job, part, result)

    async def _use(self, reviewer: Reviewer, job: Job, part: store.Row) -> None:
        async with reviewer.database.connection() as connection:
            await store.keep_answer(
                connection,
                part["review_id"],
                part["number"],
                job.id,
                call_id=uuid4(),
                input_tokens=self.used - 1,
                output_tokens=1,
                cost=None,
                answer=None,
            )


def source(path: str, text: str = "x = 1\n", *changed: tuple[int, int]) -> pb.SourceFile:
    """A file to review."""
    parts = [pb.LineRange(start_line=first, end_line=last) for first, last in changed]
    return pb.SourceFile(path=path, content=text.encode(), changed=parts)


def review_request(*files: pb.SourceFile, **asked: Any) -> pb.CreateReviewRequest:
    """A request for a review of files of one project."""
    target = pb.FileTarget(files=files)
    return pb.CreateReviewRequest(**{"request_id": uuid4().hex, "project": "shop", "review": target, **asked})


def debug_request(error: str, *files: pb.SourceFile, **asked: Any) -> pb.CreateReviewRequest:
    """A request to explain an error."""
    target = pb.DebugTarget(files=files, error=error)
    return pb.CreateReviewRequest(**{"request_id": uuid4().hex, "project": "shop", "debug": target, **asked})


def id_of(review: pb.Review) -> UUID:
    """A review's id."""
    return UUID(review.review_id)


def open_reviewer(
    settings: ReviewerSettings,
    database: Database,
    planned_once: Database,
    schema: Schema,
    folder: Path,
    log: structlog.stdlib.BoundLogger,
) -> Reviewer:
    """The use cases by settings."""
    jobs = JobRuntime(
        service="reviewer",
        database=database,
        kinds=[part_kind(task, settings) for task in Task],
        settings=settings,
        prefix=schema.name,
        meter=NoOpMeter("reviewer"),
        log=log,
    )
    budget = Budget(plans=settings.plans, default=settings.default_plan)
    estimating = Estimating.of(settings)
    accepting = Accepting(
        database=database,
        planned_once=planned_once,
        transactions=jobs.transactions,
        contents=Contents(Blobs(settings.needed_blobs_url)),
        budget=budget,
        edition=Edition(settings=settings, linters=[]),
        deadline_seconds=settings.review_deadline_seconds,
    )
    return Reviewer(
        settings=settings,
        database=database,
        planned_once=planned_once,
        folder=folder,
        jobs=jobs,
        estimating=estimating,
        budget=budget,
        accepting=accepting,
        reviewing=Reviewing(database=database, accepting=accepting, estimating=estimating),
        cancelling=Cancelling(database=database, transactions=jobs.transactions),
        dismissing=Dismissing(database=database),
        budgeting=Budgeting(database=database, budget=budget),
    )
