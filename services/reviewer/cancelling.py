"""Use case: cancelling reviews."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from chassis.postgres import Database
from jobs.transactions import Transaction, Transactions
from jobs.visibility import visible_owner
from services.reviewer import store
from services.reviewer.errors import ReviewEnded
from services.reviewer.reviewing import ReviewView, read_review

if TYPE_CHECKING:
    from chassis.postgres import Connection

# Jobs that a transaction cancels. With more each takes longer, as all change the same rows.
AT_ONCE = 100


class Cancelling:
    """Cancels reviews. A caller meets its own only, unless it is an operator or service (I10)."""

    def __init__(self, *, database: Database, transactions: Transactions) -> None:
        self._database = database
        self._transactions = transactions

    async def cancel(self, review_id: str) -> ReviewView:
        """The review: what waited is cancelled and its budget is back, what runs was told to stop.

        Raises ReviewNotFound, and ReviewEnded for one that has ended otherwise.
        """
        wanted, owner = UUID(review_id), visible_owner()
        view = await read_review(self._database, wanted, owner)
        if view.row["state"] == "CANCELLED":
            return view
        if view.row["state"] != "RUNNING":
            raise ReviewEnded(review_id, view.row["state"])
        jobs = await self._running_jobs(wanted)
        for start in range(0, len(jobs), AT_ONCE):
            await self._cancel(jobs[start : start + AT_ONCE])
        return await read_review(self._database, wanted, owner)

    async def _running_jobs(self, review_id: UUID) -> Sequence[UUID]:
        async def read(connection: "Connection") -> list[UUID]:
            return await store.list_running_job_ids(connection, review_id)

        return await self._database.run(read)

    async def _cancel(self, jobs: Sequence[UUID]) -> None:
        async def write(transaction: Transaction) -> None:
            await transaction.cancel(jobs)

        await self._transactions.transact(write)
