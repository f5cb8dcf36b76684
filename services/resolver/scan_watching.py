"""Use case: telling whoever watches a scan of its changes. Events of its job say when to look, the tables what is."""

import time
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any

from chassis.postgres import Database
from jobs.events import Events
from jobs.streams import Streams
from jobs.visibility import visible_owner
from services.resolver import store
from services.resolver.errors import ScanNotFound

if TYPE_CHECKING:
    from chassis.postgres import Connection

# However fast a job gets on, its watchers look no more often.
LOOK_SECONDS = 0.1


class ScanWatching(Streams):
    """Watches scans."""

    def __init__(self, *, database: Database, events: Events) -> None:
        super().__init__(events)
        self._database = database

    async def watch(self, scan_id: str) -> AsyncGenerator[Any, None]:
        """The scan's row as it is now, then whenever it has changed, until it has ended.

        Raises ScanNotFound, and Leaving when the process ends before the scan.
        """
        owner = visible_owner()
        row = await self._read(scan_id, owner)
        with self.open_watch([row["job_id"]]) as watch:
            # What changed before the watch began is seen by looking once more.
            shown, row = None, await self._read(scan_id, owner)
            while True:
                if shown is None or tuple(row) != tuple(shown):
                    yield row
                    shown = row
                if row["state"] != "PENDING":
                    return
                await self.wait(watch, not_before=time.monotonic() + LOOK_SECONDS)
                row = await self._read(scan_id, owner)

    async def _read(self, scan_id: str, owner: str | None) -> store.Row:
        async def read(connection: "Connection") -> store.Row | None:
            return await store.get_scan(connection, scan_id, owner=owner)

        row = await self._database.run(read)
        if row is None:
            raise ScanNotFound(scan_id)
        return row
