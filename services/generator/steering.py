"""Use case: cancelling generations, and making what is missing of one that has ended."""

from collections.abc import Sequence
from uuid import UUID

from atelier.generator.v1 import generation_service_pb2 as pb

from chassis.postgres import Database
from jobs.transactions import Transaction, Transactions
from jobs.visibility import visible_owner
from services.generator import store
from services.generator.errors import GenerationEnded, GenerationNotFound, GenerationRunning, NothingToRetry
from services.generator.generating import GenerationView, enqueue_jobs, read_generation, reserve
from services.generator.plans import reservation_key
from services.generator.variation_names import EXPORT_KIND, VARIATION_KIND


class Steering:
    """Cancels and retries. A caller meets its own generations only, unless it is an operator or service (I10)."""

    def __init__(self, *, database: Database, transactions: Transactions, price: int) -> None:
        """`price`: credits for a variation."""
        self._database = database
        self._transactions = transactions
        self._price = price

    async def cancel(self, generation_id: str) -> GenerationView:
        """The generation: what waited is cancelled and its credits are back, what runs was told to stop.

        Raises GenerationNotFound, and GenerationEnded for one that has ended otherwise.
        """
        wanted, owner = UUID(generation_id), visible_owner()
        view = await read_generation(self._database, wanted, owner)
        if view.row["state"] == "CANCELLED":
            return view
        if view.row["state"] != "RUNNING":
            raise GenerationEnded(generation_id, view.row["state"])

        async def write(transaction: Transaction) -> None:
            await transaction.cancel(await store.list_job_ids(transaction.connection, wanted))

        await self._transactions.transact(write)
        return await read_generation(self._database, wanted, owner)

    async def retry(self, generation_id: str) -> GenerationView:
        """The generation, RUNNING: what failed or was cancelled waits again, with credits set aside anew.

        Raises GenerationNotFound, GenerationRunning, NothingToRetry and CreditsExhausted.
        """
        wanted, owner = UUID(generation_id), visible_owner()

        async def write(transaction: Transaction) -> None:
            row = await store.lock_generation(transaction.connection, wanted, owner=owner)
            if row is None:
                raise GenerationNotFound(generation_id)
            if row["state"] == "RUNNING":
                raise GenerationRunning(generation_id)
            unmade = await store.list_unmade(transaction.connection, wanted)
            if not unmade:
                raise NothingToRetry(generation_id)
            await self._begin_again(transaction, row, unmade)

        await self._transactions.transact(write)
        return await read_generation(self._database, wanted, owner)

    async def _begin_again(self, transaction: Transaction, row: store.Row, unmade: Sequence[store.Row]) -> None:
        images = [one["key"] for one in unmade if one["state"] != "SUCCEEDED"]
        exports = [one["key"] for one in unmade if one["state"] == "SUCCEEDED"]
        round_number = row["round"] + 1
        await self._reopen_variations(transaction, row, images, round_number)
        await self._export_again(transaction, row, exports)
        await store.reopen_generation(
            transaction.connection,
            row["generation_id"],
            round_number=round_number,
            price=self._price,
            exporting=len(exports),
        )
        if images:
            await reserve(transaction, row["generation_id"], row["owner"], images, round_number, self._price)

    async def _reopen_variations(
        self, transaction: Transaction, row: store.Row, keys: Sequence[str], round_number: int
    ) -> None:
        generation_id = row["generation_id"]
        job_ids = await _jobs(transaction, row, keys, VARIATION_KIND)
        reservations = [reservation_key(generation_id, key, round_number) for key in keys]
        await store.reopen_variations(
            transaction.connection, generation_id, keys=keys, job_ids=job_ids, reservations=reservations
        )

    async def _export_again(self, transaction: Transaction, row: store.Row, keys: Sequence[str]) -> None:
        job_ids = await _jobs(transaction, row, keys, EXPORT_KIND)
        await store.assign_exports(transaction.connection, row["generation_id"], keys=keys, job_ids=job_ids)


async def _jobs(transaction: Transaction, row: store.Row, keys: Sequence[str], kind: str) -> list[UUID]:
    lane = pb.CreateGenerationRequest.FromString(row["request"]).lane
    return await enqueue_jobs(transaction, row["generation_id"], row["owner"], keys, kind=kind, lane=lane)
