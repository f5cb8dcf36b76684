"""Use case: looking at budgets, and giving plans. What is spent is spent by reviews."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chassis.postgres import Database
from jobs.visibility import one_owner
from services.reviewer import store
from services.reviewer.budget import Budget, Spent, Terms

if TYPE_CHECKING:
    from chassis.postgres import Connection


@dataclass(frozen=True, slots=True)
class Quota:
    """An owner's terms, and what is used and set aside under them."""

    terms: Terms
    tokens: Spent
    requests: Spent


class Budgeting:
    """Quotas. A user meets its own only (I10)."""

    def __init__(self, *, database: Database, budget: Budget) -> None:
        self._database = database
        self._budget = budget

    async def quota(self, owner: str) -> Quota:
        """What an owner, who is the caller unless named, may use and has used. Raises OwnerNotAllowed."""
        seen_owner = one_owner(owner)

        async def read(connection: "Connection") -> Quota:
            return await read_quota(connection, self._budget, seen_owner)

        # No transaction is needed for one time of it all: the accounts are those of the month that was read first.
        return await self._database.run(read)

    async def set_plan(self, *, owner: str, plan: str) -> Quota:
        """The quota of an owner who now has this plan, such as `PRO`."""

        async def write(connection: "Connection") -> Quota:
            await store.set_plan(connection, owner, plan)
            return await read_quota(connection, self._budget, owner)

        return await self._database.transact(write)


async def read_quota(connection: "Connection", budget: Budget, owner: str) -> Quota:
    """What an owner, whom the caller may see, may use and has used."""
    terms = await budget.terms(connection, owner)
    return Quota(terms, *await budget.spent(connection, terms))
