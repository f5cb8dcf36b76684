"""Use case: telling whoever watches activities of their changes. Events say when to look, the tables what is there."""

import time
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from chassis.postgres import Database
from jobs.events import Events
from jobs.streams import Streams
from jobs.visibility import visible_owner
from services.engager import store
from services.engager.browsing import portions
from services.engager.errors import ActivityNotFound
from services.engager.words import UNENDED_STATES

if TYPE_CHECKING:
    from chassis.postgres import Connection

# However fast activities change, a stream looks no more often, and spends about a third of its time on looking.
LOOK_SECONDS = 0.1
REST_FACTOR = 3.0

Unended = Mapping[UUID, store.Row]


class ActivityWatching(Streams):
    """Watches activities."""

    def __init__(self, *, database: Database, events: Events) -> None:
        super().__init__(events)
        self._database = database

    async def watch(self, activity_ids: Sequence[str]) -> AsyncGenerator[Sequence[store.Row], None]:
        """All of them, by due time, then those that have changed, until all have ended.

        Raises ActivityNotFound, and Leaving when the process ends before them.
        """
        wanted, owner = [UUID(one) for one in activity_ids], visible_owner()
        rows = await self._read(wanted, owner)
        _check_all_found(wanted, rows)
        for portion in portions(rows):
            yield portion
        unended = _unended(rows)
        while unended:
            # Resuming an account gives an activity another job.
            jobs = {row["job_id"] for row in unended.values()}
            with self.open_watch(jobs) as watch:
                while True:
                    began = time.monotonic()
                    # Also at first: what changed before the watch began is seen by looking once more.
                    rows = await self._read(unended, owner)
                    for portion in portions([row for row in rows if tuple(row) != tuple(unended[row["activity_id"]])]):
                        yield portion
                    unended = _unended(rows)
                    if not unended or not jobs >= {row["job_id"] for row in unended.values()}:
                        break
                    pause_seconds = max(LOOK_SECONDS, REST_FACTOR * (time.monotonic() - began))
                    await self.wait(watch, not_before=began + pause_seconds)

    async def _read(self, activity_ids: Collection[UUID], owner: str | None) -> store.Rows:
        async def read(connection: "Connection") -> store.Rows:
            return await store.list_activities_by_id(connection, list(activity_ids), owner=owner)

        return await self._database.run(read)


def _check_all_found(wanted: Sequence[UUID], rows: store.Rows) -> None:
    """Raises ActivityNotFound for the first that isn't there."""
    found = {row["activity_id"] for row in rows}
    for activity_id in wanted:
        if activity_id not in found:
            raise ActivityNotFound(str(activity_id))


def _unended(rows: store.Rows) -> Unended:
    return {row["activity_id"]: row for row in rows if row["state"] in UNENDED_STATES}
