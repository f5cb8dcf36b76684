"""Use case: telling whoever watches a generation of its changes. Events say when to look, the tables what is there."""

import time
from collections.abc import AsyncGenerator, Sequence
from typing import Any
from uuid import UUID

from chassis.postgres import Database
from jobs.events import Events
from jobs.streams import Streams
from jobs.visibility import visible_owner
from services.generator.generating import GenerationView, read_generation

# However fast images are made, a stream looks no more often than this, and spends about a third of its time on looking.
LOOK_SECONDS = 0.1
REST_FACTOR = 3.0

Shown = dict[str, tuple[Any, ...]]


class GenerationWatching(Streams):
    """Watches generations."""

    def __init__(self, *, database: Database, events: Events) -> None:
        super().__init__(events)
        self._database = database

    async def watch(self, generation_id: str) -> AsyncGenerator[GenerationView, None]:
        """The generation with the variations that have ended, then with those that have changed since, to its end.

        Raises GenerationNotFound, and Leaving when the process ends before the generation.
        """
        wanted, owner = UUID(generation_id), visible_owner()
        view = await read_generation(self._database, wanted, owner)
        with self.open_watch([row["job_id"] for row in view.variations]) as watch:
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
                pause_seconds = max(LOOK_SECONDS, REST_FACTOR * (time.monotonic() - began))
                await self.wait(watch, not_before=began + pause_seconds)


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
