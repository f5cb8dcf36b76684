"""The end of an activity, in the transaction that ends its job, whoever ends that.

Whoever ends one locks in one order: the job, the account, the activity.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from jobs.job import EndedJob, ErrorClass, NewJob
from jobs.job import State as JobState
from jobs.points import reached
from jobs.transactions import Transaction
from services.engager import store
from services.engager.connectors.connector import Answer, Failure, Uncertain
from services.engager.errors import JobOfActivity
from services.engager.words import ACTIVITY_KIND, State

CANCELLED_DURING_CALL = "It was cancelled during a call, and the connector can't tell whether it happened."


@dataclass(frozen=True, slots=True)
class EndedActivity:
    """What came of an activity, a row of get_work. `trouble`: what went wrong."""

    work: store.Row
    state: State
    answer: Answer
    trouble: Failure | Uncertain | None = None

    @property
    def values(self) -> tuple[Any, ...]:
        """As end_activities.sql has them."""
        answer, trouble = self.answer, self.trouble
        told = (answer.status, answer.external_id, answer.excerpt, answer.latency_seconds)
        error = (None, None) if trouble is None else (trouble.error_class, trouble.message)
        return (self.work["activity_id"], self.work["job_id"], self.state, *told, *error)


async def end_activities(transaction: Transaction, ended: Sequence[EndedActivity]) -> None:
    """Write the ends of activities, or that they wait for their accounts."""
    columns = [list(column) for column in zip(*(one.values for one in ended), strict=True)]
    await store.end_activities(transaction.connection, columns)
    reached("activity.written")


async def end_activity(transaction: Transaction, ended: EndedJob) -> None:
    """Note the end of an activity whose job ends otherwise than its handler has it; its kind's `on_end`.

    A call that was under way may have come to anything. Where that can be told, another job finds out.
    """
    activity_id = UUID(bytes=ended.payload)
    work = await store.lock_work(transaction.connection, activity_id, ended.id)
    if work is None:
        return
    state, error_class, error_message = State(ended.state), ended.error_class, ended.error_message
    if work["state"] == State.RUNNING and ended.state is JobState.CANCELLED:
        if work["can_tell"]:
            await _find_out(transaction, activity_id, work)
            return
        error_class, error_message = ErrorClass.UNKNOWN, CANCELLED_DURING_CALL
    if work["state"] == State.RUNNING:
        state = State.UNCERTAIN
    await store.stop_activity(
        transaction.connection, activity_id, state, error_class=error_class, error_message=error_message
    )


async def refuse_retry(transaction: Transaction, ended: EndedJob) -> None:
    """Raises JobOfActivity: an activity that has ended has told so."""
    raise JobOfActivity(str(UUID(bytes=ended.payload)))


async def _find_out(transaction: Transaction, activity_id: UUID, work: store.Row) -> None:
    asking = NewJob(
        kind=ACTIVITY_KIND,
        owner=work["owner"],
        payload=activity_id.bytes,
        deadline=work["deadline"],
        concurrency_key=str(work["account_id"]),
    )
    (enqueued,) = await transaction.enqueue([asking])
    await store.assign_cancelled(transaction.connection, activity_id, enqueued.id)
