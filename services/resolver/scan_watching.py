"""Use case: telling whoever watches a scan of its changes. Events of its job say when to look, the tables what is."""

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID

from chassis.postgres import Database
from jobs.errors import Leaving
from jobs.events import Events, Watch
from jobs.visibility import visible_owner
from services.resolver import store
from services.resolver.errors import ScanNotFound

if TYPE_CHECKING:
    from chassis.postgres import Connection

# However fast a job gets on, its watchers look no more often.
LOOK_SECONDS = 0.1


class ScanWatching:
    """Watches scans. A part, to stop before the server does, as a stream that waits would hold it up."""

    def __init__(self, *, database: Database, events: Events) -> None:
        self._database = database
        self._events = events
        self._watches: set[Watch] = set()
        self._leaving = False

    async def start(self) -> None:
        """Nothing runs unless somebody watches."""

    async def stop(self) -> None:
        """End every stream with Leaving."""
        self._leaving = True
        for watch in self._watches:
            watch.tell(None)

    async def watch(self, scan_id: str) -> AsyncGenerator[Any, None]:
        """The scan's row as it is now, then whenever it has changed, until it has ended.

        Raises ScanNotFound, and Leaving when the process ends before the scan.
        """
        owner = visible_owner()
        row = await self._read(scan_id, owner)
        with self._watch(row["job_id"]) as watch:
            # What changed before the watch began is seen by looking once more.
            shown, row = None, await self._read(scan_id, owner)
            while True:
                if shown is None or tuple(row) != tuple(shown):
                    yield row
                    shown = row
                if row["state"] != "PENDING":
                    return
                await self._wait(watch)
                row = await self._read(scan_id, owner)

    async def _wait(self, watch: Watch) -> None:
        began = time.monotonic()
        if not self._leaving:
            await watch.wait()
        if self._leaving:
            raise Leaving
        await asyncio.sleep(max(0.0, began + LOOK_SECONDS - time.monotonic()))

    @contextmanager
    def _watch(self, job_id: UUID) -> Iterator[Watch]:
        with self._events.watch([job_id]) as watch:
            self._watches.add(watch)
            try:
                yield watch
            finally:
                self._watches.discard(watch)

    async def _read(self, scan_id: str, owner: str | None) -> store.Row:
        async def read(connection: "Connection") -> store.Row | None:
            return await store.get_scan(connection, scan_id, owner=owner)

        row = await self._database.run(read)
        if row is None:
            raise ScanNotFound(scan_id)
        return row
