"""Use case: cancelling activities."""

from uuid import UUID

from chassis.postgres import Database
from jobs.transactions import Transaction, Transactions
from jobs.visibility import visible_owner
from services.engager import store
from services.engager.browsing import read_activity
from services.engager.errors import ActivityEnded
from services.engager.words import UNENDED_STATES, State


class Cancelling:
    """Cancels activities. A caller meets its own only, unless it is an operator or service (I10)."""

    def __init__(self, *, database: Database, transactions: Transactions) -> None:
        self._database = database
        self._transactions = transactions

    async def cancel(self, activity_id: str) -> store.Row:
        """The activity: one that waited is cancelled, one that is carried out was told to stop.

        Raises ActivityNotFound, and ActivityEnded for one that has ended otherwise.
        """
        wanted, owner = UUID(activity_id), visible_owner()
        row = await read_activity(self._database, wanted, owner)
        while row["state"] != State.CANCELLED:
            if row["state"] not in UNENDED_STATES:
                raise ActivityEnded(activity_id, row["state"])
            await self._cancel(wanted, row["job_id"])
            job_id, row = row["job_id"], await read_activity(self._database, wanted, owner)
            if row["job_id"] == job_id or row["state"] == State.RUNNING:
                break  # Else somebody has just resumed its account.
        return row

    async def _cancel(self, activity_id: UUID, job_id: UUID) -> None:
        async def write(transaction: Transaction) -> None:
            await transaction.cancel([job_id])
            await store.cancel_held_activity(transaction.connection, activity_id)
            transaction.note_change(job_id)

        await self._transactions.transact(write)
