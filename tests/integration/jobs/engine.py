"""The engine in this process: a runtime and workers as a service has them, and the means to see what became of jobs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import structlog
from opentelemetry.metrics import Meter

from chassis.lifecycle import Part
from chassis.postgres import Database
from jobs.job import FINAL_STATES, Enqueued, NewJob
from jobs.kinds import Kind
from jobs.outcomes import Done, Outcome
from jobs.running import Handler, Job
from jobs.runtime import JobRuntime
from jobs.transactions import Transaction
from jobs.worker import Worker
from tests.integration.jobs.rig import SERVICE, settings

SECONDS = 20.0
LEASE_SECONDS = 2.0
WORK = Kind(name="work")


@dataclass(frozen=True)
class Bench:
    """What all engines of a test stand on."""

    database: Database
    prefix: str
    redis_url: str
    meter: Meter
    log: structlog.stdlib.BoundLogger


@dataclass(frozen=True)
class Engine:
    """A process of its own in all but its address space: it shares nothing with other engines but the servers."""

    database: Database
    runtime: JobRuntime
    worker: Worker

    async def transact(self, work: Callable[[Transaction], Awaitable[Any]]) -> Any:
        """Run `work` in a transaction that may enqueue."""
        return await self.runtime.transactions.transact(work)

    async def enqueue(self, *jobs: NewJob) -> list[Enqueued]:
        """Enqueue in a transaction of their own."""

        async def work(transaction: Transaction) -> list[Enqueued]:
            return await transaction.enqueue(jobs)

        return await self.runtime.transactions.transact(work)

    async def start_job(self, kind: str = "work", **details: Any) -> UUID:
        """Enqueue one job of ann's, and its id."""
        (made,) = await self.enqueue(NewJob(kind=kind, owner="ann", **details))
        return made.id

    async def row(self, job_id: UUID) -> Mapping[str, Any]:
        """The job's row."""
        (row,) = await self.fetch("SELECT * FROM jobs WHERE id = $1", job_id)
        found: Mapping[str, Any] = row
        return found

    async def until(self, job_id: UUID, *states: str) -> Mapping[str, Any]:
        """The job's row once it stands in one of the states; without any, once it has ended."""
        return await self.until_row(job_id, lambda row: row["state"] in (states or FINAL_STATES))

    async def until_row(self, job_id: UUID, condition: Callable[[Mapping[str, Any]], bool]) -> Mapping[str, Any]:
        """The job's row once it meets the condition, looked at whenever the job changes."""
        async with asyncio.timeout(SECONDS):
            with self.runtime.events.watch([job_id]) as watch:
                while not condition(row := await self.row(job_id)):
                    await watch.wait()
        return row

    async def until_all_ended(self) -> None:
        """Return once no job waits or runs."""
        async with asyncio.timeout(SECONDS):
            with self.runtime.events.watch() as watch:
                while await self.count("SELECT count(*) FROM jobs WHERE ended_at IS NULL"):
                    await watch.wait()

    async def fetch(self, statement: str, *arguments: Any) -> list[Any]:
        """Rows of a statement of the test's own."""
        async with self.database.connection() as connection:
            return await connection.fetch(statement, *arguments)

    async def count(self, statement: str, *arguments: Any) -> Any:
        """The one value of a statement of the test's own."""
        async with self.database.connection() as connection:
            return await connection.fetchval(statement, *arguments)


class Engines:
    """Makes engines on one schema, and stops them when the test ends."""

    def __init__(self, bench: Bench, stack: AsyncExitStack) -> None:
        self._bench = bench
        self._stack = stack

    async def __call__(
        self,
        kinds: Sequence[Kind] = (WORK,),
        handlers: Mapping[str, Handler] | None = None,
        *,
        redis_url: str | None = "the run's own",
        lease_seconds: float = LEASE_SECONDS,
        grace_seconds: float = 1.0,
        **bench: Any,
    ) -> Engine:
        """An engine that enqueues jobs of `kinds` and works on those with a handler.

        `redis_url`: None for a process that was told of no Redis. `bench`: fields of the bench that differ.
        """
        own = replace(self._bench, **bench)
        url = own.redis_url if redis_url == "the run's own" else redis_url
        told = settings(url).model_copy(update={"lease_seconds": lease_seconds, "grace_seconds": grace_seconds})
        runtime = JobRuntime(
            service=SERVICE,
            database=own.database,
            kinds=kinds,
            settings=told,
            prefix=own.prefix,
            meter=own.meter,
            log=own.log,
        )
        worker = runtime.worker(handlers or {})
        await self._stack.enter_async_context(_running([*runtime.serving_parts(), *([worker] if handlers else [])]))
        return Engine(own.database, runtime, worker)


@asynccontextmanager
async def _running(parts: Sequence[Part]) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for part in parts:
            stack.push_async_callback(part.stop)
            await part.start()
        yield


async def done(job: Job) -> Outcome:
    """A handler that has nothing to do."""
    return Done()


class Blocking:
    """A handler that says when it starts, and ends when it is let go."""

    def __init__(self) -> None:
        self.started: asyncio.Queue[Job] = asyncio.Queue()
        self.running: set[UUID] = set()
        self.most = 0
        self._go = asyncio.Event()

    async def __call__(self, job: Job) -> Outcome:
        self.running.add(job.id)
        self.most = max(self.most, len(self.running))
        self.started.put_nowait(job)
        try:
            await self._go.wait()
        finally:
            self.running.discard(job.id)
        return Done()

    def let_go(self) -> None:
        """Let all end, those that start later as well."""
        self._go.set()

    async def next(self) -> Job:
        """The next job that starts."""
        async with asyncio.timeout(SECONDS):
            return await self.started.get()


async def within(waiting: Awaitable[Any], seconds: float = SECONDS) -> Any:
    """What comes of `waiting`, for which there is a bound."""
    async with asyncio.timeout(seconds):
        return await waiting


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Return once the condition is met, of which nobody tells."""
    async with asyncio.timeout(SECONDS):
        while not await condition():  # noqa: ASYNC110 - the condition is another system's
            await asyncio.sleep(0.01)
