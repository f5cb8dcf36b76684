"""Use case: telling whoever watches jobs of their changes. Events say when to look, PostgreSQL what is there."""

import time
from collections.abc import AsyncGenerator, Mapping, Sequence

from chassis.postgres import Database
from jobs import store
from jobs.events import Events
from jobs.kinds import Kind
from jobs.names import Names
from jobs.streams import Streams
from jobs.views import AllJobs, NamedJobs
from jobs.visibility import visible_owner

JOBS_TOLD_AT_ONCE = 1_000
# A stream looks no more often than this, and spends no more than about a third of its time on looking.
LOOK_SECONDS = 0.1
REST_FACTOR = 3.0

Changes = AsyncGenerator[Sequence[store.Row], None]


class Watching(Streams):
    """Watches jobs."""

    def __init__(self, *, names: Names, database: Database, events: Events, kinds: Mapping[str, Kind]) -> None:
        super().__init__(events)
        self._names = names
        self._database = database
        self._kinds = kinds

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
        with self.open_watch(view.ids) as watch:
            began = time.monotonic()
            yield await view.first()
            pause_seconds = LOOK_SECONDS
            while not view.ended:
                await self.wait(watch, not_before=began + pause_seconds)
                began = time.monotonic()
                changed = await view.changed()
                pause_seconds = max(LOOK_SECONDS, REST_FACTOR * (time.monotonic() - began))
                for start in range(0, len(changed), JOBS_TOLD_AT_ONCE):
                    yield changed[start : start + JOBS_TOLD_AT_ONCE]
