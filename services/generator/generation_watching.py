"""Use case: telling whoever watches a generation of its changes. Events say when to look, the tables what is there."""

import asyncio
import time
from collections.abc import AsyncGenerator, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from chassis.postgres import Database
from jobs.errors import Leaving
from jobs.events import Events, Watch
from jobs.visibility import visible_owner
from services.generator.generating import GenerationView, read_generation

# However fast images are made, a stream looks no more often than this, and spends about a third of its time on looking.
LOOK_SECONDS = 0.1
REST_FACTOR = 3.0

Shown = dict[str, tuple[Any, ...]]


class GenerationWatching:
    """Watches generations. A part, to stop before the server does, as a stream that waits would hold it up."""

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

    async def watch(self, generation_id: str) -> AsyncGenerator[GenerationView, None]:
        """The generation with the variations that have ended, then with those that have changed since, to its end.

        Raises GenerationNotFound, and Leaving when the process ends before the generation.
        """
        wanted, owner = UUID(generation_id), visible_owner()
        view = await read_generation(self._database, wanted, owner)
        with self._watch([row["job_id"] for row in view.variations]) as watch:
            told, shown = None, Shown()
            while True:
                began = time.monotonic()
                # Also at first: what changed before the watch began is seen by looking once more.
                view = await read_generation(self._database, wanted, owner)
                changed = _changed(view, shown)
                if told is None or changed or tuple(view.row) != told:
                    yield GenerationView(view.row, changed, view.exports)
                    told = tuple(view.row)
                if view.row["state"] != "RUNNING":
                    return
                await self._wait(watch, began)

    async def _wait(self, watch: Watch, began: float) -> None:
        looked_seconds = time.monotonic() - began
        if not self._leaving:
            await watch.wait()
        if self._leaving:
            raise Leaving
        pause_seconds = max(LOOK_SECONDS, REST_FACTOR * looked_seconds)
        await asyncio.sleep(max(0.0, began + pause_seconds - time.monotonic()))

    @contextmanager
    def _watch(self, job_ids: Collection[UUID]) -> Iterator[Watch]:
        with self._events.watch(job_ids) as watch:
            self._watches.add(watch)
            try:
                yield watch
            finally:
                self._watches.discard(watch)


def _changed(view: GenerationView, shown: Shown) -> Sequence[Any]:
    """The variations that have ended and differ, with their exports, from how they were shown; they count as shown."""
    exports: dict[str, list[tuple[Any, ...]]] = {}
    for row in view.exports:
        exports.setdefault(row["key"], []).append(tuple(row))
    changed = []
    for row in view.variations:
        looks = (*row, *exports.get(row["key"], ()))
        if row["state"] != "PENDING" and shown.get(row["key"]) != looks:
            changed.append(row)
            shown[row["key"]] = looks
    return changed
