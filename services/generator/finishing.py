"""The end of variations that were made: rows, exports, progress and money, in the transaction that ends their jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from jobs.points import reached
from jobs.transactions import Transaction
from ledger import ledger
from services.generator import store
from services.generator.crediting import UNIT, credits_of
from services.generator.exporting import Exported, export_columns
from services.generator.making import Made
from services.generator.variation_names import VariationName


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedVariation:
    """What came of a variation. `row` is that of get_variations it was made by."""

    name: VariationName
    job_id: UUID
    row: store.Row
    made: Made
    exported: Sequence[Exported]
    identity: bytes

    @property
    def cost(self) -> int:
        """Credits: all that were set aside, or none."""
        return 0 if self.made.reused else self.row["price"]

    @property
    def values(self) -> tuple[Any, ...]:
        """As `finish_variations.sql` has them."""
        return (self.name.generation_id, self.name.key, self.job_id, *self.made.columns(), self.identity, self.cost)


async def finish_variations(transaction: Transaction, finished: Sequence[FinishedVariation]) -> None:
    """Write those that are still their jobs'. Everybody locks generations before accounts."""
    connection = transaction.connection
    columns = list(zip(*(one.values for one in finished), strict=True))
    written = {(row["generation_id"], row["key"]) for row in await store.finish_variations(connection, columns)}
    ours = [one for one in finished if (one.name.generation_id, one.name.key) in written]
    for one in ours:
        if one.exported:
            await store.write_exports(connection, one.name.generation_id, one.name.key, export_columns(one.exported))
    reached("variation.written")
    await _settle(transaction, ours)


async def _settle(transaction: Transaction, finished: Sequence[FinishedVariation]) -> None:
    paid = [(one.row["owner"], one.row["reservation"]) for one in finished if one.cost]
    if paid:
        await ledger.settle_in_full(transaction.connection, UNIT, paid)
    # Whose balance moves, in one order, so that none waits for another in a ring.
    for one in sorted((one for one in finished if not one.cost), key=lambda one: str(one.row["owner"])):
        await ledger.settle(transaction.connection, credits_of(one.row["owner"]), one.row["reservation"], 0)
