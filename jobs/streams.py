"""Streams that tell of changes of jobs: whoever waits for the next one, until the process leaves."""

import asyncio
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from uuid import UUID

from jobs.errors import Leaving
from jobs.events import Events, Watch


class Streams:
    """The streams of one use case. A part, to stop before the server does, as a stream that waits would hold it up."""

    def __init__(self, events: Events) -> None:
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

    @contextmanager
    def open_watch(self, ids: Collection[UUID] | None) -> Iterator[Watch]:
        """Wait for changes of these jobs, or of any, for the block's time. Raises Leaving."""
        if self._leaving:
            raise Leaving
        with self._events.watch(ids) as watch:
            self._watches.add(watch)
            try:
                yield watch
            finally:
                self._watches.discard(watch)

    async def wait(self, watch: Watch, *, not_before: float) -> None:
        """Return when it is time to look again, by `time.monotonic()` not before. Raises Leaving."""
        if not self._leaving:  # It may leave while somebody looks, who would wait in vain then.
            await watch.wait()
        if self._leaving:
            raise Leaving
        await asyncio.sleep(max(0.0, not_before - time.monotonic()))
