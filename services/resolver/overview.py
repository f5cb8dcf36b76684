"""Use case: what an owner has here, and what is being done for it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chassis.postgres import Database
from jobs.operating import Unended, list_unended
from jobs.visibility import one_owner
from services.resolver import store
from services.resolver.collection import Collection, Holdings

if TYPE_CHECKING:
    from chassis.postgres import Connection

LATEST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Overview:
    """What an owner has, the latest scans, and the jobs that haven't ended."""

    holdings: Holdings
    scans: Sequence[store.Row]
    unended: Unended


class Overviews:
    """Tells owners what they have. A user meets its own only (I10)."""

    def __init__(self, *, database: Database, collection: Collection) -> None:
        self._database = database
        self._collection = collection

    async def get(self, *, owner: str, latest: int) -> Overview:
        """The overview of an owner, the caller unless told. Raises OwnerNotAllowed."""
        whose, limit = one_owner(owner), latest or LATEST_TOLD

        async def read(connection: "Connection") -> tuple[store.Rows, Unended]:
            scans = await store.list_scans(connection, owner=whose, after=None, limit=limit)
            return scans, await list_unended(connection, whose, latest=limit)

        # The collection takes longer than both small statements, which share a connection beside it: that takes less of
        # the processor than a connection for each.
        holdings, (scans, unended) = await asyncio.gather(self._collection.get(owner=whose), self._database.run(read))
        return Overview(holdings, scans, unended)
