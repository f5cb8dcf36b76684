"""Keeps what this worker holds: renews its leases, writes progress, and passes on that a job should stop.

One statement renews all leases, every third of their time; see README.md, "Leases".
"""

import asyncio
import contextlib
import time
from collections.abc import Collection, Sequence
from uuid import UUID

import structlog

from chassis.errors import AtelierError
from chassis.postgres import Database
from jobs import store
from jobs.bell import Bell, Ring
from jobs.events import Events
from jobs.loops import Loop
from jobs.running import HeldJob, Job, Stop
from jobs.tally import Tally

PROGRESS_SECONDS = 0.25
# A handler that was told to stop and doesn't loses its lease after this, so that the job can go on elsewhere.
IGNORES_STOP_SECONDS = 10.0


class Keeper:
    """Holds this worker's jobs by id, from their claim to their end."""

    def __init__(
        self,
        *,
        database: Database,
        bell: Bell,
        events: Events,
        worker_id: UUID,
        place: str,
        kinds: Sequence[str],
        lease_seconds: float,
        tally: Tally,
        log: structlog.stdlib.BoundLogger,
    ) -> None:
        self._database = database
        self._bell = bell
        self._events = events
        self._worker_id = worker_id
        self._place = place
        self._kinds = list(kinds)
        self._lease_seconds = lease_seconds
        self._tally = tally
        self._log = log
        self._held: dict[UUID, HeldJob] = {}
        self._renew_now = asyncio.Event()
        self._holding = asyncio.Event()
        self._loops = [
            Loop("renew leases", self._renew_and_wait, log=log, failed_seconds=min(1.0, lease_seconds / 12)),
            Loop("write progress", self._wait_and_write_progress, log=log),
        ]
        events.on_stop(self._told_to_stop)

    @property
    def held(self) -> Collection[HeldJob]:
        """All jobs under lease here."""
        return list(self._held.values())

    async def start(self) -> None:
        """Begin; the first sign of life is given at once."""
        for loop in self._loops:
            await loop.start()

    async def stop(self) -> None:
        """Give no more signs of life."""
        ran = any(loop.runs for loop in self._loops)
        for loop in self._loops:
            await loop.stop()
        if ran:
            try:
                await self._database.run(lambda connection: store.delete_worker(connection, self._worker_id))
            except AtelierError as error:
                self._log.debug("worker not signed off", error=repr(error))

    def hold(self, held: HeldJob) -> None:
        """Renew this job's lease from now on. An earlier attempt that runs here still has lost its own (I3)."""
        before = self._held.get(held.job.id)
        if before is not None:
            self._lose(before)
        self._held[held.job.id] = held
        self._holding.set()

    def forget(self, held: HeldJob) -> None:
        """The job has ended, or isn't ours any longer."""
        if self._held.get(held.job.id) is held:
            del self._held[held.job.id]
        if held.kind.max_running_per_key is not None:
            self._bell.ring(held.kind.name, Ring(1))  # Its key has room for the next.

    async def save_checkpoint(self, token: UUID, job: Job, checkpoint: bytes) -> None:
        """Commit a checkpoint under the lease `token`. Cancels the handler whose lease it isn't any longer (I3)."""
        saved = await self._database.run(
            lambda connection: store.save_checkpoint(connection, job.id, token, checkpoint)
        )
        if not saved:
            held = self._held.get(job.id)
            if held is not None and held.token == token:
                self._lose(held)
            await asyncio.sleep(0)
            raise asyncio.CancelledError  # Whoever went on after being told to stop is told so again.

    def _told_to_stop(self, ids: Collection[UUID]) -> None:
        """Somebody says that these should stop; the table tells whether it is so."""
        if any(job_id in self._held for job_id in ids):
            self._renew_now.set()

    async def _renew_and_wait(self) -> None:
        self._renew_now.clear()
        # One that hangs with its connection must leave time for another.
        async with asyncio.timeout(self._lease_seconds / 3):
            all_renewed = await self._renew()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._lease_seconds / (3 if all_renewed else 12)):
                await self._renew_now.wait()

    async def _renew(self) -> bool:
        """Whether all leases were renewed; what has a job locked, such as its own long effect, is not waited for."""
        held = sorted(self._held.values(), key=lambda one: one.job.id)
        kept = [one for one in held if not _ignores_stop(one)]
        renewed = await self._database.run(
            lambda connection: store.renew_leases(
                connection,
                self._worker_id,
                place=self._place,
                kinds=self._kinds,
                lease_seconds=self._lease_seconds,
                ids=[one.job.id for one in kept],
                tokens=[one.token for one in kept],
            )
        )
        for one in kept:
            row = renewed.get(one.job.id)
            if row is None:
                self._lose(one)
            elif row["cancel_requested"]:
                one.end(Stop.CANCELLED)
        return all(row["renewed"] for row in renewed.values())

    def _lose(self, held: HeldJob) -> None:
        """The job is no longer ours, unless it has ended here while the statement ran."""
        if self._held.get(held.job.id) is held and held.task is not None and not held.task.done():
            self._log.warning("lease lost", job=str(held.job.id), kind=held.kind.name, attempt=held.job.attempt)
            self._tally.lease_lost(held.kind.name)
            held.end(Stop.LOST)

    async def _wait_and_write_progress(self) -> None:
        if not self._held:
            self._holding.clear()
        await self._holding.wait()
        await asyncio.sleep(PROGRESS_SECONDS)
        # One that is ending writes its own, and has its row locked for as long as its effect takes.
        running = (one for one in self._held.values() if one.job.progressed and not one.ending)
        changed = sorted(running, key=lambda one: one.job.id)
        if changed:
            async with asyncio.timeout(self._lease_seconds):  # A server that went silent must not silence us.
                await self._write_progress(changed)

    async def _write_progress(self, changed: Sequence[HeldJob]) -> None:
        ids = [one.job.id for one in changed]
        tokens = [one.token for one in changed]
        done = [one.job.done for one in changed]
        total = [one.job.total for one in changed]
        await self._database.run(lambda connection: store.save_progress(connection, ids, tokens, done, total))
        for one, written in zip(changed, zip(done, total, strict=True), strict=True):
            one.job.progressed = (one.job.done, one.job.total) != written
        self._events.tell(ids)


def _ignores_stop(held: HeldJob) -> bool:
    return held.stop is not None and time.monotonic() - held.stopped_at > IGNORES_STOP_SECONDS
