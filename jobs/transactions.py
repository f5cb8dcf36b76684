"""Transactions that enqueue: rows and jobs commit together (I1); the rings and events they cause follow the commit."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from chassis.errors import Unavailable
from chassis.postgres import POSTGRES_UNAVAILABLE, Database
from jobs import store
from jobs.bell import Bell, Ring
from jobs.events import Events
from jobs.job import EndedJob, Enqueued, NewJob, State
from jobs.points import reached

if TYPE_CHECKING:
    from chassis.postgres import Connection
    from jobs.kinds import Kind

ResultT = TypeVar("ResultT")
INSIST_SECONDS = 0.5


class Transaction:
    """A transaction under way. `connection` is for the stores of whoever opened it."""

    def __init__(self, connection: "Connection", kinds: "Mapping[str, Kind]") -> None:
        self.connection = connection
        self.rings: dict[str, Ring] = {}
        self.changed: list[UUID] = []
        self.stopped: list[UUID] = []
        self._kinds = kinds

    async def enqueue(self, jobs: Sequence[NewJob]) -> list[Enqueued]:
        """Write the jobs by one statement; one answer each, in order.

        Two of one batch with the same owner and idempotency key are one. Raises ValueError for a kind that isn't known
        here, and for one that needs a concurrency key and has none.
        """
        if not jobs:
            return []
        if all(job.idempotency_key is None for job in jobs):
            rows = await self._insert(jobs)
            reached("enqueue.written")
            return self._note(jobs, rows)
        attempts = [self._max_attempts(job) for job in jobs]
        first = {_identity(job, place): place for place, job in reversed(list(enumerate(jobs)))}
        kept = sorted(first.values())
        written = await store.insert_jobs_once(
            self.connection, [jobs[place] for place in kept], [attempts[place] for place in kept]
        )
        reached("enqueue.written")
        answers = dict(zip(kept, self._note([jobs[place] for place in kept], written), strict=True))
        return [self._repeat(jobs, place, first[_identity(job, place)], answers) for place, job in enumerate(jobs)]

    async def cancel(self, ids: Sequence[UUID]) -> None:
        """Cancel those of the jobs that haven't ended, whoever's they are.

        What waits ends CANCELLED, its kind's hook with it; what runs is told to stop, once this is committed. It locks
        all of them before any hook locks anything else.
        """
        for job in await store.cancel_jobs(self.connection, ids):
            if job["state"] == State.RUNNING:
                self.stopped.append(job["id"])
                continue
            self.changed.append(job["id"])
            kind = self._kinds.get(job["kind"])
            if kind is not None and kind.on_end is not None:
                await kind.on_end(self, _cancelled(job))

    async def release_key(self, kind: str, key: str) -> None:
        """Let jobs under a concurrency key that is held go on; one that isn't stays as it is."""
        if await store.release_key(self.connection, kind, key):
            self.ring(kind)

    def note_change(self, job_id: UUID) -> None:
        """Tell whoever watches the job of its change, once it is committed."""
        self.changed.append(job_id)

    def ring(self, kind: str, *, count: int = 1, due_seconds: float = 0.0) -> None:
        """Wake a worker for the kind, once this is committed."""
        ring = Ring(count, due_seconds) if due_seconds > 0 else Ring(count)
        self.rings[kind] = self.rings.get(kind, Ring()).joined(ring)

    def _max_attempts(self, job: NewJob) -> int:
        kind = self._kinds.get(job.kind)
        if kind is None:
            raise ValueError(f"{job.kind!r} is not a kind of job here")
        if kind.max_running_per_key is not None and not job.concurrency_key:
            raise ValueError(f"a job of the kind {job.kind!r} needs a concurrency key")
        return kind.max_attempts

    async def _insert(self, jobs: Sequence[NewJob]) -> store.Rows:
        if len(jobs) == 1:
            return await store.insert_job(self.connection, jobs[0], self._max_attempts(jobs[0]))
        if _are_alike(jobs):
            attempts = self._max_attempts(jobs[0])
            return await store.insert_like_jobs(self.connection, jobs[0], attempts, [job.payload for job in jobs])
        return await store.insert_jobs(self.connection, jobs, [self._max_attempts(job) for job in jobs])

    def _note(self, jobs: Sequence[NewJob], rows: Sequence[store.Row]) -> list[Enqueued]:
        made = [(job, row) for job, row in zip(jobs, rows, strict=True) if row["created"]]
        self.changed += [row["id"] for _, row in made]
        for kind, count in Counter(job.kind for job, _ in made).items():
            later = [row["due_seconds"] for job, row in made if job.kind == kind and row["due_seconds"] > 0]
            self.ring(kind, count=count, due_seconds=min(later, default=0.0))
        return [Enqueued(row["id"], row["created"], row["same"]) for row in rows]

    @staticmethod
    def _repeat(jobs: Sequence[NewJob], place: int, first: int, answers: Mapping[int, Enqueued]) -> Enqueued:
        """The answer for a job, which for a repetition in the batch is that of the first, found there already."""
        answer = answers[first]
        if place == first:
            return answer
        same = (jobs[place].kind, jobs[place].payload) == (jobs[first].kind, jobs[first].payload)
        return Enqueued(answer.id, created=False, same=same and answer.same)


class Transactions:
    """Opens transactions on one service's database."""

    def __init__(self, *, database: Database, bell: Bell, events: Events, kinds: "Mapping[str, Kind]") -> None:
        self._database = database
        self._bell = bell
        self._events = events
        self._kinds = kinds

    async def transact(self, work: Callable[[Transaction], Awaitable[ResultT]]) -> ResultT:
        """As `Database.transact`: `work` may run again after a conflict. Rings and events go out after the commit."""
        return await self._commit(self._database.transact, work)

    async def enqueue(self, jobs: Sequence[NewJob]) -> list[Enqueued]:
        """As `Transaction.enqueue` with no other rows beside: a lone statement commits by itself, in one round trip."""
        return await self._commit(self._database.run, lambda transaction: transaction.enqueue(jobs))

    async def insist(self, work: Callable[[Transaction], Awaitable[None]]) -> None:
        """Transact, as often as it takes while PostgreSQL is away: for the end of work that may have cost money."""
        while True:
            try:
                await self.transact(work)
            except Unavailable as error:
                if error.reason != POSTGRES_UNAVAILABLE:
                    raise
                await asyncio.sleep(INSIST_SECONDS)
            else:
                return

    async def _commit(
        self,
        run: "Callable[[Callable[[Connection], Awaitable[ResultT]]], Awaitable[ResultT]]",
        work: Callable[[Transaction], Awaitable[ResultT]],
    ) -> ResultT:
        latest: list[Transaction] = []

        async def with_jobs(connection: "Connection") -> ResultT:
            transaction = Transaction(connection, self._kinds)
            latest[:] = [transaction]
            result = await work(transaction)
            reached("transaction.worked")
            return result

        result = await run(with_jobs)
        (committed,) = latest
        reached("transaction.committed")
        for kind, ring in committed.rings.items():
            self._bell.ring(kind, ring)
        self._events.tell(committed.changed)
        self._events.tell(committed.stopped, stop=True)
        return result


def _identity(job: NewJob, place: int) -> tuple[str, str] | int:
    return place if job.idempotency_key is None else (job.owner, job.idempotency_key)


def _cancelled(job: store.Row) -> EndedJob:
    return EndedJob(
        id=job["id"],
        kind=job["kind"],
        owner=job["owner"],
        payload=job["payload"],
        state=State.CANCELLED,
        error_class=None,
        error_message=None,
    )


def _are_alike(jobs: Sequence[NewJob]) -> bool:
    """Whether they run now, without a key or a deadline, and differ in their payloads only."""
    first, *others = {(job.kind, job.owner, job.lane, job.run_at, job.deadline, job.concurrency_key) for job in jobs}
    return not others and first[3:] == (None, None, None)
