"""Use case: what an owner has here, and what is being done for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chassis.postgres import Database
from jobs.operating import Unended, list_unended
from jobs.visibility import one_owner
from services.reviewer import store
from services.reviewer.budget import Budget
from services.reviewer.budgeting import Quota, read_quota

if TYPE_CHECKING:
    from chassis.postgres import Connection

LATEST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Overview:
    """An owner's budgets, the latest reviews, and the jobs that haven't ended."""

    quota: Quota
    reviews: Sequence[store.Row]
    unended: Unended


class Overviews:
    """Tells owners what they have. A user meets its own only (I10)."""

    def __init__(self, *, database: Database, budget: Budget) -> None:
        self._database = database
        self._budget = budget

    async def get(self, *, owner: str, latest: int) -> Overview:
        """The overview of an owner, the caller unless told. Raises OwnerNotAllowed."""
        whose, limit = one_owner(owner), latest or LATEST_TOLD

        async def read(connection: "Connection") -> Overview:
            return Overview(
                await read_quota(connection, self._budget, whose),
                await store.list_reviews(connection, owner=whose, project=None, state=None, after=None, limit=limit),
                await list_unended(connection, whose, latest=limit),
            )

        # One after the other on one connection takes less of the processor than a connection for each.
        return await self._database.run(read)
