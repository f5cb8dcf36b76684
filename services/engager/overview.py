"""Use case: what is being done for an owner here."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from jobs.operating import Operating
from jobs.store import Row as JobRow
from jobs.visibility import one_owner
from services.engager.browsing import Browsing
from services.engager.store import Row
from services.engager.words import UNENDED_STATES

LATEST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Overview:
    """The next activities by due time that haven't ended, and the jobs that haven't."""

    activities: Sequence[Row]
    running: Sequence[JobRow]


class Overviews:
    """Tells owners what is being done for them. A user meets its own only (I10)."""

    def __init__(self, *, browsing: Browsing, operating: Operating) -> None:
        self._browsing = browsing
        self._operating = operating

    async def get(self, *, owner: str, latest: int) -> Overview:
        """The overview of an owner, the caller unless told. Raises OwnerNotAllowed."""
        whose, states = one_owner(owner), sorted(UNENDED_STATES)
        activities, running = await asyncio.gather(
            self._browsing.list_activities(
                pod_id="", account_id="", states=states, owner=whose, size=latest or LATEST_TOLD, token=""
            ),
            self._operating.list_unended(whose),
        )
        return Overview(activities.rows, running)
