"""Use case: what an owner has here, and what is being done for it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from jobs.operating import Operating
from jobs.store import Row as JobRow
from jobs.visibility import one_owner
from services.reviewer.budgeting import Budgeting, Quota
from services.reviewer.reviewing import Reviewing
from services.reviewer.store import Row

LATEST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Overview:
    """An owner's budgets, the latest reviews, and the jobs that haven't ended."""

    quota: Quota
    reviews: Sequence[Row]
    running: Sequence[JobRow]


class Overviews:
    """Tells owners what they have. A user meets its own only (I10)."""

    def __init__(self, *, budgeting: Budgeting, reviewing: Reviewing, operating: Operating) -> None:
        self._budgeting = budgeting
        self._reviewing = reviewing
        self._operating = operating

    async def get(self, *, owner: str, latest: int) -> Overview:
        """The overview of an owner, the caller unless told. Raises OwnerNotAllowed."""
        whose = one_owner(owner)
        quota, reviews, running = await asyncio.gather(
            self._budgeting.quota(whose),
            self._reviewing.list_reviews(project="", state="", owner=whose, size=latest or LATEST_TOLD, token=""),
            self._operating.list_unended(whose),
        )
        return Overview(quota, reviews.rows, running)
