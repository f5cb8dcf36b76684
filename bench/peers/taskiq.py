"""taskiq on a Redis stream, without a result backend: its fastest way that acknowledges. Lost with Redis."""

import asyncio
import os
from collections.abc import Sequence

from redis.asyncio import Redis
from taskiq.api import run_receiver_task
from taskiq_redis import RedisStreamBroker

from bench.peers import roles

STREAM = "bench-taskiq"
CONCURRENCY = 100


class Taskiq:
    """A broker and one receiver."""

    async def open(self) -> None:
        """Connect."""
        self._handle: roles.Handle = lambda _: None
        url = os.environ["BENCH_REDIS_URL"]
        self._redis = Redis.from_url(url)
        self._broker = RedisStreamBroker(
            url, queue_name=STREAM, consumer_id="0", max_connection_pool_size=32, unacknowledged_lock_timeout=1.0
        )

        async def run(payload: str) -> None:
            self._handle(payload.encode())

        self._task = self._broker.register_task(run, task_name="noop")
        await self._broker.startup()

    async def close(self) -> None:
        """Disconnect."""
        await self._broker.shutdown()
        await self._redis.aclose()

    async def prepare(self) -> None:
        """The broker makes its stream itself."""

    async def enqueue(self, payloads: Sequence[bytes]) -> None:
        """There is no bulk form: many at once."""
        await asyncio.gather(*(self._task.kiq(payload.decode()) for payload in payloads))

    async def work(self, handle: roles.Handle) -> None:
        """A receiver in this process, with the concurrency of its command line."""
        self._handle = handle
        await run_receiver_task(self._broker, max_async_tasks=CONCURRENCY, max_prefetch=CONCURRENCY)

    async def unfinished(self) -> bool:
        """Whether any was handed out and not acknowledged; what was acknowledged stays in the stream."""
        (group,) = await self._redis.xinfo_groups(STREAM)
        newest = (await self._redis.xinfo_stream(STREAM))["last-generated-id"]
        return bool(group["pending"] or group["last-delivered-id"] != newest)


if __name__ == "__main__":
    roles.main(Taskiq())
