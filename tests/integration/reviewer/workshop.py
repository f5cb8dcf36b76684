"""The reviewer's use cases and its worker on a schema and an object store of a test's own, beside a model server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import structlog
from atelier.reviewer.v1 import review_service_pb2 as pb
from opentelemetry.metrics import NoOpMeter

from chassis.blobs import Blobs
from chassis.postgres import Database
from chassis.redis import open_redis
from jobs.runtime import JobRuntime
from ledger import ledger
from ledger import store as ledger_store
from services.reviewer.accepting import Accepting
from services.reviewer.accounts import requests_of, tokens_of
from services.reviewer.asking import Asking
from services.reviewer.budget import Budget
from services.reviewer.cache import AnswerCache
from services.reviewer.cancelling import Cancelling
from services.reviewer.concluding import Concluding
from services.reviewer.config import ReviewerSettings
from services.reviewer.contents import Contents
from services.reviewer.dismissing import Dismissing
from services.reviewer.edition import Edition
from services.reviewer.handlers import PartHandler, part_kind
from services.reviewer.linters.linting import Linting
from services.reviewer.messages import review_message
from services.reviewer.models.choosing import choose_model
from services.reviewer.models.model import Model
from services.reviewer.models.prompt import Task
from services.reviewer.pipeline import Pipeline
from services.reviewer.planning import Estimating, planned_review
from services.reviewer.review_watching import ReviewWatching
from services.reviewer.reviewing import read_review
from tests.conftest import Schema, Servers
from tests.integration.reviewer.models.model_server import ModelServer
from tests.integration.reviewer.written_review import OWNER, caller

MODEL = "local:m"
PRICE = {"input": 3, "output": 15}
PATIENCE_SECONDS = 60.0
TASKS = (Task.REVIEW, Task.DEBUG)


@dataclass(frozen=True)
class Workshop:
    """All use cases, and what a test looks at. `server` answers for the model."""

    database: Database
    server: ModelServer
    jobs: JobRuntime
    accepting: Accepting
    estimating: Estimating
    watching: ReviewWatching
    cancelling: Cancelling
    dismissing: Dismissing

    async def accept(self, request: pb.CreateReviewRequest) -> pb.Review:
        """A review as its owner is told."""
        accepted = await self.accepting.accept(OWNER, planned_review(request, self.estimating))
        return await self.get(accepted.review_id)

    async def get(self, review_id: UUID | str) -> pb.Review:
        """A review as its owner is told, with all of its files."""
        return review_message(await read_review(self.database, UUID(str(review_id)), OWNER))

    async def ended(self, review: pb.Review) -> pb.Review:
        """The review with all of its files, once it has ended."""
        with caller():
            async with asyncio.timeout(PATIENCE_SECONDS):
                async for _ in self.watching.watch(review.review_id):
                    pass
        return await self.get(review.review_id)

    async def review(self, *files: pb.SourceFile, **asked: Any) -> pb.Review:
        """A review of files, once it has ended."""
        return await self.ended(await self.accept(request(*files, **asked)))

    async def debug(self, error: str, *files: pb.SourceFile, **asked: Any) -> pb.Review:
        """An error explained."""
        target = pb.DebugTarget(files=files, error=error)
        return await self.ended(
            await self.accept(pb.CreateReviewRequest(request_id=uuid4().hex, debug=target, **asked))
        )

    async def fetch(self, query: str, *arguments: Any) -> list[dict[str, Any]]:
        """What stands in the tables."""
        async with self.database.connection() as connection:
            return [dict(row) for row in await connection.fetch(query, *arguments)]

    async def spent(self) -> tuple[int, int, int, int]:
        """Tokens used and set aside, and requests; and no entry is out of place."""
        async with self.database.connection() as connection:
            assert await ledger_store.list_imbalances(connection) == []
            month = await connection.fetchval("SELECT max(month) FROM reviews")
            used = []
            for account in (tokens_of(OWNER, month), requests_of(OWNER, month)):
                balance = await ledger.get_balance(connection, account)
                granted = await ledger.granted(connection, account)
                used += [granted - balance.available - balance.reserved, balance.reserved]
        return used[0], used[1], used[2], used[3]


def source(path: str, text: str, *changed: tuple[int, int]) -> pb.SourceFile:
    """A file to review."""
    parts = [pb.LineRange(start_line=first, end_line=last) for first, last in changed]
    return pb.SourceFile(path=path, content=text.encode(), changed=parts)


def request(*files: pb.SourceFile, **asked: Any) -> pb.CreateReviewRequest:
    """A request for a review of files."""
    return pb.CreateReviewRequest(**{"request_id": uuid4().hex, "review": pb.FileTarget(files=files), **asked})


def shown(review: pb.Review) -> list[tuple[str, str, int]]:
    """Rule, status and line of what a review tells."""
    statuses = {status: name.removeprefix("FINDING_STATUS_") for name, status in pb.FindingStatus.items()}
    found = [finding for file in review.files for finding in file.findings]
    return [(one.rule, statuses[one.status], one.range.start_line) for one in found]


@asynccontextmanager
async def open_workshop(
    *,
    database: Database,
    schema: Schema,
    servers: Servers,
    folder: Path,
    linting: Linting,
    server: ModelServer,
    url: str,
    attempts: int = 5,
    **settings: Any,
) -> AsyncIterator[Workshop]:
    """A workshop whose worker works. `attempts`: those of each job. Keys in Redis begin with the schema's name."""
    given = {
        "database_url": schema.url.get_secret_value(),
        "jwt_secret_file": servers.stack.layout.jwt_secret,
        "blobs_url": f"file://{folder / 'blobs'}",
        "redis_url": servers.stack.redis_url,
        "models": MODEL,
        "local_url": f"{url}/v1",
        "model_seconds": 20,
        "prices": {MODEL: PRICE},
        "grace_seconds": 1,
        **settings,
    }
    wired = ReviewerSettings.model_validate(given)
    log = structlog.get_logger("workshop")
    jobs = JobRuntime(
        service="reviewer",
        database=database,
        kinds=[replace(part_kind(task, wired), max_attempts=attempts) for task in TASKS],
        settings=wired,
        prefix=schema.name,
        meter=NoOpMeter("workshop"),
        log=log,
    )
    model = choose_model(wired)
    redis = None if wired.redis_url is None else open_redis(wired.redis_url)
    handler = _handler(database, wired, schema, linting, model, redis)
    parts = [*jobs.serving_parts(), jobs.worker(dict.fromkeys(TASKS, handler))]
    for part in parts:
        await part.start()
    try:
        yield _workshop(database, wired, jobs, server)
    finally:
        for part in reversed(parts):
            await part.stop()
        if model is not None:
            await model.close()
        if redis is not None:
            await redis.aclose()


def _handler(
    database: Database, settings: ReviewerSettings, schema: Schema, linting: Linting, model: Model | None, redis: Any
) -> PartHandler:
    asking = Asking(
        database=database,
        model=model,
        cache=AnswerCache(
            redis=redis, prefix=schema.name, wait_seconds=settings.model_seconds, log=structlog.get_logger("workshop")
        ),
        prices=settings.prices,
        cache_seconds=settings.cache_seconds,
    )
    concluding = Concluding(database=database)
    return PartHandler(
        database=database,
        contents=Contents(Blobs(settings.needed_blobs_url)),
        pipeline=Pipeline(limits=settings.file_limits, linting=linting, asking=asking, concluding=concluding),
    )


def _workshop(database: Database, settings: ReviewerSettings, jobs: JobRuntime, server: ModelServer) -> Workshop:
    has_model = settings.models != "none"
    return Workshop(
        database=database,
        server=server,
        jobs=jobs,
        accepting=Accepting(
            database=database,
            planned_once=database,
            transactions=jobs.transactions,
            contents=Contents(Blobs(settings.needed_blobs_url)),
            budget=Budget(plans=settings.plans, default=settings.default_plan),
            # Without asking the tools, which takes a sandbox of its own.
            edition=Edition(settings=settings, linters=[]),
            deadline_seconds=settings.review_deadline_seconds,
        ),
        estimating=Estimating(
            limits=settings.file_limits,
            answer_tokens=settings.model_max_output_tokens if has_model else None,
        ),
        watching=ReviewWatching(database=database, events=jobs.events),
        cancelling=Cancelling(database=database, transactions=jobs.transactions),
        dismissing=Dismissing(database=database),
    )
