"""Ends jobs that leave nothing behind, many by one statement."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from uuid import UUID

import structlog

from chassis.errors import AtelierError
from chassis.postgres import Database
from jobs import store
from jobs.events import Events
from jobs.loops import Loop
from jobs.points import reached
from jobs.running import HeldJob
from jobs.tally import Tally

BATCH = 1_000


class Finisher:
    """Takes jobs that are done and ends what has gathered, one statement at a time. `forget` is told of each."""

    def __init__(
        self,
        *,
        database: Database,
        events: Events,
        tally: Tally,
        forget: Callable[[HeldJob], None],
        log: structlog.stdlib.BoundLogger,
    ) -> None:
        self._database = database
        self._events = events
        self._tally = tally
        self._forget = forget
        self._log = log
        self._done: list[HeldJob] = []
        self._wanted = asyncio.Event()
        self._loop = Loop("finish jobs", self._finish_next, log=log)

    async def start(self) -> None:
        """Begin."""
        await self._loop.start()

    async def stop(self) -> None:
        """End what is left. What PostgreSQL doesn't take now is done again by others once its lease has run out."""
        if self._loop.runs:
            await self._loop.stop()
            try:
                while self._done:
                    await self._finish_some()
            except AtelierError as error:
                self._log.warning("finished jobs are left to others", jobs=len(self._done), error=repr(error))

    def add(self, held: HeldJob) -> None:
        """End the job soon."""
        self._done.append(held)
        self._wanted.set()

    async def _finish_next(self) -> None:
        while not self._done:
            self._wanted.clear()
            await self._wanted.wait()
        await self._finish_some()

    async def _finish_some(self) -> None:
        """End up to a batch, or raise and keep it: the keeper renews their leases meanwhile."""
        # In the order of ids, as the keeper's statements have them, so that none waits for the other's rows in a ring.
        batch = sorted(self._done[:BATCH], key=lambda held: held.job.id)
        reached("finish.gathered")
        ended = await self._database.run(
            lambda connection: store.finish_jobs(
                connection,
                [held.job.id for held in batch],
                [held.token for held in batch],
                [held.job.done for held in batch],
                [held.job.total for held in batch],
            )
        )
        reached("finish.committed")
        del self._done[: len(batch)]
        self._settle(batch, ended)

    def _settle(self, batch: Sequence[HeldJob], ended: Collection[UUID]) -> None:
        for kind, count in Counter(held.kind.name for held in batch if held.job.id in ended).items():
            self._tally.outcome(kind, "SUCCEEDED", count=count)
        for held in batch:
            if held.job.id not in ended:
                self._tally.lease_lost(held.kind.name)
            self._forget(held)
        self._events.tell(held.job.id for held in batch)
