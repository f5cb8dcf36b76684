"""Use case: what an owner has here, and what is being done for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chassis.postgres import Database
from jobs.operating import Unended, list_unended
from jobs.visibility import one_owner
from ledger import ledger
from ledger.ledger import Balance
from services.generator import store
from services.generator.crediting import credits_of

if TYPE_CHECKING:
    from chassis.postgres import Connection

LATEST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Overview:
    """Whose it is, the owner's credits, the latest generations, and the jobs that haven't ended."""

    owner: str
    balance: Balance
    generations: Sequence[store.Row]
    unended: Unended


class Overviews:
    """Tells owners what they have. A user meets its own only (I10)."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def get(self, *, owner: str, latest: int) -> Overview:
        """The overview of an owner, the caller unless told. Raises OwnerNotAllowed."""
        whose, limit = one_owner(owner), latest or LATEST_TOLD

        async def read(connection: "Connection") -> Overview:
            return Overview(
                whose,
                await ledger.get_balance(connection, credits_of(whose)),
                await store.list_generations(connection, owner=whose, states=None, after=None, limit=limit),
                await list_unended(connection, whose, latest=limit),
            )

        # One after the other on one connection takes less of the processor than a connection for each.
        return await self._database.run(read)
