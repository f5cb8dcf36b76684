"""Use case: letting held accounts go on."""

from typing import TYPE_CHECKING
from uuid import UUID

from chassis.postgres import Database
from jobs.job import NewJob
from jobs.transactions import Transaction, Transactions
from jobs.visibility import visible_owner
from services.engager import store
from services.engager.errors import AccountNotFound
from services.engager.words import ACTIVITY_KIND

if TYPE_CHECKING:
    from chassis.postgres import Connection


class Resuming:
    """Resumes accounts. A caller meets its own only, unless it is an operator or service (I10)."""

    def __init__(self, *, database: Database, transactions: Transactions, deadline_seconds: float) -> None:
        """`deadline_seconds`: an activity is given up so long after its time, or its account's resumption if later."""
        self._database = database
        self._transactions = transactions
        self._deadline_seconds = deadline_seconds

    async def resume(self, account_id: str) -> tuple[store.Row, int]:
        """The account, not held, and how many activities wait for their time with it. Raises AccountNotFound.

        Lateness counts from the time that each was to be carried out at, so what is late now is up to its policy.
        """
        wanted, owner = UUID(account_id), visible_owner()

        async def write(transaction: Transaction) -> None:
            held = await store.lock_account(transaction.connection, wanted, owner=owner)
            if held is None:
                raise AccountNotFound("account_id", account_id)
            if held:
                await self._resume(transaction, wanted)

        await self._transactions.transact(write)
        return await self._read(wanted)

    async def _resume(self, transaction: Transaction, account_id: UUID) -> None:
        await store.resume_account(transaction.connection, account_id)
        await transaction.release_key(ACTIVITY_KIND, str(account_id))
        held = await store.list_held_activities(
            transaction.connection, account_id, deadline_seconds=self._deadline_seconds
        )
        made = await transaction.enqueue([_job(row, account_id) for row in held])
        activity_ids = [row["activity_id"] for row in held]
        await store.resume_activities(transaction.connection, activity_ids, [job.id for job in made])
        for row in held:
            transaction.note_change(row["job_id"])  # Whoever watches it knows the job of then.

    async def _read(self, account_id: UUID) -> tuple[store.Row, int]:
        async def read(connection: "Connection") -> tuple[store.Row | None, int]:
            return (
                await store.get_account(connection, account_id, owner=None),
                await store.count_waiting(connection, account_id),
            )

        row, waiting = await self._database.run(read)
        assert row is not None, "accounts are never deleted"  # noqa: S101
        return row, waiting


def _job(row: store.Row, account_id: UUID) -> NewJob:
    return NewJob(
        kind=ACTIVITY_KIND,
        owner=row["owner"],
        payload=row["activity_id"].bytes,
        run_at=row["run_at"],
        deadline=row["deadline"],
        concurrency_key=str(account_id),
    )
