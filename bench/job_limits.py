"""What PostgreSQL and asyncpg give on the runtime's tables with nothing around, in the roles of peers/roles.py.

The same statements, from the same kind of process; connections are held and statements stay prepared.
"""

import asyncio
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import asyncpg

from bench.job_system import CONCURRENCY, INSERT_EFFECT, KIND, POOL_SIZE, SCHEMA, UNFINISHED
from bench.peers import roles
from jobs import store
from jobs.consumer import USUAL
from jobs.job import NewJob, State

if TYPE_CHECKING:
    from chassis.postgres import Connection

LEASE_SECONDS = 15.0
# The fastest of one, two and three loops of 100, 200 and 500.
LOOPS, BATCH = 2, 500


class BareLoop:
    """Claims a batch, finishes the batch, and nothing else."""

    async def open(self) -> None:
        """Connect."""
        self._worker_id = uuid4()
        # One more than the runtime's pool has, for looking whether all is done.
        count = 1 + POOL_SIZE
        settings = {"jit": "off", "search_path": f"{SCHEMA},public"}
        self._pool = await asyncpg.create_pool(
            os.environ["BENCH_DATABASE_URL"], min_size=count, max_size=count, server_settings=settings
        )
        self._looking, *self.connections = [await self._pool.acquire() for _ in range(count)]

    async def close(self) -> None:
        """Disconnect."""
        self._pool.terminate()

    async def prepare(self) -> None:
        """The runtime's tables are there."""

    async def enqueue(self, payloads: Sequence[bytes]) -> None:
        """Its statement alone."""
        jobs = [NewJob(kind=KIND, owner="bench", payload=payload) for payload in payloads]
        await store.insert_jobs(self.connections[0], jobs, [5] * len(jobs))

    async def work(self, handle: roles.Handle) -> None:
        """Until nothing is left."""
        await asyncio.gather(*(self._loop(connection, handle) for connection in self.connections[:LOOPS]))

    async def unfinished(self) -> bool:
        """Whether any waits or runs."""
        return bool(await self._looking.fetchval(UNFINISHED))

    async def claim(self, connection: "Connection", limit: int) -> tuple[UUID, store.Rows]:
        """A lease token and the jobs under it."""
        token = uuid4()
        rows = await store.claim_jobs(
            connection,
            KIND,
            lanes=USUAL,
            limit=limit,
            worker_id=self._worker_id,
            token=token,
            lease_seconds=LEASE_SECONDS,
        )
        return token, rows

    async def _loop(self, connection: "Connection", handle: roles.Handle) -> None:
        while True:
            token, rows = await self.claim(connection, BATCH)
            if not rows:
                return
            for row in rows:
                handle(row["payload"])
            nothing = [0] * len(rows)
            await store.finish_jobs(connection, [row["id"] for row in rows], [token] * len(rows), nothing, nothing)


class BareEffects(BareLoop):
    """Commits each job's effect and end by themselves, on as many connections at once as the runtime's pool has."""

    async def work(self, handle: roles.Handle) -> None:
        """Until nothing is left."""
        claimer, *writers = self.connections
        waiting: asyncio.Queue[tuple[UUID, store.Row]] = asyncio.Queue(CONCURRENCY)
        writing = [asyncio.create_task(self._write(connection, waiting, handle)) for connection in writers]
        while True:
            token, rows = await self.claim(claimer, CONCURRENCY // 2)
            if not rows:
                break
            for row in rows:
                await waiting.put((token, row))
        await waiting.join()
        for task in writing:
            task.cancel()

    async def _write(
        self, connection: "Connection", waiting: "asyncio.Queue[tuple[UUID, store.Row]]", handle: roles.Handle
    ) -> None:
        while True:
            token, row = await waiting.get()
            handle(row["payload"])
            async with connection.transaction():
                await store.end_job(connection, row["id"], token, State.SUCCEEDED, progress=(0, 0))
                await connection.execute(INSERT_EFFECT, row["id"])
            waiting.task_done()


if __name__ == "__main__":
    roles.main(BareEffects() if os.environ.get("BENCH_EFFECTS") else BareLoop())
