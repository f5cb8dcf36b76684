"""Use cases: looking at jobs, and steering one. A caller meets its own jobs only (I10)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypedDict
from uuid import UUID

from chassis.paging import decode_token, encode_token, page_size, placed_id
from chassis.postgres import Database
from jobs import store
from jobs.errors import JobEnded, JobNotFound, JobNotRetryable
from jobs.events import Events
from jobs.job import EndedJob, ErrorClass, State
from jobs.kinds import Kind
from jobs.names import Names
from jobs.transactions import Transaction, Transactions
from jobs.visibility import visible_owner

if TYPE_CHECKING:
    from chassis.postgres import Connection

OLDEST_SECONDS = 1e9  # No job is older, and PostgreSQL's time begins in 4713 BC.
UNENDED_COUNTED = 1_000  # Who has more is told so many: counting costs the database time for each.
NOT_RETRYABLE = {
    State.SCHEDULED: "it was accepted for later, and is never started early",
    State.QUEUED: "it is about to start",
    State.RUNNING: "it runs; cancel it first",
    State.SUCCEEDED: "it is done",
}


@dataclass(frozen=True, slots=True)
class JobPage:
    """Jobs as they are shown, and the token for those after them; empty on the last page."""

    rows: Sequence[store.Row]
    next_token: str


@dataclass(frozen=True, slots=True)
class Unended:
    """Some of an owner's jobs that haven't ended; of the newest UNENDED_COUNTED how many are in each state."""

    rows: Sequence[store.Row]
    scheduled: int
    queued: int
    running: int


class _Wanted(TypedDict):
    states: Sequence[str] | None
    kind: str | None
    age_seconds: float
    after: UUID | None
    limit: int


class Operating:
    """Reads, cancels and retries jobs by their names."""

    def __init__(
        self,
        *,
        names: Names,
        database: Database,
        transactions: Transactions,
        events: Events,
        kinds: Mapping[str, Kind],
    ) -> None:
        self._names = names
        self._database = database
        self._transactions = transactions
        self._events = events
        self._kinds = kinds

    async def get_job(self, name: str) -> store.Row:
        """A job as it is shown. Raises JobNotFound."""
        job_id, owner = self._names.job_id(name), visible_owner()

        async def read(connection: "Connection") -> store.Row | None:
            return await store.get_job(connection, job_id, owner=owner)

        row = await self._database.run(read)
        if row is None:
            raise JobNotFound(name)
        return row

    async def list_jobs(
        self, *, states: Sequence[str], kind: str, owner: str, min_age: timedelta, size: int, token: str
    ) -> JobPage:
        """A page of the jobs that match every filter that isn't empty, the newest first.

        Raises OwnerNotAllowed, and InvalidArgument for a foreign token.
        """
        seen_owner, limit = visible_owner(owner), page_size(size)
        filters = [seen_owner or "", kind, ",".join(sorted(states)), str(min_age)]

        wanted: _Wanted = {
            "states": states or None,
            "kind": kind or None,
            "age_seconds": min(min_age.total_seconds(), OLDEST_SECONDS),
            "after": placed_id(decode_token(token, "jobs", filters, width=1)),
            "limit": limit + 1,
        }

        async def read(connection: "Connection") -> store.Rows:
            if seen_owner is None:
                return await store.list_jobs(connection, **wanted)
            return await store.list_owned_jobs(connection, owner=seen_owner, **wanted)

        rows = await self._database.run(read)
        shown = rows[:limit]
        return JobPage(shown, encode_token("jobs", filters, [str(shown[-1]["id"])]) if len(rows) > limit else "")

    async def cancel_job(self, name: str) -> store.Row:
        """The job as it is now: CANCELLED, or RUNNING and told to stop. Raises JobNotFound and JobEnded."""

        async def work(transaction: Transaction, job: store.Row) -> None:
            match State(job["state"]):
                case State.SCHEDULED | State.QUEUED:
                    await self._cancel(transaction, job)
                case State.RUNNING:
                    await store.request_cancel(transaction.connection, job["id"])
                case State.SUCCEEDED | State.FAILED:
                    raise JobEnded(name, job["state"])

        job = await self._steer(name, work)
        if job["state"] == State.RUNNING:
            self._events.tell([job["id"]], stop=True)
        return job

    async def retry_job(self, name: str) -> store.Row:
        """The job, QUEUED. Raises JobNotFound, JobNotRetryable, and what its kind's hook refuses it by."""

        async def work(transaction: Transaction, job: store.Row) -> None:
            kind = self._kinds.get(job["kind"])
            if kind is None:
                raise JobNotRetryable(name, job["state"], f"nobody here works on {job['kind']!r} any longer")
            if job["state"] in {State.FAILED, State.CANCELLED}:
                await store.requeue_job(transaction.connection, job["id"], attempts=kind.max_attempts)
                if kind.on_retry is not None:
                    error = (job["error_class"], job["error_message"])
                    await kind.on_retry(transaction, _told(job, State(job["state"]), *error))
            elif job["state"] == State.SCHEDULED and job["attempt"]:
                await store.hasten_job(transaction.connection, job["id"])
            else:
                raise JobNotRetryable(name, job["state"], NOT_RETRYABLE[State(job["state"])])
            transaction.ring(kind.name)
            transaction.note_change(job["id"])

        return await self._steer(name, work)

    async def _steer(self, name: str, work: Callable[[Transaction, store.Row], Awaitable[None]]) -> store.Row:
        """Lock the job, do `work`, and give the job as it then is, all in one transaction."""
        job_id, owner = self._names.job_id(name), visible_owner()

        async def steer(transaction: Transaction) -> store.Row:
            job = await store.lock_job(transaction.connection, job_id, owner=owner)
            if job is None:
                raise JobNotFound(name)
            await work(transaction, job)
            steered = await store.get_job(transaction.connection, job_id, owner=owner)
            assert steered is not None, "a locked row stays"  # noqa: S101
            return steered

        return await self._transactions.transact(steer)

    async def _cancel(self, transaction: Transaction, job: store.Row) -> None:
        await store.settle_job(transaction.connection, job["id"], State.CANCELLED, error_class=None, error_message=None)
        transaction.note_change(job["id"])
        kind = self._kinds.get(job["kind"])
        if kind is not None and kind.on_end is not None:
            await kind.on_end(transaction, _told(job, State.CANCELLED))


async def list_unended(connection: "Connection", owner: str, *, latest: int) -> Unended:
    """Those of an owner, whom the caller may see: so many of those that run, then of the newest."""
    rows = await store.list_owned_unended_jobs(connection, owner, limit=latest, counted=UNENDED_COUNTED)
    if not rows:
        return Unended(rows, 0, 0, 0)
    return Unended(rows, rows[0]["all_scheduled"], rows[0]["all_queued"], rows[0]["all_running"])


def _told(job: store.Row, state: State, error_class: str | None = None, error_message: str | None = None) -> EndedJob:
    """A locked job as its kind's hooks are told of it."""
    return EndedJob(
        id=job["id"],
        kind=job["kind"],
        owner=job["owner"],
        payload=job["payload"],
        state=state,
        error_class=None if error_class is None else ErrorClass(error_class),
        error_message=error_message,
    )
