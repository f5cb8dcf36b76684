"""BullMQ's Python port on Redis. Lost with Redis."""

import asyncio
import os
from collections.abc import Sequence

from bullmq import Job, Queue, Worker

from bench.peers import roles

NAME = "bench-bullmq"
CONCURRENCY = 100


class BullMQ:
    """A queue, and a worker that keeps ended jobs, as is its default."""

    async def open(self) -> None:
        """Connect when first used."""
        self._options = {"connection": os.environ["BENCH_REDIS_URL"]}
        self._queue = Queue(NAME, self._options)

    async def close(self) -> None:
        """Disconnect."""
        await self._queue.close()

    async def prepare(self) -> None:
        """It needs nothing."""

    async def enqueue(self, payloads: Sequence[bytes]) -> None:
        """By its bulk form, one pipeline."""
        await self._queue.addBulk([{"name": "noop", "data": {"payload": payload.decode()}} for payload in payloads])

    async def work(self, handle: roles.Handle) -> None:
        """A worker with as many at once as taskiq has."""

        async def run(job: Job, token: str) -> None:
            handle(job.data["payload"].encode())

        worker = Worker(NAME, run, {**self._options, "concurrency": CONCURRENCY})
        try:
            await asyncio.Event().wait()
        finally:
            await worker.close()

    async def unfinished(self) -> bool:
        """Whether any waits or is worked on."""
        counts = await self._queue.getJobCounts("waiting", "active", "delayed", "prioritized")
        return any(counts.values())


if __name__ == "__main__":
    roles.main(BullMQ())
