"""How the job of an activity ends or goes back, for all that can come of it; its row is written with that (I4)."""

from datetime import datetime

from jobs.failures import delay_seconds, is_retried
from jobs.job import ErrorClass
from jobs.outcomes import Done, Effect, Failed, Joint, Later, Outcome
from jobs.transactions import Transaction
from services.engager import store
from services.engager.connectors.connector import Answer, Failure, Uncertain
from services.engager.ending import EndedActivity, end_activities
from services.engager.words import State


def succeeded(work: store.Row, answer: Answer) -> Done:
    """It happened. `work`: a row of get_work, as everywhere here."""
    return Done(Joint(end_activities, EndedActivity(work, State.SUCCEEDED, answer)))


def stopped(work: store.Row, state: State) -> Done:
    """It ends without another attempt; what came of the last one stands."""

    async def write(transaction: Transaction) -> None:
        await store.stop_activity(transaction.connection, work["activity_id"], state)

    return Done(write)


def put_off(work: store.Row, until: datetime, now: datetime, *, spread: bool = False, turn: bool = False) -> Later:
    """It waits until then, and isn't late before. `turn`: that is its turn among those beyond its account's limits."""

    async def write(transaction: Transaction) -> None:
        await store.put_off_activity(transaction.connection, work["activity_id"], until, spread=spread, turn=turn)

    return Later(max(0.0, (until - now).total_seconds()), write)


def failed(work: store.Row, failure: Failure, *, attempt: int) -> Failed:
    """It didn't happen: there is another attempt after the job's `attempt`, or none, or once its account goes on."""
    state = State.HELD if failure.error_class is ErrorClass.AUTH else State.FAILED
    seconds = delay_seconds(attempt, failure.after_seconds)
    return Failed(
        failure.error_class,
        failure.message,
        after_seconds=seconds,
        effect=_ending(EndedActivity(work, state, failure.answer, failure)),
        meanwhile=_waiting_again(work, failure, seconds),
    )


def in_doubt(work: store.Row, doubt: Uncertain) -> Outcome:
    """It can't be told whether it happened. It stays RUNNING while the connector may yet tell."""
    ended = EndedActivity(work, State.UNCERTAIN, doubt.answer, doubt)
    if doubt.ask_again and is_retried(doubt.error_class):
        return Failed(doubt.error_class, doubt.message, after_seconds=doubt.after_seconds, effect=_ending(ended))
    return Done(_ending(ended))


def _ending(ended: EndedActivity) -> Effect:
    """Writes the end, and holds the account where the activity waits for it from now on."""

    async def write(transaction: Transaction) -> None:
        if ended.state is State.HELD and ended.trouble is not None:
            await store.hold_account(
                transaction.connection,
                ended.work["account_id"],
                error_class=ended.trouble.error_class,
                error_message=ended.trouble.message,
            )
        await end_activities(transaction, [ended])

    return write


def _waiting_again(work: store.Row, failure: Failure, seconds: float) -> Effect:
    async def write(transaction: Transaction) -> None:
        await store.retry_activity(
            transaction.connection,
            work["activity_id"],
            seconds=seconds,
            status=failure.answer.status,
            excerpt=failure.answer.excerpt,
            latency_seconds=failure.answer.latency_seconds,
            error_class=failure.error_class,
            error_message=failure.message,
        )

    return write
