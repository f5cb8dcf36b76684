"""The only file here that speaks SQL: one method for each statement under sql/. Opens no transaction."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg

from chassis.postgres import load_statements
from jobs.job import NewJob

if TYPE_CHECKING:
    from chassis.postgres import Connection

SQL = load_statements(Path(__file__).parent / "sql")
Row = asyncpg.Record
Rows = list[asyncpg.Record]


async def insert_job(connection: "Connection", job: NewJob, attempts: int) -> Rows:
    """Its row: id, created, same, due_seconds."""
    values = (job.kind, job.owner, job.lane, job.payload, job.run_at, job.deadline, attempts, job.concurrency_key)
    return await connection.fetch(SQL["insert_job"], *values)


async def insert_jobs(connection: "Connection", jobs: Sequence[NewJob], attempts: Sequence[int]) -> Rows:
    """A row for each, in order: id, created, same, due_seconds."""
    return await connection.fetch(SQL["insert_jobs"], *_columns(jobs, attempts))


async def insert_like_jobs(connection: "Connection", like: NewJob, attempts: int, payloads: Sequence[bytes]) -> Rows:
    """As `insert_jobs`, for jobs that run now and are like one but for their payloads: half the work for both sides."""
    return await connection.fetch(SQL["insert_like_jobs"], like.kind, like.owner, like.lane, attempts, payloads)


async def insert_jobs_once(connection: "Connection", jobs: Sequence[NewJob], attempts: Sequence[int]) -> Rows:
    """As `insert_jobs`, for jobs whose idempotency keys may be known already."""
    keys = [job.idempotency_key for job in jobs]
    return await connection.fetch(SQL["insert_jobs_once"], *_columns(jobs, attempts), keys)


async def claim_jobs(
    connection: "Connection",
    kind: str,
    *,
    lanes: Sequence[int],
    limit: int,
    worker_id: UUID,
    token: UUID,
    lease_seconds: float,
) -> Rows:
    """Up to `limit` jobs, now RUNNING under `token`."""
    return await connection.fetch(SQL["claim_jobs"], kind, lanes, limit, worker_id, token, lease_seconds)


async def lock_keys(
    connection: "Connection", kind: str, *, max_running: int, limit: int, lanes: Sequence[int]
) -> tuple[list[str], bool]:
    """Keys with room, locked until the transaction ends; and whether others have been left out."""
    row = await connection.fetchrow(SQL["lock_keys"], kind, max_running, limit, lanes)
    assert row is not None, "it always gives one row"  # noqa: S101
    return row["keys"], row["left_out"]


async def claim_keyed_jobs(
    connection: "Connection",
    kind: str,
    *,
    lanes: Sequence[int],
    limit: int,
    worker_id: UUID,
    token: UUID,
    lease_seconds: float,
    keys: Sequence[str],
    max_running: int,
) -> Rows:
    """As `claim_jobs`, from locked keys only. Must be a statement after `lock_keys`, to see others' claims."""
    return await connection.fetch(
        SQL["claim_keyed_jobs"], kind, lanes, limit, worker_id, token, lease_seconds, keys, max_running
    )


async def finish_jobs(
    connection: "Connection", ids: Sequence[UUID], tokens: Sequence[UUID], done: Sequence[int], total: Sequence[int]
) -> set[UUID]:
    """The ids of those whose lease was held, now SUCCEEDED."""
    return {row["id"] for row in await connection.fetch(SQL["finish_jobs"], ids, tokens, done, total)}


async def end_job(
    connection: "Connection",
    job_id: UUID,
    token: UUID,
    state: str,
    *,
    progress: tuple[int, int],
    error_class: str | None = None,
    error_message: str | None = None,
) -> bool:
    """Whether the lease was held; the job has then ended."""
    row = await connection.fetchrow(SQL["end_job"], job_id, token, state, *progress, error_class, error_message)
    return row is not None


async def reschedule_job(
    connection: "Connection",
    job_id: UUID,
    token: UUID,
    *,
    delay_seconds: float,
    error_class: str | None,
    error_message: str | None,
    counts: bool,
) -> bool | None:
    """Whether the job, which now waits for its next attempt, should be cancelled; None: the lease was lost."""
    row = await connection.fetchrow(
        SQL["reschedule_job"], job_id, token, delay_seconds, error_class, error_message, counts
    )
    return None if row is None else bool(row["cancel_requested"])


async def release_jobs(connection: "Connection", ids: Sequence[UUID], tokens: Sequence[UUID]) -> Rows:
    """Id and kind of each whose lease was held, now QUEUED."""
    return await connection.fetch(SQL["release_jobs"], ids, tokens)


async def renew_leases(
    connection: "Connection",
    worker_id: UUID,
    *,
    place: str,
    kinds: Sequence[str],
    lease_seconds: float,
    ids: Sequence[UUID],
    tokens: Sequence[UUID],
) -> dict[UUID, Row]:
    """The jobs whose lease is still held: whether it was renewed, and whether the job was told to stop."""
    rows = await connection.fetch(SQL["renew_leases"], worker_id, place, kinds, lease_seconds, ids, tokens)
    return {row["id"]: row for row in rows}


async def save_progress(
    connection: "Connection", ids: Sequence[UUID], tokens: Sequence[UUID], done: Sequence[int], total: Sequence[int]
) -> None:
    """Note how far jobs are."""
    await connection.execute(SQL["save_progress"], ids, tokens, done, total)


async def save_checkpoint(connection: "Connection", job_id: UUID, token: UUID, checkpoint: bytes) -> bool:
    """Whether the lease was held; the checkpoint is then kept."""
    return await connection.fetchrow(SQL["save_checkpoint"], job_id, token, checkpoint) is not None


async def mark_alone(connection: "Connection", job_id: UUID, token: UUID) -> bool:
    """Whether the lease was held; nothing runs beside the job from now on."""
    return await connection.fetchrow(SQL["mark_alone"], job_id, token) is not None


async def promote_jobs(connection: "Connection", *, limit: int) -> Rows:
    """Id and kind of each that was due, now QUEUED."""
    return await connection.fetch(SQL["promote_jobs"], limit)


async def get_next_due(connection: "Connection") -> float | None:
    """Seconds until the next SCHEDULED job is due; None when there is none."""
    seconds: float | None = await connection.fetchval(SQL["get_next_due"])
    return seconds


async def get_next_expiry(connection: "Connection") -> float | None:
    """Seconds until the next lease or deadline runs out; None when there is none."""
    seconds: float | None = await connection.fetchval(SQL["get_next_expiry"])
    return seconds


async def lock_lost_jobs(connection: "Connection", *, limit: int) -> Rows:
    """Jobs whose lease has run out, locked."""
    return await connection.fetch(SQL["lock_lost_jobs"], limit)


async def lock_overdue_jobs(connection: "Connection", *, limit: int) -> Rows:
    """Waiting jobs whose deadline has passed, locked."""
    return await connection.fetch(SQL["lock_overdue_jobs"], limit)


async def rescue_jobs(connection: "Connection", ids: Sequence[UUID], message: str) -> None:
    """Queue locked jobs again that lost their worker."""
    await connection.execute(SQL["rescue_jobs"], ids, message)


async def settle_job(
    connection: "Connection", job_id: UUID, state: str, *, error_class: str | None, error_message: str | None
) -> None:
    """End a locked job."""
    await connection.execute(SQL["settle_job"], job_id, state, error_class, error_message)


async def hold_key(connection: "Connection", kind: str, key: str, *, error_class: str, error_message: str) -> None:
    """Let no more jobs of the key start."""
    await connection.execute(SQL["hold_key"], kind, key, error_class, error_message)


async def release_key(connection: "Connection", kind: str, key: str) -> bool:
    """Let the jobs of the key start again; whether it was held."""
    return await connection.fetchrow(SQL["release_key"], kind, key) is not None


async def purge_jobs(connection: "Connection", kind: str, state: str, *, older_seconds: float, limit: int) -> int:
    """How many ended jobs were deleted."""
    return len(await connection.fetch(SQL["purge_jobs"], kind, state, older_seconds, limit))


async def delete_worker(connection: "Connection", worker_id: UUID) -> None:
    """Forget a worker that has left."""
    await connection.execute(SQL["delete_worker"], worker_id)


async def purge_workers(connection: "Connection", *, older_seconds: float) -> int:
    """How many silent workers were forgotten."""
    return len(await connection.fetch(SQL["purge_workers"], older_seconds))


async def get_job(connection: "Connection", job_id: UUID, *, owner: str | None) -> Row | None:
    """A job as it is shown."""
    return await connection.fetchrow(SQL["get_job"], job_id, owner)


async def list_jobs(
    connection: "Connection",
    *,
    states: Sequence[str] | None,
    kind: str | None,
    age_seconds: float,
    after: UUID | None,
    limit: int,
) -> Rows:
    """A page of everybody's jobs, the newest first, beginning after the id `after`."""
    return await connection.fetch(SQL["list_jobs"], states, kind, age_seconds, after, limit)


async def list_owned_jobs(
    connection: "Connection",
    *,
    owner: str,
    states: Sequence[str] | None,
    kind: str | None,
    age_seconds: float,
    after: UUID | None,
    limit: int,
) -> Rows:
    """As `list_jobs`, of one owner."""
    return await connection.fetch(SQL["list_owned_jobs"], states, kind, age_seconds, after, limit, owner)


async def list_jobs_by_id(connection: "Connection", ids: Sequence[UUID], *, owner: str | None) -> Rows:
    """Those of the jobs that there are, as they are shown."""
    return await connection.fetch(SQL["list_jobs_by_id"], ids, owner)


async def list_unended_jobs(connection: "Connection", kinds: Sequence[str], *, owner: str | None, limit: int) -> Rows:
    """The newest jobs that haven't ended."""
    return await connection.fetch(SQL["list_unended_jobs"], kinds, owner, limit)


async def list_owned_unended_jobs(connection: "Connection", owner: str, *, limit: int, counted: int) -> Rows:
    """An owner's jobs that haven't ended. `all_…`: how many of the newest `counted` are in that state."""
    return await connection.fetch(SQL["list_owned_unended_jobs"], owner, limit, counted)


async def list_changed_jobs(
    connection: "Connection", kinds: Sequence[str], *, owner: str | None, seconds: float, ids: Sequence[UUID]
) -> Rows:
    """All jobs that may have changed within so many seconds, all that run, and `ids`."""
    return await connection.fetch(SQL["list_changed_jobs"], kinds, owner, seconds, ids)


async def lock_job(connection: "Connection", job_id: UUID, *, owner: str | None) -> Row | None:
    """What steering a job depends on; the job is locked."""
    return await connection.fetchrow(SQL["lock_job"], job_id, owner)


async def request_cancel(connection: "Connection", job_id: UUID) -> None:
    """Note that a locked job should stop."""
    await connection.execute(SQL["request_cancel"], job_id)


async def cancel_jobs(connection: "Connection", ids: Sequence[UUID]) -> Rows:
    """Those of the jobs that hadn't ended: now CANCELLED, or RUNNING and asked to stop."""
    return await connection.fetch(SQL["cancel_jobs"], ids)


async def requeue_job(connection: "Connection", job_id: UUID, *, attempts: int) -> None:
    """Queue a locked job again that has ended, with so many attempts more."""
    await connection.execute(SQL["requeue_job"], job_id, attempts)


async def hasten_job(connection: "Connection", job_id: UUID) -> None:
    """Queue a locked job now that waits for its next attempt."""
    await connection.execute(SQL["hasten_job"], job_id)


async def pause_queue(connection: "Connection", kind: str) -> None:
    """Let no more jobs of the kind start."""
    await connection.execute(SQL["pause_queue"], kind)


async def resume_queue(connection: "Connection", kind: str) -> None:
    """Let jobs of the kind start again."""
    await connection.execute(SQL["resume_queue"], kind)


async def measure_queues(
    connection: "Connection", kinds: Sequence[str], *, stuck_seconds: float, in_full: bool
) -> Rows:
    """One row a kind, in order. `in_full`: with what is done, cancelled and ended in the last minute."""
    return await connection.fetch(SQL["measure_queues"], kinds, stuck_seconds, in_full)


async def list_held_keys(connection: "Connection", kinds: Sequence[str], *, limit: int) -> Rows:
    """Held keys, at most `limit` a kind."""
    return await connection.fetch(SQL["list_held_keys"], kinds, limit)


async def list_workers(connection: "Connection", kinds: Sequence[str]) -> Rows:
    """Workers, a row for each kind they work on."""
    return await connection.fetch(SQL["list_workers"], kinds)


def _columns(jobs: Sequence[NewJob], attempts: Sequence[int]) -> list[list[Any]]:
    return [
        [job.kind for job in jobs],
        [job.owner for job in jobs],
        [int(job.lane) for job in jobs],
        [job.payload for job in jobs],
        [job.run_at for job in jobs],
        [job.deadline for job in jobs],
        list(attempts),
        [job.concurrency_key for job in jobs],
    ]
