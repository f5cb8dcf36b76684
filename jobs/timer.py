"""Queues jobs whose time has come: woken at the time of the next one, not by polling."""

import asyncio
import math
from collections import Counter

import structlog

from jobs import store
from jobs.loops import Loop
from jobs.points import reached
from jobs.transactions import Transaction, Transactions

BATCH = 1_000
# Jobs may have been scheduled by a process whose ring was lost.
LOOK_AGAIN_SECONDS = 5.0
LOCKED_SECONDS = 0.002


class Timer:
    """Sleeps until the next SCHEDULED job of the schema is due, of whatever kind, and lets its workers know."""

    def __init__(self, *, transactions: Transactions, log: structlog.stdlib.BoundLogger) -> None:
        self._transactions = transactions
        self._loop = Loop("timer", self._queue_due, log=log)
        self._due_at = math.inf
        self._sooner = asyncio.Event()

    async def start(self) -> None:
        """Begin."""
        await self._loop.start()

    async def stop(self) -> None:
        """End."""
        await self._loop.stop()

    def expect(self, seconds: float) -> None:
        """A job is due in so many seconds."""
        due_at = asyncio.get_running_loop().time() + seconds
        if due_at < self._due_at:
            self._due_at = due_at
            self._sooner.set()

    async def _queue_due(self) -> None:
        self._due_at = asyncio.get_running_loop().time() + LOOK_AGAIN_SECONDS
        # What is due but locked is being queued by another process: leave it a moment.
        self.expect(max(LOCKED_SECONDS, await self._promote()))
        await self._sleep()

    async def _sleep(self) -> None:
        """Until `_due_at`, which may come nearer meanwhile."""
        loop = asyncio.get_running_loop()
        while (seconds := self._due_at - loop.time()) > 0:
            self._sooner.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._sooner.wait()
            except TimeoutError:
                return

    async def _promote(self) -> float:
        """Queue what is due, by the database's clock; in how many seconds the next is."""

        async def work(transaction: Transaction) -> float | None:
            queued = await store.promote_jobs(transaction.connection, limit=BATCH)
            reached("timer.queued")
            for kind, count in Counter(row["kind"] for row in queued).items():
                transaction.ring(kind, count=count)
            for row in queued:
                transaction.note_change(row["id"])
            return 0.0 if len(queued) == BATCH else await store.get_next_due(transaction.connection)

        seconds = await self._transactions.transact(work)
        return LOOK_AGAIN_SECONDS if seconds is None else seconds
