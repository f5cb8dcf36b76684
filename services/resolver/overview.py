"""Use case: what an owner has here, and what is being done for it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from jobs.operating import Operating
from jobs.store import Row as JobRow
from jobs.visibility import one_owner
from services.resolver.collection import Collection, Holdings
from services.resolver.scanning import Scanning
from services.resolver.store import Row

LATEST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Overview:
    """What an owner has, the latest scans, and the jobs that haven't ended."""

    holdings: Holdings
    scans: Sequence[Row]
    running: Sequence[JobRow]


class Overviews:
    """Tells owners what they have. A user meets its own only (I10)."""

    def __init__(self, *, collection: Collection, scanning: Scanning, operating: Operating) -> None:
        self._collection = collection
        self._scanning = scanning
        self._operating = operating

    async def get(self, *, owner: str, latest: int) -> Overview:
        """The overview of an owner, the caller unless told. Raises OwnerNotAllowed."""
        whose = one_owner(owner)
        holdings, scans, running = await asyncio.gather(
            self._collection.get(owner=whose),
            self._scanning.list_scans(owner=whose, size=latest or LATEST_TOLD, token=""),
            self._operating.list_unended(whose),
        )
        return Overview(holdings, scans.rows, running)
