"""The jobs of a made-up service: its runtime and its use cases, claims without a worker, and real workers."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import structlog
from opentelemetry.metrics import Meter
from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from chassis.auth import Principal, Role, principal
from chassis.postgres import Database
from jobs import store
from jobs.config import JobSettings
from jobs.job import NewJob
from jobs.kinds import Kind
from jobs.names import Names
from jobs.operating import Operating
from jobs.queues import Queues
from jobs.running import Handler
from jobs.runtime import JobRuntime
from jobs.watching import Watching

SERVICE = "mill"
STUCK_SECONDS = 120.0


class RigSettings(JobSettings):
    """Settings of a test's jobs."""

    model_config = SettingsConfigDict(env_prefix="ATELIER_TEST_", frozen=True, extra="forbid", populate_by_name=True)


def toil(owner: str = "ann", **details: Any) -> NewJob:
    """A new job of the kind that the rig has."""
    return NewJob(kind="toil", owner=owner, **details)


@dataclass(frozen=True)
class Rig:
    """Everything about the jobs of one schema."""

    database: Database
    runtime: JobRuntime
    names: Names
    operating: Operating
    watching: Watching
    queues: Queues

    async def enqueue(self, *jobs: NewJob) -> list[str]:
        """The names of the jobs, in order."""
        made = await self.runtime.transactions.transact(lambda transaction: transaction.enqueue(jobs))
        return [self.names.job(one.id) for one in made]

    async def claim(self, kind: str, *, limit: int = 1, worker_id: UUID | None = None, seconds: float = 60) -> UUID:
        """Have up to `limit` jobs RUNNING, as a worker would; the token they run under."""
        token = uuid4()

        async def work(connection: Any) -> None:
            await store.claim_jobs(
                connection,
                kind,
                lanes=[1, 2, 3],
                limit=limit,
                worker_id=worker_id or uuid4(),
                token=token,
                lease_seconds=seconds,
            )

        await self.database.run(work)
        return token

    async def sign(self, worker_id: UUID, *kinds: str, lease_seconds: float = 15.0) -> None:
        """Have a worker give a sign of life."""

        async def work(connection: Any) -> None:
            await store.renew_leases(
                connection, worker_id, place="here:1", kinds=kinds, lease_seconds=lease_seconds, ids=[], tokens=[]
            )

        await self.database.run(work)

    async def execute(self, statement: str, *arguments: Any) -> None:
        """Run a statement of the test's own."""
        async with self.database.connection() as connection:
            await connection.execute(statement, *arguments)

    async def end(self, name: str, state: str, error_class: str | None = None) -> None:
        """End a job, whatever state it is in."""

        async def work(connection: Any) -> None:
            message = "It went wrong." if error_class else None
            await store.settle_job(
                connection, self.names.job_id(name), state, error_class=error_class, error_message=message
            )

        await self.database.run(work)
        self.runtime.events.tell([self.names.job_id(name)])

    @asynccontextmanager
    async def working(self, handlers: Mapping[str, Handler]) -> AsyncIterator[None]:
        """A worker for the block's time."""
        worker = self.runtime.worker(handlers)
        await worker.start()
        try:
            yield
        finally:
            await worker.stop()


@asynccontextmanager
async def open_rig(
    database: Database,
    *,
    kinds: Sequence[Kind],
    prefix: str,
    settings: JobSettings,
    meter: Meter,
    log: structlog.stdlib.BoundLogger,
) -> AsyncIterator[Rig]:
    """A rig whose bell and events run for the block's time."""
    runtime = JobRuntime(
        service=SERVICE, database=database, kinds=kinds, settings=settings, prefix=prefix, meter=meter, log=log
    )
    names = Names(SERVICE)
    watching = Watching(names=names, database=database, events=runtime.events, kinds=runtime.kinds)
    operating = Operating(
        names=names,
        database=database,
        transactions=runtime.transactions,
        events=runtime.events,
        kinds=runtime.kinds,
    )
    queues = Queues(
        names=names,
        database=database,
        transactions=runtime.transactions,
        bell=runtime.bell,
        kinds=runtime.kinds,
        stuck_seconds=STUCK_SECONDS,
    )
    parts = [*runtime.serving_parts(), watching]
    for part in parts:
        await part.start()
    try:
        yield Rig(database, runtime, names, operating, watching, queues)
    finally:
        for part in reversed(parts):
            await part.stop()


def settings(redis_url: str | None, **told: Any) -> RigSettings:
    """Settings without an identity provider, as nobody calls from outside."""
    url = None if redis_url is None else SecretStr(redis_url)
    return RigSettings.model_construct(redis_url=url, lease_seconds=15.0, grace_seconds=1.0, **told)


@contextmanager
def called_by(subject: str, role: Role = Role.USER) -> Iterator[None]:
    """Have a caller for the block's time."""
    before = principal.set(Principal(subject, role))
    try:
        yield
    finally:
        principal.reset(before)
