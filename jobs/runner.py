"""Runs one job: its handler within its limits, to one of the ends of `ending.py`."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack

import structlog

from jobs import store
from jobs.alarm import Alarm
from jobs.ending import Ending, LeaseLost, is_cancelled
from jobs.finisher import Finisher
from jobs.gate import Gate
from jobs.keeper import Keeper
from jobs.outcomes import Done, Outcome
from jobs.points import reached
from jobs.running import Handler, HeldJob, Stop
from jobs.tally import Tally
from jobs.timer import Timer
from jobs.transactions import Transaction, Transactions

# A job that lost its worker so often runs alone the next time; see README.md, "Poison".
SUSPECT_LOSSES = 2


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
        self._ending = Ending(transactions=transactions, timer=timer, tally=tally, log=log)
        self._alarm = Alarm(keeper)
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
                await self._ending.end(held, outcome)
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
            await self._ending.end(held, outcome)

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

        await self._transactions.insist(work)
        reached("run.alone")

    async def _call(self, held: HeldJob) -> Outcome | Stop:
        """The handler's outcome, or why it was stopped."""
        left = held.deadline_left()
        self._alarm.set(held, held.kind.timeout_seconds if left is None else min(left, held.kind.timeout_seconds))
        began = time.monotonic()
        reached("run.started")
        try:
            outcome = _checked(await self._handlers[held.kind.name](held.job))
            if held.stop is not None:
                await asyncio.sleep(0)  # Told to stop in its very last step: meet the cancellation here.
        except asyncio.CancelledError as error:
            if held.stop is not None or is_cancelled():
                raise
            return self._ending.judge(held, error)  # Something that it awaited was cancelled, and not the job.
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is a failure of its job
            return held.stop or self._ending.judge(held, error)
        else:
            return outcome
        finally:
            held.ending = True
            self._tally.run.record(held.kind.name, time.monotonic() - began)


def _checked(outcome: Outcome) -> Outcome:
    """Raises TypeError for what isn't one: a handler needn't be typed."""
    if not isinstance(outcome, Outcome):
        raise TypeError(f"a handler returned {type(outcome).__name__} and no outcome")
    return outcome
