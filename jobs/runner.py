"""Runs one job: its handler within its limits, and then whatever its outcome asks for, fenced by the lease (I3)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import assert_never

import structlog

from chassis.errors import Unavailable
from chassis.postgres import POSTGRES_UNAVAILABLE
from jobs import failures, store
from jobs.finisher import Finisher
from jobs.gate import Gate
from jobs.job import EndedJob, ErrorClass, State
from jobs.keeper import Keeper
from jobs.outcomes import Done, Effect, Failed, Outcome
from jobs.points import reached
from jobs.running import Handler, HeldJob, Stop
from jobs.tally import Tally
from jobs.timer import Timer
from jobs.transactions import Transaction, Transactions

# A job that lost its worker so often runs alone the next time; see README.md, "Poison".
SUSPECT_LOSSES = 2
COMMIT_AGAIN_SECONDS = 0.5
MESSAGE_LIMIT = 1_000


class LeaseLost(Exception):
    """Somebody else holds the job, or nobody: what was done here must not be written."""


class CancelledMeanwhile(Exception):
    """Somebody cancelled the job while its attempt failed: there must be no other."""


class Runner:
    """Knows how attempts begin and end; who claims them is the consumers' business."""

    def __init__(
        self,
        *,
        handlers: Mapping[str, Handler],
        transactions: Transactions,
        finisher: Finisher,
        keeper: Keeper,
        timer: Timer,
        gate: Gate,
        tally: Tally,
        log: structlog.stdlib.BoundLogger,
    ) -> None:
        self._handlers = handlers
        self._transactions = transactions
        self._finisher = finisher
        self._keeper = keeper
        self._timer = timer
        self._gate = gate
        self._tally = tally
        self._log = log

    async def run(self, held: HeldJob) -> None:
        """Carry out one attempt to its end, whatever it is."""
        try:
            if held.losses >= SUSPECT_LOSSES:
                await self._run_alone(held)
            else:
                outcome = await self._attempt(held)
                reached("run.ended")
                if isinstance(outcome, Done) and outcome.effect is None:
                    self._finisher.add(held)
                    return
                await self._end(held, outcome)
        except LeaseLost:
            self._log.warning("lease lost before the end", job=str(held.job.id), kind=held.kind.name)
            self._tally.lease_lost(held.kind.name)
        except asyncio.CancelledError:
            if held.stop is Stop.RELEASED:
                return  # The worker gives it back.
            self._log.warning("job cancelled at its end", job=str(held.job.id), kind=held.kind.name)
        except Exception:  # noqa: BLE001 - one job's trouble must not become its worker's
            # Its lease runs out, and it is done again.
            self._log.exception("job could not be ended", job=str(held.job.id), kind=held.kind.name)
        self._keeper.forget(held)

    async def _run_alone(self, held: HeldJob) -> None:
        """A suspect stays alone until its end is written, or whoever comes next could still take it down."""
        async with AsyncExitStack() as company:
            outcome = await self._attempt(held, company)
            reached("run.ended")
            await self._end(held, outcome)

    async def _attempt(self, held: HeldJob, company: AsyncExitStack | None = None) -> Outcome | Stop:
        if held.cancel_requested:
            return Stop.CANCELLED
        try:
            return await self._pass_and_call(held, company)
        except asyncio.CancelledError:
            if held.stop is None:
                raise
            return held.stop

    async def _pass_and_call(self, held: HeldJob, company: AsyncExitStack | None) -> Outcome | Stop:
        if company is not None:
            await company.enter_async_context(self._gate.alone())
            await self._mark_alone(held)
            return await self._call(held)
        if self._gate.is_open:
            self._gate.enter()
        else:
            await self._gate.wait()
        try:
            return await self._call(held)
        finally:
            self._gate.leave()

    async def _mark_alone(self, held: HeldJob) -> None:
        """Tell the reaper that from now on a lost worker is this job's doing; those that wait at the gate aren't."""

        async def work(transaction: Transaction) -> None:
            if not await store.mark_alone(transaction.connection, held.job.id, held.token):
                raise LeaseLost

        await self._commit(work)
        reached("run.alone")

    async def _call(self, held: HeldJob) -> Outcome | Stop:
        """The handler's outcome, or why it was stopped."""
        loop = asyncio.get_running_loop()
        left = held.deadline_left()
        limit_seconds = held.kind.timeout_seconds if left is None else min(left, held.kind.timeout_seconds)
        alarm = loop.call_later(limit_seconds, held.end, Stop.TIMEOUT)
        began = loop.time()
        reached("run.started")
        try:
            outcome = _checked(await self._handlers[held.kind.name](held.job))
            if held.stop is not None:
                await asyncio.sleep(0)  # Told to stop in its very last step: meet the cancellation here.
        except asyncio.CancelledError as error:
            if held.stop is not None or _is_cancelled():
                raise
            return self._judge(held, error)  # Something that it awaited was cancelled, and not the job.
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is a failure of its job
            return held.stop or self._judge(held, error)
        else:
            return outcome
        finally:
            held.ending = True
            alarm.cancel()
            self._tally.run.record(held.kind.name, loop.time() - began)

    def _judge(self, held: HeldJob, error: BaseException) -> Failed:
        failed = failures.failure_of(error)
        if failed is not None:
            return failed
        self._log.error(
            "handler failed", job=str(held.job.id), kind=held.kind.name, attempt=held.job.attempt, exc_info=error
        )
        name = type(error).__name__
        return Failed(ErrorClass.UNKNOWN, f"Something unexpected happened ({name}); the job's id finds it in the log.")

    async def _end(self, held: HeldJob, outcome: Outcome | Stop) -> None:
        match outcome:
            case Done():
                await self._succeed(held, outcome)
            case Failed():
                await self._fail(held, outcome)
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

    async def _succeed(self, held: HeldJob, done: Done) -> None:
        """Write the effect; one that can't be written is a failure like the handler's own."""
        try:
            await self._finish(held, State.SUCCEEDED, effect=done.effect)
        except LeaseLost:
            raise
        except asyncio.CancelledError as error:
            if _is_cancelled():
                raise
            await self._fail(held, self._judge(held, error))
        except Exception as error:  # noqa: BLE001 - the effect is the handler's code
            await self._fail(held, self._judge(held, error))

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
            try:
                await self._reschedule(held, failed, delay_seconds, counts=counts)
            except CancelledMeanwhile:
                await self._finish(held, State.CANCELLED)

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
            if state is not State.SUCCEEDED:
                await self._tell_hook(transaction, held, state, failed)
            if effect is not None:
                await effect(transaction)
            transaction.note_change(held.job.id)
            reached("finish.written")

        await self._commit(work)
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

    async def _reschedule(self, held: HeldJob, failed: Failed, delay_seconds: float, *, counts: bool) -> None:
        async def work(transaction: Transaction) -> None:
            cancelled = await store.reschedule_job(
                transaction.connection,
                held.job.id,
                held.token,
                delay_seconds=delay_seconds,
                error_class=failed.error_class,
                error_message=_told(failed),
                counts=counts,
            )
            if cancelled is None:
                raise LeaseLost
            if cancelled:
                raise CancelledMeanwhile
            transaction.note_change(held.job.id)
            reached("retry.written")

        await self._commit(work)
        self._tally.outcome(held.kind.name, State.SCHEDULED, failed.error_class)
        self._timer.expect(delay_seconds)

    async def _commit(self, work: Callable[[Transaction], Awaitable[None]]) -> None:
        """Commit, as often as it takes while PostgreSQL is away: the handler's work is done and may have cost money."""
        while True:
            try:
                await self._transactions.transact(work)
            except Unavailable as error:
                if error.reason != POSTGRES_UNAVAILABLE:
                    raise
                await asyncio.sleep(COMMIT_AGAIN_SECONDS)
            else:
                return


def _checked(outcome: Outcome) -> Outcome:
    """Raises TypeError for what isn't one: a handler needn't be typed."""
    if not isinstance(outcome, Done | Failed):
        raise TypeError(f"a handler returned {type(outcome).__name__} and no outcome")
    return outcome


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


def _is_cancelled() -> bool:
    """Whether somebody cancelled the task under way, and not only what it awaits."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
