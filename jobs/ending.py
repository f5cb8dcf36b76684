"""The end of one attempt: whatever its outcome asks for, fenced by the lease (I3)."""

import asyncio
from typing import assert_never

import structlog

from jobs import failures, store
from jobs.job import EndedJob, ErrorClass, State
from jobs.joining import Joining
from jobs.outcomes import Done, Effect, Failed, Joint, Later, Outcome
from jobs.points import reached
from jobs.running import HeldJob, Stop
from jobs.tally import Tally
from jobs.timer import Timer
from jobs.transactions import Transaction, Transactions

MESSAGE_LIMIT = 1_000


class LeaseLost(Exception):
    """Somebody else holds the job, or nobody: what was done here must not be written."""


class CancelledMeanwhile(Exception):
    """Somebody cancelled the job while its attempt failed: there must be no other."""


class Ending:
    """Ends attempts: done, failed for good, to be tried again, cancelled."""

    def __init__(
        self, *, transactions: Transactions, timer: Timer, tally: Tally, log: structlog.stdlib.BoundLogger
    ) -> None:
        self._transactions = transactions
        self._joining = Joining(transactions=transactions)
        self._timer = timer
        self._tally = tally
        self._log = log

    async def end(self, held: HeldJob, outcome: Outcome | Stop) -> None:
        """Write the end. Raises LeaseLost."""
        match outcome:
            case Done():
                await self._succeed(held, outcome)
            case Failed():
                await self._fail(held, outcome)
            case Later():
                await self._put_back(held, outcome)
            case Stop.CANCELLED:
                await self._finish(held, State.CANCELLED)
            case Stop.TIMEOUT:
                await self._fail(held, _timeout(held))
            case Stop.LOST:
                pass  # The keeper has told.
            case Stop.RELEASED:
                raise asyncio.CancelledError
            case _:
                assert_never(outcome)

    def judge(self, held: HeldJob, error: BaseException) -> Failed:
        """What an exception of the job's handler comes to; one that nobody expects is logged."""
        failed = failures.failure_of(error)
        if failed is not None:
            return failed
        self._log.error(
            "handler failed", job=str(held.job.id), kind=held.kind.name, attempt=held.job.attempt, exc_info=error
        )
        name = type(error).__name__
        return Failed(ErrorClass.UNKNOWN, f"Something unexpected happened ({name}); the job's id finds it in the log.")

    async def _succeed(self, held: HeldJob, done: Done) -> None:
        """Write the effect; one that can't be written is a failure like the handler's own."""
        try:
            if not (isinstance(done.effect, Joint) and await self._join(held, done.effect)):
                await self._finish(held, State.SUCCEEDED, effect=done.effect)
        except LeaseLost:
            raise
        except asyncio.CancelledError as error:
            if is_cancelled():
                raise
            await self._fail(held, self.judge(held, error))
        except Exception as error:  # noqa: BLE001 - the effect is the handler's code
            await self._fail(held, self.judge(held, error))

    async def _join(self, held: HeldJob, joint: Joint) -> bool:
        """End the job with others. False, and nothing written: it, or one of them, can't be. Raises LeaseLost."""
        try:
            is_ended = await self._joining.end(held, joint)
        except Exception as error:  # noqa: BLE001 - whose effect it was is seen when each is written alone
            self._log.debug("jobs not ended together", kind=held.kind.name, error=repr(error))
            return False
        if not is_ended:
            raise LeaseLost
        self._tally.outcome(held.kind.name, State.SUCCEEDED)
        return True

    async def _fail(self, held: HeldJob, failed: Failed) -> None:
        counts = failures.uses_attempt(failed.error_class)
        delay_seconds = failures.delay_seconds(held.job.attempt, failed.after_seconds)
        left = held.deadline_left()
        if not failures.is_retried(failed.error_class) or (counts and held.job.attempt >= held.max_attempts):
            await self._finish(held, State.FAILED, failed=failed, effect=failed.effect)
        elif left is not None and delay_seconds >= left:
            late = Failed(failed.error_class, f"{failed.message} The next attempt would come after the job's deadline.")
            await self._finish(held, State.FAILED, failed=late, effect=failed.effect)
        else:
            await self._reschedule(held, delay_seconds, failed=failed, counts=counts, effect=failed.meanwhile)

    async def _put_back(self, held: HeldJob, later: Later) -> None:
        left = held.deadline_left()
        if left is not None and later.seconds >= left:
            late = Failed(ErrorClass.TIMEOUT, "Its time would come after the job's deadline.")
            await self._finish(held, State.FAILED, failed=late)
        else:
            await self._reschedule(held, later.seconds, failed=None, counts=False, effect=later.effect)

    async def _reschedule(
        self, held: HeldJob, delay_seconds: float, *, failed: Failed | None, counts: bool, effect: Effect | None
    ) -> None:
        """Put the job back, unless somebody has cancelled it meanwhile. Raises LeaseLost."""

        async def work(transaction: Transaction) -> None:
            cancelled = await store.reschedule_job(
                transaction.connection,
                held.job.id,
                held.token,
                delay_seconds=delay_seconds,
                error_class=failed.error_class if failed else None,
                error_message=_told(failed) if failed else None,
                counts=counts,
            )
            if cancelled is None:
                raise LeaseLost
            if cancelled:
                raise CancelledMeanwhile
            if effect is not None:
                await effect(transaction)
            transaction.note_change(held.job.id)
            reached("retry.written")

        try:
            await self._transactions.insist(work)
        except CancelledMeanwhile:
            await self._finish(held, State.CANCELLED)
            return
        self._tally.outcome(held.kind.name, State.SCHEDULED, failed.error_class if failed else "")
        self._timer.expect(delay_seconds)

    async def _finish(
        self, held: HeldJob, state: State, *, failed: Failed | None = None, effect: Effect | None = None
    ) -> None:
        """End the job for good: its row, its kind's hook and its effect in one transaction (I4). Raises LeaseLost."""

        async def work(transaction: Transaction) -> None:
            fenced = await store.end_job(
                transaction.connection,
                held.job.id,
                held.token,
                state,
                progress=(held.job.done, held.job.total),
                error_class=failed.error_class if failed else None,
                error_message=_told(failed) if failed else None,
            )
            if not fenced:
                raise LeaseLost
            reached("finish.fenced")
            if effect is not None:
                await effect(transaction)
            if state is not State.SUCCEEDED:
                await self._tell_hook(transaction, held, state, failed)
            transaction.note_change(held.job.id)
            reached("finish.written")

        await self._transactions.insist(work)
        self._tally.outcome(held.kind.name, state, failed.error_class if failed else "")

    async def _tell_hook(self, transaction: Transaction, held: HeldJob, state: State, failed: Failed | None) -> None:
        if failed is not None and failed.error_class is ErrorClass.AUTH and held.kind.max_running_per_key:
            # The account is held, not the queue: its other jobs would fail the same way.
            await store.hold_key(
                transaction.connection,
                held.kind.name,
                held.concurrency_key or "",
                error_class=failed.error_class,
                error_message=_told(failed),
            )
        if held.kind.on_end is not None:
            await held.kind.on_end(transaction, _ended(held, state, failed))


def _timeout(held: HeldJob) -> Failed:
    left = held.deadline_left()
    if left is not None and left <= 0:
        return Failed(ErrorClass.TIMEOUT, "The job's deadline passed while it ran.")
    return Failed(ErrorClass.TIMEOUT, f"The attempt took longer than {held.kind.timeout_seconds:g} s and was stopped.")


def _ended(held: HeldJob, state: State, failed: Failed | None) -> EndedJob:
    return EndedJob(
        id=held.job.id,
        kind=held.kind.name,
        owner=held.job.owner,
        payload=held.job.payload,
        state=state,
        error_class=failed.error_class if failed else None,
        error_message=_told(failed) if failed else None,
    )


def _told(failed: Failed) -> str:
    """The message as far as PostgreSQL can hold it: peers say anything."""
    return failed.message.encode(errors="replace").decode().replace("\0", "")[:MESSAGE_LIMIT]


def is_cancelled() -> bool:
    """Whether somebody cancelled the task under way, and not only what it awaits."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
