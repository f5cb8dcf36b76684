"""Where the reviewer's crash tests happen: a schema, an object store, a review, and the judgement at its end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import structlog
from atelier.reviewer.v1 import review_service_pb2 as pb
from opentelemetry.metrics import NoOpMeter

from chassis.blobs import Blobs
from chassis.postgres import Database
from jobs.runtime import JobRuntime
from ledger import ledger
from ledger import store as ledger_store
from services.reviewer.accepting import Accepting
from services.reviewer.accounts import requests_of, tokens_of
from services.reviewer.budget import Budget
from services.reviewer.cancelling import Cancelling
from services.reviewer.config import ReviewerSettings
from services.reviewer.contents import Contents
from services.reviewer.edition import Edition
from services.reviewer.handlers import part_kind
from services.reviewer.models.prompt import Task
from services.reviewer.planning import Estimating, planned_review
from tests.conftest import Schema
from tests.crash.crew import Crew, Member, until
from tests.crash.reviewer_program import INPUT_TOKENS, NAME, OUTPUT_TOKENS, main

OWNER = "somebody"
LEASE_SECONDS = 1.0
TOKENS = INPUT_TOKENS + OUTPUT_TOKENS
TABLES = ("reviews", "parts", "findings", "latest", "accounts", "entries", "jobs")


class ReviewerCrew(Crew):
    """Workers of the reviewer."""

    def review(self, *, aim: str = "") -> Member:
        """A worker. `aim`: as in jobs/points.py, without the file."""
        return self.fork(main, "work", aim=aim)


@dataclass(frozen=True)
class ReviewerGround:
    """One schema with its object store, and the workers on it."""

    database: Database
    accepting: Accepting
    estimating: Estimating
    cancelling: Cancelling
    crew: ReviewerCrew
    folder: Path

    async def fetch(self, query: str, *arguments: Any) -> list[asyncpg.Record]:
        """The rows of a query."""
        async with self.database.connection() as connection:
            return await connection.fetch(query, *arguments)

    async def create(self, files: int) -> UUID:
        """A review that was accepted, of files that no linter looks at, which takes no time."""
        sources = [pb.SourceFile(path=f"{number}.sql", content=f"SELECT {number};".encode()) for number in range(files)]
        request = pb.CreateReviewRequest(request_id=uuid4().hex, review=pb.FileTarget(files=sources))
        accepted = await self.accepting.accept(OWNER, planned_review(request, self.estimating))
        return accepted.review_id

    async def ended(self) -> asyncpg.Record:
        """Wait until the review and all jobs have ended: its row."""

        async def is_over() -> bool:
            return await self.fetch("SELECT FROM jobs WHERE ended_at IS NULL") == []

        await until(is_over, "the review has ended")
        [row] = await self.fetch("SELECT * FROM reviews")
        return row

    def calls(self) -> list[str]:
        """What the model was asked, in order."""
        calls = self.folder / "calls"
        return calls.read_text().split() if calls.exists() else []

    async def everything(self) -> list[list[asyncpg.Record]]:
        """All rows there are."""
        return [await self.fetch(f"SELECT * FROM {table} ORDER BY {table}::text") for table in TABLES]  # noqa: S608

    async def problems(self) -> list[str]:
        """What is lost or done twice, where everything should have been looked at."""
        [row] = await self.fetch("SELECT * FROM reviews")
        total = row["total"]
        told = (row["state"], row["outcome"], row["succeeded"], row["counts"][0], row["input_tokens"], row["cost"])
        exact = ("SUCCEEDED", "COMPLETE", total, total, total * INPUT_TOKENS, Decimal(total * TOKENS) / 1_000_000)
        found = [] if told == exact else [f"the review is {row}"]
        parts = await self.fetch(
            "SELECT number FROM parts WHERE state = 'SUCCEEDED' AND answer IS NULL ORDER BY number"
        )
        findings = await self.fetch("SELECT number FROM findings ORDER BY number")
        latest = await self.fetch("SELECT number FROM latest ORDER BY number")
        found += [
            f"of each part there should be one: {rows}"
            for rows in (parts, findings, latest)
            if [one["number"] for one in rows] != list(range(total))
        ]
        return found + await self.wrong_money(tokens=total * TOKENS, requests=1, settled=total + 1)

    async def wrong_money(self, *, tokens: int, requests: int, settled: int) -> list[str]:
        """What of the budget isn't as it should be."""
        [row] = await self.fetch("SELECT month FROM reviews")
        found = []
        async with self.database.connection() as connection:
            found += [f"an imbalance: {one}" for one in await ledger_store.list_imbalances(connection)]
            for account, used in (
                (tokens_of(OWNER, row["month"]), tokens),
                (requests_of(OWNER, row["month"]), requests),
            ):
                balance = await ledger.get_balance(connection, account)
                granted = await ledger.granted(connection, account)
                if (granted - balance.available, balance.reserved) != (used, 0):
                    found.append(f"{account} has {balance}, and not {used} used")
        counted = await self.fetch("SELECT reason, count(*) AS times FROM entries GROUP BY reason")
        reasons = {one["reason"]: one["times"] for one in counted}
        return found if reasons.get("SETTLE", 0) == settled else [*found, f"entries: {reasons}"]


@asynccontextmanager
async def open_reviewer_ground(
    *, schema: Schema, secret: Path, redis_url: str | None, folder: Path
) -> AsyncIterator[ReviewerGround]:
    """Ground on a migrated schema."""
    settings = ReviewerSettings(
        database_url=schema.url.get_secret_value(),
        jwt_secret_file=secret,
        blobs_url=f"file://{folder / 'blobs'}",
        models=NAME,
    )
    database = Database(
        url=schema.url, schema=schema.name, pool_size=4, statement_timeout_seconds=10, meter=NoOpMeter("crash")
    )
    await database.start()
    try:
        async with ReviewerCrew(folder, _environment(schema, settings, redis_url, folder)) as crew:
            yield _wired(database, schema, settings, crew, folder)
    finally:
        await database.stop()


def _environment(schema: Schema, settings: ReviewerSettings, redis_url: str | None, folder: Path) -> dict[str, str]:
    return {
        "ATELIER_REVIEWER_DATABASE_URL": schema.url.get_secret_value(),
        "ATELIER_REVIEWER_SCHEMA_NAME": schema.name,
        "ATELIER_REVIEWER_LEASE_SECONDS": str(LEASE_SECONDS),
        "ATELIER_REVIEWER_GRACE_SECONDS": "0.3",
        # Also how long a frozen worker's transaction keeps its locks.
        "ATELIER_REVIEWER_STATEMENT_TIMEOUT_SECONDS": "3",
        # One after the other, so that it is known how many were begun.
        "ATELIER_REVIEWER_REVIEW_CONCURRENCY": "1",
        "ATELIER_REVIEWER_METRICS_PORT": "0",
        "ATELIER_BLOBS_URL": str(settings.blobs_url),
        "ATELIER_JWT_SECRET_FILE": str(settings.jwt_secret_file),
        "ATELIER_TEST_CALLS": str(folder / "calls"),
        **({} if redis_url is None else {"ATELIER_REDIS_URL": redis_url}),
    }


def _wired(
    database: Database, schema: Schema, settings: ReviewerSettings, crew: ReviewerCrew, folder: Path
) -> ReviewerGround:
    jobs = JobRuntime(
        service="reviewer",
        database=database,
        kinds=[part_kind(task, settings) for task in Task],
        settings=settings,
        prefix=schema.name,
        meter=NoOpMeter("crash"),
        log=structlog.get_logger("crash"),
    )
    accepting = Accepting(
        database=database,
        planned_once=database,
        transactions=jobs.transactions,
        contents=Contents(Blobs(settings.needed_blobs_url)),
        budget=Budget(plans=settings.plans, default=settings.default_plan),
        edition=Edition(settings=settings, linters=[]),
        deadline_seconds=settings.review_deadline_seconds,
    )
    cancelling = Cancelling(database=database, transactions=jobs.transactions)
    return ReviewerGround(database, accepting, Estimating.of(settings), cancelling, crew, folder)
