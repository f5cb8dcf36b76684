"""Use case: telling whoever watches jobs of their changes. Events say when to look, PostgreSQL what is there."""

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import contextmanager

from chassis.postgres import Database
from jobs import store
from jobs.errors import Leaving
from jobs.events import Events, Watch
from jobs.kinds import Kind
from jobs.names import Names
from jobs.views import AllJobs, NamedJobs
from jobs.visibility import visible_owner

JOBS_TOLD_AT_ONCE = 1_000
# A stream looks no more often than this, and spends no more than about a third of its time on looking.
LOOK_SECONDS = 0.1
REST_FACTOR = 3.0

Changes = AsyncGenerator[Sequence[store.Row], None]


class Watching:
    """Watches jobs. A part that should stop before the server, as streams without an end would hold that up."""

    def __init__(self, *, names: Names, database: Database, events: Events, kinds: Mapping[str, Kind]) -> None:
        self._names = names
        self._database = database
        self._events = events
        self._kinds = kinds
        self._watches: set[Watch] = set()
        self._leaving = False

    async def start(self) -> None:
        """Nothing runs unless somebody watches."""

    async def stop(self) -> None:
        """End every stream with Leaving."""
        self._leaving = True
        for watch in self._watches:
            watch.tell(None)

    def watch_named(self, job_names: Sequence[str], *, kind: str, owner: str) -> Changes:
        """These jobs, then those of them that have changed, until all have ended.

        Raises OwnerNotAllowed, and JobNotFound also for one of another kind or owner than asked for.
        """
        wanted = {self._names.job_id(name): name for name in job_names}
        return self._follow(NamedJobs(database=self._database, wanted=wanted, kind=kind, owner=visible_owner(owner)))

    def watch_all(self, *, kind: str, owner: str) -> Changes:
        """The newest that match and haven't ended, then those that match and have changed. Raises OwnerNotAllowed."""
        kinds = [kind] if kind else sorted(self._kinds)
        return self._follow(AllJobs(database=self._database, kinds=kinds, owner=visible_owner(owner)))

    async def _follow(self, view: NamedJobs | AllJobs) -> Changes:
        """What there is, even if it is nothing, then what has changed. Raises Leaving when the process ends."""
        with self._watch(view) as watch:
            began = time.monotonic()
            yield await view.first()
            pause_seconds = LOOK_SECONDS
            while not view.ended:
                await watch.wait()
                if self._leaving:
                    raise Leaving
                await asyncio.sleep(began + pause_seconds - time.monotonic())
                began = time.monotonic()
                changed = await view.changed()
                pause_seconds = max(LOOK_SECONDS, REST_FACTOR * (time.monotonic() - began))
                for start in range(0, len(changed), JOBS_TOLD_AT_ONCE):
                    yield changed[start : start + JOBS_TOLD_AT_ONCE]

    @contextmanager
    def _watch(self, view: NamedJobs | AllJobs) -> Iterator[Watch]:
        if self._leaving:
            raise Leaving
        with self._events.watch(view.ids) as watch:
            self._watches.add(watch)
            try:
                yield watch
            finally:
                self._watches.discard(watch)
