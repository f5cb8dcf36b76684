"""A process's share of the work: a consumer for each kind, and what keeps, ends and rescues jobs beside them."""

import asyncio
import os
import socket
from collections.abc import Mapping, Sequence
from uuid import uuid4

import structlog

from chassis.errors import AtelierError
from chassis.lifecycle import Part
from chassis.postgres import Database
from jobs import store
from jobs.bell import Bell, Ring
from jobs.consumer import Consumer
from jobs.events import Events
from jobs.finisher import Finisher
from jobs.gate import Gate
from jobs.janitor import Janitor
from jobs.keeper import Keeper
from jobs.kinds import Kind
from jobs.points import reached
from jobs.reaper import Reaper
from jobs.runner import Runner
from jobs.running import Handler, HeldJob, Stop
from jobs.tally import Tally
from jobs.timer import Timer
from jobs.transactions import Transactions

# How long handlers may take to notice that the worker leaves, once their grace is over.
LEAVE_SECONDS = 2.0
# For leases, progress, finished jobs and a claim; what comes on top waits a moment, as all of these are short.
KEEPING_CONNECTIONS = 4


class Worker:
    """Works on kinds that it has handlers for. Stopping waits `grace_seconds` for what runs, and returns the rest."""

    def __init__(
        self,
        *,
        database: Database,
        transactions: Transactions,
        bell: Bell,
        events: Events,
        kinds: Mapping[str, Kind],
        handlers: Mapping[str, Handler],
        lease_seconds: float,
        grace_seconds: float,
        tally: Tally,
        log: structlog.stdlib.BoundLogger,
    ) -> None:
        self.id = uuid4()
        # Handlers and effects may hold every connection of theirs for as long as they like: renewing needs its own.
        self._database = database.beside(pool_size=KEEPING_CONNECTIONS)
        self._bell = bell
        self._events = events
        self._grace_seconds = grace_seconds
        self._tally = tally
        self._log = log
        self._keeper = Keeper(
            database=self._database,
            bell=bell,
            events=events,
            worker_id=self.id,
            place=f"{socket.gethostname()}:{os.getpid()}",
            kinds=sorted(handlers),
            lease_seconds=lease_seconds,
            tally=tally,
            log=log,
        )
        self._finisher = Finisher(
            database=self._database, events=events, tally=tally, forget=self._keeper.forget, log=log
        )
        timer = Timer(transactions=transactions, log=log)
        reaper = Reaper(transactions=transactions, kinds=kinds, lease_seconds=lease_seconds, tally=tally, log=log)
        janitor = Janitor(database=self._database, kinds=kinds.values(), log=log)
        self._keeping: Sequence[Part] = (self._database, self._keeper, janitor, reaper, timer, self._finisher)
        runner = Runner(
            handlers=handlers,
            transactions=transactions,
            finisher=self._finisher,
            keeper=self._keeper,
            timer=timer,
            gate=Gate(),
            tally=tally,
            log=log,
        )
        self._consumers = [
            Consumer(
                kind=kinds[name],
                worker_id=self.id,
                lease_seconds=lease_seconds,
                database=self._database,
                bell=bell,
                events=events,
                keeper=self._keeper,
                timer=timer,
                runner=runner,
                tally=tally,
                log=log,
            )
            for name in sorted(handlers)
        ]

    async def start(self) -> None:
        """Begin to work."""
        for part in (*self._keeping, *self._consumers):
            await part.start()

    async def stop(self) -> None:
        """Claim no more, let what runs end within the grace period, and give back the rest, so that others take it."""
        await asyncio.gather(*(consumer.stop() for consumer in self._consumers))
        reached("worker.stopped_claiming")
        await self._drain()
        for part in reversed(self._keeping):
            await part.stop()

    async def _drain(self) -> None:
        running = self._running()
        if running:
            self._log.info("waiting for jobs to end", jobs=len(running), grace_seconds=self._grace_seconds)
            await asyncio.wait([held.task for held in running if held.task], timeout=self._grace_seconds)
        left = self._running()
        for held in left:
            held.end(Stop.RELEASED)
        if left:
            await asyncio.wait([held.task for held in left if held.task], timeout=LEAVE_SECONDS)
            await self._give_back([held for held in self._keeper.held if held.stop is Stop.RELEASED])

    def _running(self) -> list[HeldJob]:
        return [held for held in self._keeper.held if held.task is not None and not held.task.done()]

    async def _give_back(self, left: Sequence[HeldJob]) -> None:
        """Queue again what isn't done. Should PostgreSQL be away, the leases run out instead."""
        ordered = sorted(left, key=lambda held: held.job.id)
        ids, tokens = [held.job.id for held in ordered], [held.token for held in ordered]
        try:
            released = await self._database.run(lambda connection: store.release_jobs(connection, ids, tokens))
        except AtelierError as error:
            self._log.warning("jobs not given back", jobs=len(left), error=repr(error))
            return
        reached("worker.released")
        for row in released:
            self._tally.release(row["kind"])
            self._bell.ring(row["kind"], Ring(1))
        self._events.tell(ids)
        for held in ordered:
            self._keeper.forget(held)
        self._log.info("jobs given back", jobs=len(released))
