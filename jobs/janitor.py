"""Deletes what has been kept long enough: ended jobs past their retention, and workers that are long silent."""

import asyncio
import random
from collections.abc import Collection

import structlog

from chassis.postgres import Database
from jobs import store
from jobs.job import State
from jobs.kinds import Kind
from jobs.loops import Loop

EVERY_SECONDS = 60.0
BATCH = 1_000
SILENT_WORKER_SECONDS = 3_600.0


class Janitor:
    """Tidies about once a minute, each process at a moment of its own; in batches, so that no lock lasts."""

    def __init__(self, *, database: Database, kinds: Collection[Kind], log: structlog.stdlib.BoundLogger) -> None:
        self._database = database
        self._kinds = list(kinds)
        self._loop = Loop("janitor", self._wait_and_tidy, log=log)

    async def start(self) -> None:
        """Begin."""
        await self._loop.start()

    async def stop(self) -> None:
        """End."""
        await self._loop.stop()

    async def _wait_and_tidy(self) -> None:
        await asyncio.sleep(EVERY_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311 - spreads load, keeps no secret
        await self.tidy()

    async def tidy(self) -> int:
        """Delete all that is due; how many jobs that were."""
        deleted = 0
        for kind in self._kinds:
            for state in (State.SUCCEEDED, State.CANCELLED, State.FAILED):
                kept = kind.keep_failed if state is State.FAILED else kind.keep_ended
                while batch := await self._purge(kind.name, state, kept.total_seconds()):
                    deleted += batch
        await self._database.run(
            lambda connection: store.purge_workers(connection, older_seconds=SILENT_WORKER_SECONDS)
        )
        return deleted

    async def _purge(self, kind: str, state: State, older_seconds: float) -> int:
        return await self._database.run(
            lambda connection: store.purge_jobs(connection, kind, state, older_seconds=older_seconds, limit=BATCH)
        )
