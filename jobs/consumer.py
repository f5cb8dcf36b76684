"""Claims jobs of one kind for this process: as many as it has room for, when a ring comes or it is time to look."""

import asyncio
from collections.abc import Coroutine
from functools import partial
from itertools import cycle
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID, uuid4

import structlog

from chassis.errors import AtelierError
from chassis.postgres import Database
from jobs import store
from jobs.bell import Bell, BellAway, Ring
from jobs.events import Events
from jobs.job import Lane
from jobs.keeper import Keeper
from jobs.kinds import Kind
from jobs.loops import end
from jobs.points import reached
from jobs.runner import Runner
from jobs.running import HeldJob, Job, Save
from jobs.slots import Slots
from jobs.tally import Tally
from jobs.timer import LOOK_AGAIN_SECONDS, Timer

if TYPE_CHECKING:
    from chassis.postgres import Connection

ResultT = TypeVar("ResultT")

# Which lanes a claim takes from first. Of ten, one begins with each lower lane, so that none starves.
USUAL = (Lane.HIGH, Lane.NORMAL, Lane.LOW)
TURNS = (
    USUAL,
    USUAL,
    USUAL,
    USUAL,
    (Lane.NORMAL, Lane.LOW, Lane.HIGH),
    *[USUAL] * 4,
    (Lane.LOW, Lane.NORMAL, Lane.HIGH),
)
# A ring may have been lost: an idle worker looks by itself so often, and while Redis is away at growing intervals.
LISTEN_SECONDS = 5.0
FIRST_POLL_SECONDS, LONGEST_POLL_SECONDS = 0.05, 1.0
# A connection that went silent; what it claimed is rescued once its lease runs out.
CLAIM_SECONDS = 10.0
FAILED_SECONDS = 0.5
KEYS_AT_ONCE = 200
# Many jobs are claimed in parts: PostgreSQL looks for the next while these run.
CLAIMED_AT_ONCE = 500
LEFT_OUT_SECONDS = 0.02


class Consumer:
    """Claims, and has each job run as a task of its own."""

    def __init__(
        self,
        *,
        kind: Kind,
        worker_id: UUID,
        lease_seconds: float,
        database: Database,
        bell: Bell,
        events: Events,
        keeper: Keeper,
        timer: Timer,
        runner: Runner,
        tally: Tally,
        log: structlog.stdlib.BoundLogger,
    ) -> None:
        self._kind = kind
        self._worker_id = worker_id
        self._lease_seconds = lease_seconds
        self._database = database
        self._bell = bell
        self._events = events
        self._keeper = keeper
        self._timer = timer
        self._runner = runner
        self._tally = tally
        self._log = log
        self._slots = Slots(kind.concurrency)
        self._turns = cycle(TURNS)
        self._listener = bell.listener(kind.name, worker_id)
        self._poll_seconds = FIRST_POLL_SECONDS
        self._left_out = False
        self._stopping = False
        self._waiting: asyncio.Task[Any] | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to claim."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Claim no more; what runs goes on."""
        self._stopping = True
        task, self._task = self._task, None
        if task is not None:
            if self._waiting is not None:
                await end(self._waiting)
            # Not cancelled: a claim under way would be committed, and known to nobody.
            await asyncio.wait({task}, timeout=CLAIM_SECONDS)
            task.cancel()
            if self._listener is not None:
                await self._listener.leave()
            # A ring may have come to this worker that it didn't act on.
            self._bell.ring(self._kind.name, Ring(1))

    async def _run(self) -> None:
        if self._listener is not None:
            await self._listener.take_over()
        while free := await self._room():
            try:
                await self._claim_and_listen(min(free, CLAIMED_AT_ONCE))
            except (AtelierError, TimeoutError) as error:
                self._log.warning("jobs not claimed", kind=self._kind.name, error=repr(error))
            except Exception:  # noqa: BLE001 - a bug in one claim must not end all that follow
                self._log.exception("jobs not claimed", kind=self._kind.name)
            else:
                continue
            await self._until_stopping(asyncio.sleep(FAILED_SECONDS))

    async def _room(self) -> int | None:
        """How many slots are free, once there are enough; None as soon as this consumer should stop."""
        if self._slots.enough:
            return None if self._stopping else self._slots.free
        return await self._until_stopping(self._slots.wait())

    async def _claim_and_listen(self, limit: int) -> None:
        async with asyncio.timeout(CLAIM_SECONDS):
            claimed = await self._claim(limit)
        if claimed < limit:
            await asyncio.sleep(0)  # Nothing is in a hurry but them.
        if self._listener is not None:
            await self._listener.acknowledge()
        if claimed < limit and self._left_out:
            # Another worker claims from those keys just now, and may have counted before the latest job was there.
            await self._until_stopping(asyncio.sleep(LEFT_OUT_SECONDS))
        elif claimed < limit:
            await self._wait_for_work(found=claimed > 0)
        elif not self._slots.enough:
            # There may be more than fits here: wake the next worker, as this one was woken.
            self._bell.ring(self._kind.name, Ring(1))

    async def _until_stopping(self, waiting: Coroutine[Any, Any, ResultT]) -> ResultT | None:
        """What comes of `waiting`, or None as soon as this consumer should stop."""
        if self._stopping:
            waiting.close()
            return None
        task: asyncio.Task[ResultT] = asyncio.create_task(waiting)
        self._waiting = task
        await asyncio.wait({task})
        return None if self._stopping else task.result()

    async def _wait_for_work(self, *, found: bool) -> None:
        """Until a ring comes, or it is time to look without one."""
        if self._listener is None:
            await self._poll(found=found)
            return
        try:
            ring = await self._until_stopping(self._listener.listen(LISTEN_SECONDS))
        except BellAway:
            await self._poll(found=found)
            return
        self._poll_seconds = FIRST_POLL_SECONDS
        if ring is None:
            await self._listener.take_over()
        elif ring.due_seconds <= LOOK_AGAIN_SECONDS:
            # At once, as nobody knows how long the ring has stood in the stream; what is due later it finds by itself.
            self._timer.expect(0.0)

    async def _poll(self, *, found: bool) -> None:
        self._poll_seconds = FIRST_POLL_SECONDS if found else min(LONGEST_POLL_SECONDS, self._poll_seconds * 2)
        await self._until_stopping(asyncio.sleep(self._poll_seconds))

    async def _claim(self, limit: int) -> int:
        """Claim up to `limit` jobs and start each; how many these are."""
        reached("claim.woken")
        token = uuid4()
        rows = await (
            self._claim_keyed(limit, token) if self._kind.max_running_per_key else self._claim_any(limit, token)
        )
        reached("claim.committed")
        self._slots.take(len(rows))
        if len(rows) < limit:
            self._start(rows, token)
        else:
            # PostgreSQL has the next claim before these are begun with, and looks for more meanwhile.
            asyncio.get_running_loop().call_soon(self._start, rows, token)
        return len(rows)

    def _start(self, rows: store.Rows, token: UUID) -> None:
        """Hold the jobs, and have each run."""
        if not rows:
            return
        loop = asyncio.get_running_loop()  # Once, as it makes a system call.
        save = partial(self._keeper.save_checkpoint, token)
        for row in rows:
            held = self._held(row, token, save)
            self._keeper.hold(held)
            held.task = loop.create_task(self._runner.run(held))
            held.task.add_done_callback(self._freed)
            self._tally.pickup.record(self._kind.name, row["waited_seconds"])
        self._tally.attempts(self._kind.name, len(rows))
        self._events.tell(row["id"] for row in rows)

    async def _claim_any(self, limit: int, token: UUID) -> store.Rows:
        lanes = next(self._turns)
        return await self._database.run(
            lambda connection: store.claim_jobs(
                connection,
                self._kind.name,
                lanes=lanes,
                limit=limit,
                worker_id=self._worker_id,
                token=token,
                lease_seconds=self._lease_seconds,
            )
        )

    async def _claim_keyed(self, limit: int, token: UUID) -> store.Rows:
        lanes = next(self._turns)
        max_running = self._kind.max_running_per_key or 0

        async def work(connection: "Connection") -> store.Rows:
            keys, self._left_out = await store.lock_keys(
                connection, self._kind.name, max_running=max_running, limit=min(limit, KEYS_AT_ONCE), lanes=lanes
            )
            if not keys:
                return []
            return await store.claim_keyed_jobs(
                connection,
                self._kind.name,
                lanes=lanes,
                limit=limit,
                worker_id=self._worker_id,
                token=token,
                lease_seconds=self._lease_seconds,
                keys=keys,
                max_running=max_running,
            )

        return await self._database.transact(work)

    def _held(self, row: store.Row, token: UUID, save: Save) -> HeldJob:
        job = Job(
            job_id=row["id"],
            kind=self._kind,
            owner=row["owner"],
            payload=row["payload"],
            attempt=row["attempt"],
            checkpoint=row["checkpoint"],
            save=save,
        )
        return HeldJob(
            job=job,
            kind=self._kind,
            token=token,
            max_attempts=row["max_attempts"],
            losses=row["losses"],
            cancel_requested=row["cancel_requested"],
            concurrency_key=row["concurrency_key"],
            remaining_seconds=row["remaining_seconds"],
        )

    def _freed(self, task: "asyncio.Task[None]") -> None:
        self._slots.give_back()
        if not task.cancelled():
            task.exception()
