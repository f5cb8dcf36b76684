"""Takes jobs from workers that are lost, and gives up those whose deadline has passed.

A worker is lost when its lease has run out, and only then: no timer counts how long a job runs. A live worker that
PostgreSQL's absence kept from renewing gets the time to do so before anything is taken from it.
"""

import asyncio
from collections.abc import Mapping
from uuid import UUID

import structlog

from chassis.postgres import CONFLICTS
from jobs import store
from jobs.job import EndedJob, ErrorClass, State
from jobs.kinds import Kind
from jobs.loops import Loop
from jobs.points import reached
from jobs.tally import Tally
from jobs.transactions import Transaction, Transactions

BATCH = 100
LOOK_AGAIN_SECONDS = 5.0
LOST = "The worker that ran it was lost."
LOST_ALONE = "It lost its worker each time it ran, the last time with nothing beside it."
OVERDUE = "Its deadline passed before it was done."


class Reaper:
    """Sleeps until the next lease or deadline can run out."""

    def __init__(
        self,
        *,
        transactions: Transactions,
        kinds: Mapping[str, Kind],
        lease_seconds: float,
        tally: Tally,
        log: structlog.stdlib.BoundLogger,
    ) -> None:
        self._transactions = transactions
        self._kinds = kinds
        self._lease_seconds = lease_seconds
        self._tally = tally
        self._log = log
        self._next_seconds = self._patience_seconds
        self._unended = 0
        self._loop = Loop("reaper", self._look, log=log)

    async def start(self) -> None:
        """Begin, after a time in which every live worker renews its leases."""
        await self._loop.start()

    async def stop(self) -> None:
        """End."""
        await self._loop.stop()

    async def _look(self) -> None:
        seconds, self._next_seconds = self._next_seconds, self._patience_seconds
        await asyncio.sleep(seconds)
        # Where this fails, whoever couldn't renew either is able to before its jobs are taken for lost.
        self._next_seconds = await self._reap()

    @property
    def _patience_seconds(self) -> float:
        """Longer than any live worker waits between two attempts to renew."""
        return self._lease_seconds / 3 + 1.0

    async def _reap(self) -> float:
        """Settle what has run out; in how many seconds to look again. No lease taken after now ends sooner."""

        async def work(transaction: Transaction) -> tuple[int, float | None]:
            self._unended = 0
            lost = await store.lock_lost_jobs(transaction.connection, limit=BATCH)
            overdue = await store.lock_overdue_jobs(transaction.connection, limit=BATCH)
            await self._settle_lost(transaction, lost)
            for row in overdue:
                message = f"{OVERDUE} Before that: {row['error_message']}" if row["error_message"] else OVERDUE
                await self._end(transaction, row, State.FAILED, ErrorClass.TIMEOUT, message)
            reached("reaper.settled")
            return max(len(lost), len(overdue)), await store.get_next_expiry(transaction.connection)

        settled, seconds = await self._transactions.transact(work)
        if settled == BATCH and not self._unended:
            return 0.0
        longest = min(LOOK_AGAIN_SECONDS, self._lease_seconds)
        return longest if seconds is None or self._unended else min(longest, max(0.02, seconds))

    async def _settle_lost(self, transaction: Transaction, lost: store.Rows) -> None:
        rescued: list[UUID] = []
        for row in lost:
            if row["cancel_requested"]:
                await self._end(transaction, row, State.CANCELLED, None, None)
            elif row["alone"]:
                await self._end(transaction, row, State.FAILED, ErrorClass.UNKNOWN, LOST_ALONE)
            else:
                rescued.append(row["id"])
                transaction.ring(row["kind"])
                transaction.note_change(row["id"])
            self._tally.rescue(row["kind"])
            self._log.warning("job taken from a lost worker", job=str(row["id"]), kind=row["kind"])
        if rescued:
            await store.rescue_jobs(transaction.connection, rescued, LOST)

    async def _end(
        self, transaction: Transaction, row: store.Row, state: State, error: ErrorClass | None, message: str | None
    ) -> None:
        """End a locked job. One whose hook fails stays as it is, and keeps no other from its end."""
        try:
            async with transaction.connection.transaction():
                await store.settle_job(
                    transaction.connection, row["id"], state, error_class=error, error_message=message
                )
                await self._tell_hook(transaction, row, state, error, message)
        except CONFLICTS:
            raise
        except Exception:  # noqa: BLE001 - the hook is its kind's code
            self._unended += 1
            self._log.exception("job could not be ended", job=str(row["id"]), kind=row["kind"])
            return
        transaction.ring(row["kind"])  # Its key, if it has one, has room for the next.
        transaction.note_change(row["id"])
        self._tally.outcome(row["kind"], state, error or "")

    async def _tell_hook(
        self, transaction: Transaction, row: store.Row, state: State, error: ErrorClass | None, message: str | None
    ) -> None:
        kind = self._kinds.get(row["kind"])
        if kind is not None and kind.on_end is not None:
            ended = EndedJob(
                id=row["id"],
                kind=row["kind"],
                owner=row["owner"],
                payload=row["payload"],
                state=state,
                error_class=error,
                error_message=message,
            )
            await kind.on_end(transaction, ended)
