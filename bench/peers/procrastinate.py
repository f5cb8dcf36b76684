"""procrastinate on psycopg: its jobs are rows, claimed one at a time by a function, woken by NOTIFY."""

import os
from collections.abc import Sequence

from procrastinate import App, PsycopgConnector

from bench.peers import roles

CONCURRENCY = 20


class Procrastinate:
    """A pool as large as its concurrency, so that none waits for a connection."""

    async def open(self) -> None:
        """Connect."""
        self._handle: roles.Handle = lambda _: None
        self._app = App(
            connector=PsycopgConnector(conninfo=os.environ["BENCH_DATABASE_URL"], min_size=4, max_size=CONCURRENCY + 2)
        )
        self._task = self._app.task(name="noop")(self._run)
        await self._app.open_async()

    async def close(self) -> None:
        """Disconnect."""
        await self._app.close_async()

    async def prepare(self) -> None:
        """Its tables and functions."""
        await self._app.schema_manager.apply_schema_async()

    async def enqueue(self, payloads: Sequence[bytes]) -> None:
        """Many by its batch form."""
        await self._task.batch_defer_async(*({"payload": payload.decode()} for payload in payloads))

    async def work(self, handle: roles.Handle) -> None:
        """A worker that keeps ended jobs, as is its default."""
        self._handle = handle
        await self._app.run_worker_async(concurrency=CONCURRENCY, install_signal_handlers=False)

    async def unfinished(self) -> bool:
        """Whether any is to do or doing."""
        found = await self._app.connector.execute_query_one_async(
            "SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE status IN ('todo', 'doing')) AS found"
        )
        return bool(found["found"])

    async def _run(self, payload: str) -> None:
        self._handle(payload.encode())


if __name__ == "__main__":
    roles.main(Procrastinate())
