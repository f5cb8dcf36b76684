"""What the crash tests' service does: a kind of job for every way in which a job can end, and the traces each leaves.

A trace has no unique constraint, so that whatever is done twice shows as two rows.
"""

import asyncio
import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jobs.job import ErrorClass, NewJob
from jobs.kinds import Kind
from jobs.outcomes import Done, Effect, Failed, Outcome
from jobs.running import Handler, Job
from jobs.transactions import Transaction
from tests.crash import peer

TABLES = """
CREATE TABLE orders (key text NOT NULL, job_id uuid NOT NULL);
CREATE TABLE effects (job_id uuid NOT NULL, kind text NOT NULL, parent uuid, begun_at bigint NOT NULL DEFAULT 0);
CREATE TABLE balances (owner text PRIMARY KEY, amount bigint NOT NULL);
CREATE TABLE ends (job_id uuid NOT NULL, state text NOT NULL);
"""
OWNER = "somebody"
FOR_EVER_SECONDS = 50.0
ADD_EFFECT = "INSERT INTO effects (job_id, kind, parent, begun_at) VALUES ($1, $2, $3, $4)"
REST = "SELECT pg_sleep($1::double precision)"
PAY = "UPDATE balances SET amount = amount + 1 WHERE owner = $1"
ADD_END = "INSERT INTO ends (job_id, state) VALUES ($1, $2)"


async def note_end(transaction: Transaction, ended: Any) -> None:
    """The hook of every kind: a row for each end that isn't a success."""
    await transaction.connection.execute(ADD_END, ended.id, ended.state)


KINDS = (
    Kind(name="plain", concurrency=20, on_end=note_end),
    Kind(name="effect", concurrency=10, on_end=note_end),
    Kind(name="slow", concurrency=10, on_end=note_end),
    Kind(name="keyed", max_running_per_key=1, on_end=note_end),
    Kind(name="parent", on_end=note_end),
    Kind(name="flaky", on_end=note_end),
    Kind(name="peer", on_end=note_end),
    Kind(name="poison", on_end=note_end),
)
# Kinds that leave a row in `effects`, one each.
LEAVING = frozenset({"effect", "slow", "keyed", "parent", "flaky", "peer"})


def new_job(kind: str, *, key: str | None = None, **details: Any) -> NewJob:
    """A job of `kind`; `details` are its payload."""
    return NewJob(kind=kind, owner=OWNER, payload=json.dumps(details).encode(), concurrency_key=key)


def leave_trace(
    job: Job, *, parent: Any = None, begun_at: int = 0, children: int = 0, rest_seconds: float = 0.0
) -> Effect:
    """A row, a payment, and follow-up jobs, all or none (I4), by a transaction that rests before it commits."""

    async def write(transaction: Transaction) -> None:
        await transaction.connection.execute(ADD_EFFECT, job.id, job.kind, parent, begun_at)
        await transaction.connection.execute(PAY, job.owner)
        await transaction.enqueue([new_job("effect", parent=str(job.id)) for _ in range(children)])
        if rest_seconds:
            await transaction.connection.execute(REST, rest_seconds)

    return write


async def do_nothing(job: Job) -> Outcome:
    """Leaves nothing, and so is finished together with others."""
    return Done()


async def do_effect(job: Job) -> Outcome:
    """Leaves a trace."""
    details = _details(job)
    return Done(leave_trace(job, parent=details.get("parent"), rest_seconds=details.get("rest_seconds", 0.0)))


async def do_slowly(job: Job) -> Outcome:
    """Takes `steps` times `seconds`, and goes on where an earlier attempt was. The first never comes past `hang_at`."""
    details = _details(job)
    steps = details["steps"]
    begun_at = int(job.checkpoint or 0)
    for step in range(begun_at, steps):
        hangs = job.attempt == 1 and step == details.get("hang_at")
        await asyncio.sleep(FOR_EVER_SECONDS if hangs else details["seconds"])
        job.progress(step + 1, steps)
        await job.save_checkpoint(str(step + 1).encode())
    return Done(leave_trace(job, begun_at=begun_at))


async def beget(job: Job) -> Outcome:
    """Enqueues two jobs in its effect."""
    return Done(leave_trace(job, children=2))


async def fail_once(job: Job) -> Outcome:
    """Succeeds with the second attempt."""
    if job.attempt == 1:
        return Failed(ErrorClass.NETWORK, "A test's own failure.", after_seconds=0.05)
    return Done(leave_trace(job))


async def kill_worker(job: Job) -> Outcome:
    """Ends whoever runs it."""
    await asyncio.sleep(_details(job).get("seconds", 0.0))
    os.kill(os.getpid(), signal.SIGKILL)
    return Done()


def handlers(peer_path: Path) -> Mapping[str, Handler]:
    """A handler for every kind; that of `peer` calls the socket with the job's id as idempotency key."""

    async def call_peer(job: Job) -> Outcome:
        await peer.call(peer_path, str(job.id))
        return Done(leave_trace(job))

    return {
        "plain": do_nothing,
        "effect": do_effect,
        "slow": do_slowly,
        "keyed": do_slowly,
        "parent": beget,
        "flaky": fail_once,
        "peer": call_peer,
        "poison": kill_worker,
    }


def _details(job: Job) -> dict[str, Any]:
    details: dict[str, Any] = json.loads(job.payload)
    return details
