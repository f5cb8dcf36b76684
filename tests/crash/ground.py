"""Where a crash test happens: a schema with jobs and their traces, and the judgement of what is there at the end."""

from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from opentelemetry.metrics import NoOpMeter
from pydantic import SecretStr

from chassis.postgres import Database
from jobs.job import NewJob
from tests.crash.crew import Crew, until
from tests.crash.peer import Peer, open_peer
from tests.crash.work import LEAVING, OWNER, TABLES
from tests.shared_data import REPOSITORY

LEASE_SECONDS = 1.0
# For tests that count losses and attempts: a worker on a busy machine keeps it too.
STEADY_LEASE_SECONDS = 3.0
SETTLE_SECONDS = 40.0

# As they stand, which takes a third of the time that migrating does.
JOB_TABLES = "\n".join(file.read_text() for file in sorted((REPOSITORY / "jobs/migrations").glob("*.sql")))
# Asked all the time, and so in one.
STANDING = """
SELECT
    (SELECT count(*) FROM jobs WHERE state IN ('SCHEDULED', 'QUEUED', 'RUNNING')) AS unended,
    ARRAY(
        SELECT concurrency_key FROM jobs WHERE state = 'RUNNING' AND kind = 'keyed'
        GROUP BY concurrency_key HAVING count(*) > 1
    ) AS crowded_keys
"""
EVERYTHING = (
    "SELECT * FROM jobs ORDER BY id",
    "SELECT * FROM effects ORDER BY job_id",
    "SELECT * FROM balances ORDER BY owner",
    "SELECT * FROM ends ORDER BY job_id",
)
Rows = Sequence[asyncpg.Record]


@dataclass(frozen=True)
class Ground:
    """One schema, the peer beside it, and the processes on it."""

    database: Database
    crew: Crew
    peer: Peer

    async def fetch(self, query: str, *arguments: Any) -> Rows:
        """The rows of a query."""
        async with self.database.connection() as connection:
            return await connection.fetch(query, *arguments)

    async def execute(self, statement: str, *arguments: Any) -> None:
        """Run a statement."""
        async with self.database.connection() as connection:
            await connection.execute(statement, *arguments)

    async def insert(self, jobs: Sequence[NewJob], *, in_seconds: float = 0.0) -> list[UUID]:
        """Jobs accepted by a process that rang for nobody."""
        rows = await self.fetch(
            """
            INSERT INTO jobs (kind, owner, state, lane, payload, run_at, max_attempts, concurrency_key)
            SELECT kind, $1, CASE WHEN $5 > 0 THEN 'SCHEDULED' ELSE 'QUEUED' END, 2, payload,
                clock_timestamp() + make_interval(secs => $5::double precision), 5, key
            FROM unnest($2::text [], $3::bytea [], $4::text []) AS new (kind, payload, key)
            RETURNING id
            """,
            OWNER,
            [job.kind for job in jobs],
            [job.payload for job in jobs],
            [job.concurrency_key for job in jobs],
            in_seconds,
        )
        return [row["id"] for row in rows]

    async def job(self, job_id: UUID) -> asyncpg.Record:
        """One job's row."""
        (row,) = await self.fetch("SELECT * FROM jobs WHERE id = $1", job_id)
        return row

    async def running(self, job_id: UUID) -> asyncpg.Record:
        """Wait until a worker has the job: its row."""

        async def runs() -> bool:
            return bool((await self.job(job_id))["state"] == "RUNNING")

        await until(runs, "the job runs")
        return await self.job(job_id)

    async def reached(self, job_id: UUID, step: int) -> None:
        """Wait until the job has kept its `step` as checkpoint."""

        async def is_there() -> bool:
            return bool((await self.job(job_id))["checkpoint"] == str(step).encode())

        await until(is_there, f"the job is at step {step}")

    async def settled(self, *, seconds: float = SETTLE_SECONDS) -> None:
        """Wait until every job has ended, and see meanwhile that no key has more than it may."""

        async def all_ended() -> bool:
            (row,) = await self.fetch(STANDING)
            assert row["crowded_keys"] == [], "more jobs of a key run than may"
            return bool(row["unended"] == 0)

        try:
            await until(all_ended, "every job has ended", seconds=seconds)
        except AssertionError as error:
            stuck = await self.fetch("SELECT * FROM jobs WHERE ended_at IS NULL")
            raise AssertionError(f"{error}\n" + "\n".join(map(str, stuck))) from None

    async def everything(self) -> list[Rows]:
        """All rows there are."""
        return [await self.fetch(query) for query in EVERYTHING]

    async def problems(self, *, given_up: Collection[UUID] = ()) -> list[str]:
        """What is lost, stuck or done twice. Every job must have succeeded but poison, and those to be `given_up`."""
        jobs = await self.fetch("SELECT * FROM jobs")
        effects = await self.fetch("SELECT * FROM effects")
        found = [
            f"{job['kind']} {job['id']} is {job['state']}: {job['error_message']}"
            for job in jobs
            if job["state"] != ("FAILED" if job["kind"] == "poison" or job["id"] in given_up else "SUCCEEDED")
        ]
        expected = Counter({job["id"]: 1 for job in jobs if job["kind"] in LEAVING and job["id"] not in given_up})
        written = Counter(effect["job_id"] for effect in effects)
        found += [f"{job} has {written[job]} effects" for job in expected | written if written[job] != expected[job]]
        found += await self._wrong_families(jobs, effects)
        found += await self._wrong_sums(jobs, effects)
        found += self._wrong_calls(jobs)
        return found

    async def _wrong_families(self, jobs: Rows, effects: Rows) -> list[str]:
        parents = {job["id"] for job in jobs if job["kind"] == "parent"}
        children = Counter(effect["parent"] for effect in effects if effect["parent"] is not None)
        return [f"{parent} has {children[parent]} children" for parent in parents if children[parent] != 2]

    async def _wrong_sums(self, jobs: Rows, effects: Rows) -> list[str]:
        (balance,) = await self.fetch("SELECT amount FROM balances WHERE owner = $1", OWNER)
        ended = Counter(row["job_id"] for row in await self.fetch("SELECT job_id FROM ends"))
        orders = Counter(row["job_id"] for row in await self.fetch("SELECT job_id FROM orders"))
        ordered = Counter({job["id"]: 1 for job in jobs if job["idempotency_key"] is not None})
        failed = Counter({job["id"]: 1 for job in jobs if job["state"] in {"FAILED", "CANCELLED"}})
        found = [] if balance["amount"] == len(effects) else [f"a balance of {balance['amount']}, not {len(effects)}"]
        found += [] if ended == failed else [f"ends were told as {ended}, not {failed}"]
        return found + ([] if orders == ordered else [f"orders {orders} have the jobs {ordered}"])

    def _wrong_calls(self, jobs: Rows) -> list[str]:
        """Every call of a job carries the same key, so that the peer does its work once."""
        asked = {str(job["id"]): job["attempt"] for job in jobs if job["kind"] == "peer"}
        found = [f"the peer knows a key that is no job's: {key}" for key in self.peer.calls.keys() - asked.keys()]
        return found + [
            f"{key} called its peer {self.peer.calls[key]} times in {attempts} attempts"
            for key, attempts in asked.items()
            if not 1 <= self.peer.calls[key] <= attempts
        ]


@asynccontextmanager
async def open_ground(
    *,
    url: SecretStr,
    schema: str,
    redis_url: str | None,
    secret: Path,
    folder: Path,
    lease_seconds: float = LEASE_SECONDS,
    **settings: str,
) -> AsyncIterator[Ground]:
    """Ground on an empty schema that `url` owns. `settings` are added to every process's."""
    database = Database(url=url, schema=schema, pool_size=2, statement_timeout_seconds=10, meter=NoOpMeter("crash"))
    await database.start()
    try:
        async with database.connection() as connection:
            await connection.execute(JOB_TABLES + TABLES)
            await connection.execute("INSERT INTO balances VALUES ($1, 0)", OWNER)
        async with open_peer(folder / "peer") as peer:
            environment = {
                "ATELIER_CRASH_DATABASE_URL": url.get_secret_value(),
                "ATELIER_CRASH_SCHEMA_NAME": schema,
                "ATELIER_CRASH_LEASE_SECONDS": str(lease_seconds),
                "ATELIER_CRASH_GRACE_SECONDS": "0.3",
                "ATELIER_CRASH_PEER": str(folder / "peer"),
                "ATELIER_JWT_SECRET_FILE": str(secret),
                **({} if redis_url is None else {"ATELIER_REDIS_URL": redis_url}),
                **settings,
            }
            async with Crew(folder, environment) as crew:
                yield Ground(database, crew, peer)
    finally:
        await database.stop()
