"""What one stream shows of the jobs: how they are at first, and at each later look those that have changed.

Nothing marks a row as changed. What may have changed is found by what the table is indexed by anyway: jobs that run,
those that were made, started, queued or ended within some seconds, and those that ran at the last look.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from chassis.postgres import Database
from jobs import store
from jobs.errors import JobNotFound
from jobs.job import FINAL_STATES, State

if TYPE_CHECKING:
    from chassis.postgres import Connection

UNENDED_SHOWN = 1_000
# A row carries the time of its statement and is seen from its commit on; the two lie no further apart.
LOOK_BACK_SECONDS = 5.0


class NamedJobs:
    """Certain jobs. `wanted`: their names by id; `kind` empty, `owner` None: of any."""

    def __init__(self, *, database: Database, wanted: Mapping[UUID, str], kind: str, owner: str | None) -> None:
        self.ids: frozenset[UUID] | None = frozenset(wanted)
        self.ended = False
        self._database = database
        self._wanted = wanted
        self._kind = kind
        self._owner = owner
        self._shown: dict[UUID, store.Row] = {}

    async def first(self) -> Sequence[store.Row]:
        """All of them, in the names' order. Raises JobNotFound."""
        found = {row["id"]: row for row in await self._read() if self._kind in {"", row["kind"]}}
        for job_id, name in self._wanted.items():
            if job_id not in found:
                raise JobNotFound(name)
        self._note(found.values())
        return [found[job_id] for job_id in self._wanted]

    async def changed(self) -> Sequence[store.Row]:
        """Those that differ from how they were shown."""
        rows = await self._read()
        changed = _differing(rows, self._shown)
        self._note(rows)
        return changed

    async def _read(self) -> store.Rows:
        async def read(connection: "Connection") -> store.Rows:
            return await store.list_jobs_by_id(connection, list(self._wanted), owner=self._owner)

        return await self._database.run(read)

    def _note(self, rows: Iterable[store.Row]) -> None:
        """One that is missing was kept as long as it should be, and had ended."""
        self._shown = {row["id"]: row for row in rows}
        self.ended = all(row["state"] in FINAL_STATES for row in self._shown.values())


class AllJobs:
    """All jobs of some kinds; `owner` None: of anybody. They never end."""

    ids: frozenset[UUID] | None = None
    ended = False

    def __init__(self, *, database: Database, kinds: Sequence[str], owner: str | None) -> None:
        self._database = database
        self._kinds = kinds
        self._owner = owner
        self._shown: dict[UUID, store.Row] = {}
        self._looked = time.monotonic()

    async def first(self) -> Sequence[store.Row]:
        """The newest that haven't ended."""

        async def read(connection: "Connection") -> store.Rows:
            return await store.list_unended_jobs(connection, self._kinds, owner=self._owner, limit=UNENDED_SHOWN)

        recent = await self._look()
        unended = await self._database.run(read)
        # What had ended just before isn't told, and must not seem new at the next look.
        self._shown = {row["id"]: row for row in (*recent, *unended)}
        return unended

    async def changed(self) -> Sequence[store.Row]:
        """Those that are new or differ from how they were shown."""
        rows = await self._look()
        changed = _differing(rows, self._shown)
        # What isn't among them any longer comes back only when it has changed.
        self._shown = {row["id"]: row for row in rows}
        return changed

    async def _look(self) -> store.Rows:
        began = time.monotonic()
        seconds = began - self._looked + LOOK_BACK_SECONDS
        ran = [job_id for job_id, row in self._shown.items() if row["state"] == State.RUNNING]

        async def read(connection: "Connection") -> store.Rows:
            return await store.list_changed_jobs(connection, self._kinds, owner=self._owner, seconds=seconds, ids=ran)

        rows = await self._database.run(read)
        self._looked = began
        return rows


def _differing(rows: Iterable[store.Row], shown: Mapping[UUID, store.Row]) -> list[store.Row]:
    return [row for row in rows if shown.get(row["id"]) != row]
