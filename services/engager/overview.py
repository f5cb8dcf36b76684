"""Use case: what is being done for an owner here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chassis.postgres import Database
from jobs.operating import Unended, list_unended
from jobs.visibility import one_owner
from services.engager import store
from services.engager.browsing import portions
from services.engager.words import UNENDED_STATES

if TYPE_CHECKING:
    from chassis.postgres import Connection

LATEST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Overview:
    """The next activities by due time that haven't ended, and the jobs that haven't."""

    activities: Sequence[store.Row]
    unended: Unended


class Overviews:
    """Tells owners what is being done for them. A user meets its own only (I10)."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def get(self, *, owner: str, latest: int) -> Overview:
        """The overview of an owner, the caller unless told; of large activities fewer. Raises OwnerNotAllowed."""
        whose, states, limit = one_owner(owner), sorted(UNENDED_STATES), latest or LATEST_TOLD

        async def read(connection: "Connection") -> Overview:
            activities = await store.list_activities(
                connection, owner=whose, pod_id=None, account_id=None, states=states, after=None, limit=limit
            )
            return Overview(next(portions(activities), []), await list_unended(connection, whose, latest=limit))

        # One after the other on one connection takes less of the processor than a connection for each.
        return await self._database.run(read)
