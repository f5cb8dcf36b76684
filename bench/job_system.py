"""Our own job runtime, in the roles of peers/roles.py."""

import asyncio
import logging
import os
from collections.abc import Sequence

import structlog
from opentelemetry.metrics import NoOpMeter
from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from bench.peers import roles
from chassis.lifecycle import settle
from chassis.migrate import migrate
from chassis.postgres import Database
from cli.stack.programs import REPOSITORY
from jobs.config import JobSettings
from jobs.job import NewJob
from jobs.kinds import Kind
from jobs.outcomes import Done
from jobs.running import Handler, Job
from jobs.runtime import JobRuntime
from jobs.transactions import Transaction

SCHEMA = "bench"
KIND = "noop"
CONCURRENCY = 1_000
POOL_SIZE = 10
UNFINISHED = (
    "SELECT EXISTS (SELECT FROM jobs WHERE state = 'QUEUED') OR EXISTS (SELECT FROM jobs WHERE state = 'RUNNING')"
)
MAKE_EFFECTS = "CREATE TABLE effects (job_id uuid PRIMARY KEY)"
INSERT_EFFECT = "INSERT INTO effects (job_id) VALUES ($1)"


class Settings(JobSettings):
    """As a service's, read from the bench's own names."""

    model_config = SettingsConfigDict(env_prefix="BENCH_", frozen=True, extra="forbid", populate_by_name=True)

    database_url: SecretStr


class Atelier:
    """The parts of a service's process that has jobs, and nothing beside."""

    async def open(self) -> None:
        """Start what `serve` starts."""
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
        settings = Settings(redis_url=SecretStr(os.environ["BENCH_REDIS_URL"]))
        meter = NoOpMeter("bench")
        self.database = open_database(settings.database_url)
        self._runtime = JobRuntime(
            service=SCHEMA,
            database=self.database,
            kinds=[Kind(name=KIND, concurrency=CONCURRENCY)],
            settings=settings,
            prefix=SCHEMA,
            meter=meter,
            log=structlog.get_logger(),
        )
        self._parts = [self.database, *self._runtime.serving_parts()]
        for part in self._parts:
            await part.start()
        settle()

    async def close(self) -> None:
        """Stop it."""
        for part in reversed(self._parts):
            await part.stop()

    async def prepare(self) -> None:
        """The tables, and one for effects."""
        url = SecretStr(os.environ["BENCH_DATABASE_URL"])
        await asyncio.to_thread(migrate, url=url, schema=SCHEMA, folders=[REPOSITORY / "jobs/migrations"])
        async with self.database.connection() as connection:
            await connection.execute(MAKE_EFFECTS)

    async def enqueue(self, payloads: Sequence[bytes]) -> None:
        """One statement."""
        await self._runtime.transactions.enqueue(
            [NewJob(kind=KIND, owner="bench", payload=payload) for payload in payloads]
        )

    async def work(self, handle: roles.Handle) -> None:
        """A worker, as `work` has."""

        async def run(job: Job) -> Done:
            handle(job.payload)
            return Done()

        await self.run_worker(run)

    async def unfinished(self) -> bool:
        """Whether any waits or runs."""
        async with self.database.connection() as connection:
            return bool(await connection.fetchval(UNFINISHED))

    async def run_worker(self, handler: Handler) -> None:
        """A worker whose jobs all go to `handler`."""
        worker = self._runtime.worker({KIND: handler})
        await worker.start()
        try:
            await asyncio.Event().wait()
        finally:
            await worker.stop()


class AtelierWithEffects(Atelier):
    """The same with jobs that leave a row each, which commits with their end."""

    async def work(self, handle: roles.Handle) -> None:
        """A worker whose jobs have an effect."""

        async def run(job: Job) -> Done:
            handle(job.payload)

            async def write(transaction: Transaction) -> None:
                await transaction.connection.execute(INSERT_EFFECT, job.id)

            return Done(write)

        await self.run_worker(run)


def open_database(url: SecretStr) -> Database:
    """A service's pool."""
    return Database(url=url, schema=SCHEMA, pool_size=POOL_SIZE, statement_timeout_seconds=60, meter=NoOpMeter("bench"))


if __name__ == "__main__":
    roles.main(AtelierWithEffects() if os.environ.get("BENCH_EFFECTS") else Atelier())
