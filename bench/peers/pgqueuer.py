"""pgqueuer on asyncpg: its jobs are rows, woken by NOTIFY. Batches of 100, its fastest when measured."""

import asyncio
import os
from collections.abc import Sequence
from datetime import timedelta

import asyncpg
from pgqueuer.db import AsyncpgDriver
from pgqueuer.models import Job
from pgqueuer.qm import QueueManager
from pgqueuer.queries import Queries

from bench.peers import roles

BATCH = 100
NAME = "noop"


class PgQueuer:
    """One connection for all, as in its documentation."""

    async def open(self) -> None:
        """Connect, with the settings of a session that ours has."""
        self._connection = await asyncpg.connect(os.environ["BENCH_DATABASE_URL"], server_settings={"jit": "off"})
        self._queries = Queries(AsyncpgDriver(self._connection))

    async def close(self) -> None:
        """Disconnect."""
        await self._connection.close()

    async def prepare(self) -> None:
        """Its tables, logged, with its settings for autovacuum."""
        await self._queries.install()
        await self._queries.optimize_autovacuum()

    async def enqueue(self, payloads: Sequence[bytes]) -> None:
        """By its list form, one statement."""
        count = len(payloads)
        await self._queries.enqueue([NAME] * count, list(payloads), [0] * count)

    async def work(self, handle: roles.Handle) -> None:
        """A queue manager."""

        async def run(job: Job) -> None:
            handle(job.payload or b"")

        manager = QueueManager(self._queries)
        manager.entrypoint(NAME)(run)
        working = asyncio.create_task(manager.run(dequeue_timeout=timedelta(seconds=30), batch_size=BATCH))
        try:
            await asyncio.shield(working)
        finally:
            manager.shutdown.set()
            await working

    async def unfinished(self) -> bool:
        """A job that has ended is in its log and no longer in its queue."""
        return bool(await self._queries.queue_size())


if __name__ == "__main__":
    roles.main(PgQueuer())
