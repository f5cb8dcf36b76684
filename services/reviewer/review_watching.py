"""Use case: telling whoever watches a review of its changes. Events say when to look, the tables what is there."""

import time
from collections.abc import AsyncGenerator, Collection
from typing import TYPE_CHECKING
from uuid import UUID

from chassis.postgres import Database
from jobs.events import Events
from jobs.streams import Streams
from jobs.visibility import visible_owner
from services.reviewer import store
from services.reviewer.errors import ReviewNotFound
from services.reviewer.reviewing import ReviewView, read_parts

if TYPE_CHECKING:
    from chassis.postgres import Connection

# However fast files end, a stream looks no more often than this, and spends about a third of its time on looking.
LOOK_SECONDS = 0.1
REST_FACTOR = 3.0
PARTS_AT_ONCE = 1_000


class ReviewWatching(Streams):
    """Watches reviews."""

    def __init__(self, *, database: Database, events: Events) -> None:
        super().__init__(events)
        self._database = database

    async def watch(self, review_id: str) -> AsyncGenerator[ReviewView, None]:
        """The review with the parts that have ended, then with those that have ended since, to its end.

        A view holds about MOST_BYTES of parts at most; more follow at once. Raises ReviewNotFound, and Leaving when the
        process ends before the review.
        """
        wanted, owner = UUID(review_id), visible_owner()
        job_ids = await self._running_job_ids(wanted)
        with self.open_watch(job_ids) as watch:
            told, shown = None, set[int]()
            while True:
                began = time.monotonic()
                # Also at first: what changed before the watch began is seen by looking once more.
                view = await self._look(wanted, owner, shown)
                if told is None or view.parts or tuple(view.row) != told:
                    yield view
                    told = tuple(view.row)
                    shown.update(part["number"] for part in view.parts)
                if len(shown) < _ended(view.row):
                    continue
                if view.row["state"] != "RUNNING":
                    return
                pause_seconds = max(LOOK_SECONDS, REST_FACTOR * (time.monotonic() - began))
                await self.wait(watch, not_before=began + pause_seconds)

    async def _running_job_ids(self, review_id: UUID) -> list[UUID]:
        async def read(connection: "Connection") -> list[UUID]:
            return await store.list_running_job_ids(connection, review_id)

        return await self._database.run(read)

    async def _look(self, review_id: UUID, owner: str | None, shown: Collection[int]) -> ReviewView:
        """The review with parts that have ended and aren't among `shown`.

        All that it says to have ended is there to be found, as the parts are read after it.
        """

        async def read(connection: "Connection") -> ReviewView:
            row = await store.get_review(connection, review_id, owner=owner)
            if row is None:
                raise ReviewNotFound(str(review_id))
            if _ended(row) <= len(shown):
                return ReviewView(row, [], [])
            numbers = await store.list_ended_numbers(connection, review_id)
            return await read_parts(connection, row, [one for one in numbers if one not in shown][:PARTS_AT_ONCE])

        return await self._database.run(read)


def _ended(row: store.Row) -> int:
    """How many parts have ended, by the review's own count."""
    return int(row["succeeded"] + row["failed"] + row["cancelled"])
