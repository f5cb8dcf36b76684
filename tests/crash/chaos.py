"""`python -m tests.crash.chaos`: a mixed load in a storm of crashes; exit code 0 when nothing is lost, twice or stuck.

SEED and MINUTES in the environment say which storm, and for how long. Servers, workers and callers are its own; nothing
of it is left at the end.
"""

import asyncio
import contextlib
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import structlog
from opentelemetry.metrics import NoOpMeter
from redis.exceptions import RedisError

from chassis.auth import Principal, Role, principal
from chassis.errors import AtelierError, Unavailable
from jobs.bell import Bell
from jobs.events import Events
from jobs.names import Names
from jobs.operating import Operating
from jobs.queues import Queues
from jobs.tally import Tally
from jobs.transactions import Transactions
from tests.crash.crew import Member, until
from tests.crash.ground import Ground, open_ground
from tests.crash.servers import SERVICE, OwnPostgres, OwnRedis, open_servers
from tests.crash.storm import Blow, schedule
from tests.crash.verdict import WATCH, Story, Verdict, judge, keep
from tests.crash.work import KINDS

WORKERS, ACCEPTORS = 4, 2
LEASE_SECONDS = 2.0
JOBS_PER_ORDER, ORDER_SECONDS = 8, 0.25
CANCELLED_SHARE = 0.03
RESTART_SECONDS = 0.3
REDIS_AWAY_SECONDS = 3.0
REPORT_SECONDS = 10.0
DRAIN_SECONDS = 90.0
LONGEST_END_SECONDS = 240.0
MIXTURE = {"plain": 30, "effect": 28, "slow": 16, "keyed": 8, "parent": 10, "flaky": 8, "peer": 8}
UNENDED = "SELECT state, count(*) FROM jobs WHERE ended_at IS NULL GROUP BY state"
WORKER_OF = "SELECT id, clock_timestamp() AS at FROM workers WHERE place LIKE '%:' || $1"
KILL = "INSERT INTO kills (worker_id, at, began) VALUES ($1, $2, $3)"
SHELF = "SELECT id FROM jobs WHERE state = 'FAILED' AND kind <> 'poison'"


class Post:
    """A process that is there: started again whenever it has ended."""

    def __init__(self, start: Callable[[], Member]) -> None:
        self._start = start
        self.member = start()
        self._task = asyncio.create_task(self._keep())

    async def _keep(self) -> None:
        while True:
            await self.member.waited()
            await asyncio.sleep(RESTART_SECONDS)
            self.member = self._start()

    async def leave(self) -> None:
        """Start it no more."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


class Chaos:
    """One storm over one ground."""

    def __init__(self, ground: Ground, postgres: OwnPostgres, redis: OwnRedis, seed: int) -> None:
        self._ground = ground
        self._postgres = postgres
        self._redis = redis
        self._chance = random.Random(seed)
        self._began = time.monotonic()
        self._orders = 0
        self._lasting: list[asyncio.Task[None]] = []
        self._redis_lock, self._postgres_lock = asyncio.Lock(), asyncio.Lock()
        self.story = Story()
        self.blows: Counter[str] = Counter()
        self.workers = [Post(ground.crew.work) for _ in range(WORKERS)]
        self.acceptors = [Post(ground.crew.accept) for _ in range(ACCEPTORS)]
        self._operating, self._queues = _operators(ground)

    async def run(self, blows: Sequence[Blow], seconds: float) -> None:
        """Let it storm, and then have everything end."""
        reporting = asyncio.create_task(self._report_always())
        callers = [asyncio.create_task(self._order_until(number, seconds)) for number in range(ACCEPTORS)]
        for blow in blows:
            await asyncio.sleep(max(0.0, self._began + blow.at_seconds - time.monotonic()))
            self._begin(self._strike(blow))
            self.blows[blow.what] += 1
        await asyncio.gather(*callers)
        await asyncio.gather(*self._lasting)
        await self._drain()
        for job_id in await self._ground.fetch(SHELF):
            # An operator looks at the shelf of failed jobs, and has them tried again.
            self.story.given_up.add(job_id["id"])
            await self._operating.retry_job(f"{SERVICE}/jobs/{job_id['id']}")
        await self._drain()
        reporting.cancel()
        await asyncio.gather(reporting, return_exceptions=True)
        for post in (*self.workers, *self.acceptors):
            await post.leave()

    def _begin(self, lasting: Coroutine[Any, Any, None]) -> None:
        self._lasting.append(asyncio.create_task(lasting))

    async def _strike(self, blow: Blow) -> None:
        worker = self.workers[blow.target % WORKERS]
        match blow.what:
            case "kill worker":
                await self._kill(worker.member)
            case "stop worker":
                worker.member.send(signal.SIGTERM)
            case "freeze worker":
                await self._freeze(worker.member, blow.seconds)
            case "poison":
                await self._order(self.acceptors[0], [self._new_order("poison")])
            case "kill acceptor":
                self.acceptors[blow.target % ACCEPTORS].member.send(signal.SIGKILL)
            case "flush redis":
                with contextlib.suppress(RedisError, OSError):  # It may be away.
                    await self._redis.flush()
            case "redis away":
                await self._send_redis_away()
            case "crash postgres" | "restart postgres":
                await self._restart_postgres(signal.SIGKILL if blow.what == "crash postgres" else signal.SIGINT)
            case "pause queue":
                await self._pause(KINDS[blow.target % len(KINDS)].name, blow.seconds)

    async def _kill(self, member: Member) -> None:
        """Kill it, and note whom and when by the database's clock."""
        try:
            rows = await self._ground.fetch(WORKER_OF, str(member.pid))
        except Unavailable:
            rows = []
        member.send(signal.SIGKILL)
        began = time.monotonic()
        for row in rows:
            await _insist(partial(self._ground.execute, KILL, row["id"], row["at"], began))

    async def _freeze(self, member: Member, seconds: float) -> None:
        member.send(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        member.send(signal.SIGCONT)

    async def _send_redis_away(self) -> None:
        async with self._redis_lock:
            await self._redis.stop()
            await asyncio.sleep(REDIS_AWAY_SECONDS)
            await self._redis.start()

    async def _restart_postgres(self, how: signal.Signals) -> None:
        async with self._postgres_lock:
            self.story.postgres_hit.append(time.monotonic())
            await self._postgres.restart(how)
            self.story.postgres_hit.append(time.monotonic())

    async def _pause(self, kind: str, seconds: float) -> None:
        await _insist(lambda: self._queues.pause_queue(f"{SERVICE}/queues/{kind}"))
        await asyncio.sleep(seconds)
        await _insist(lambda: self._queues.resume_queue(f"{SERVICE}/queues/{kind}"))

    async def _order_until(self, number: int, seconds: float) -> None:
        while time.monotonic() - self._began < seconds:
            kinds = self._chance.choices(list(MIXTURE), list(MIXTURE.values()), k=JOBS_PER_ORDER)
            accepted = await self._order(self.acceptors[number], [self._new_order(kind) for kind in kinds])
            for job_id in accepted:
                if self._chance.random() < CANCELLED_SHARE:
                    self._begin(self._cancel(job_id))
            await asyncio.sleep(ORDER_SECONDS)

    def _new_order(self, kind: str) -> dict[str, Any]:
        self._orders += 1
        order: dict[str, Any] = {"key": str(self._orders), "kind": kind}
        if kind in {"slow", "keyed"}:
            order["details"] = {"steps": self._chance.randint(1, 12 if kind == "slow" else 2), "seconds": 0.1}
        if kind == "keyed":
            order["concurrency_key"] = f"account {self._chance.randrange(8)}"
        if self._chance.random() < 0.1:
            order["in_seconds"] = self._chance.uniform(0.5, 8.0)
        return order

    async def _order(self, acceptor: Post, orders: Sequence[dict[str, Any]]) -> list[UUID]:
        """Ask until the answer is OK, as a client does."""
        while True:
            answer = await acceptor.member.order(orders)
            if answer is not None and "ok" in answer:
                accepted = {key: UUID(job_id) for key, job_id in answer["ok"].items()}
                self.story.accepted.update(accepted)
                return list(accepted.values())
            await asyncio.sleep(RESTART_SECONDS)

    async def _cancel(self, job_id: UUID) -> None:
        await asyncio.sleep(self._chance.uniform(0.0, 1.0))
        self.story.cancelled.add(job_id)
        # It may have ended, or PostgreSQL be away: then nothing was promised.
        with contextlib.suppress(AtelierError):
            await self._operating.cancel_job(f"{SERVICE}/jobs/{job_id}")

    async def _drain(self) -> None:
        # What hasn't ended by then is stuck, as the verdict says.
        with contextlib.suppress(AssertionError):
            await until(self._all_ended, "every job has ended", seconds=DRAIN_SECONDS)

    async def _all_ended(self) -> bool:
        return not await self._unended()

    async def _unended(self) -> dict[str, int]:
        rows = await _insist(lambda: self._ground.fetch(UNENDED))
        return {row["state"]: row["count"] for row in rows}

    async def _report_always(self) -> None:
        while True:
            await asyncio.sleep(REPORT_SECONDS)
            left = ", ".join(f"{count} {state}" for state, count in sorted((await self._unended()).items()))
            elapsed = time.monotonic() - self._began
            say(f"{elapsed:4.0f} s: accepted {len(self.story.accepted)}, {left or 'all ended'}; {self._told()}")

    def _told(self) -> str:
        return ", ".join(f"{count} × {what}" for what, count in self.blows.most_common())


def _operators(ground: Ground) -> tuple[Operating, Queues]:
    """What the RPCs for operators stand on; without Redis, so that workers hear of it late."""
    log = structlog.get_logger("chaos")
    kinds = {kind.name: kind for kind in KINDS}
    bell = Bell(redis=None, prefix=SERVICE, tally=Tally(NoOpMeter("chaos")), log=log)
    events = Events(redis=None, prefix=SERVICE, log=log)
    names = Names(SERVICE)
    transactions = Transactions(database=ground.database, bell=bell, events=events, kinds=kinds)
    operating = Operating(names=names, database=ground.database, transactions=transactions, events=events, kinds=kinds)
    queues = Queues(
        names=names, database=ground.database, transactions=transactions, bell=bell, kinds=kinds, stuck_seconds=60.0
    )
    return operating, queues


async def _insist(call: Callable[[], Awaitable[Any]]) -> Any:
    """What `call` gives, once PostgreSQL is there."""
    while True:
        try:
            return await call()
        except AtelierError:
            await asyncio.sleep(RESTART_SECONDS)


async def storm(seed: int, minutes: float) -> tuple[Verdict, Counter[str]]:
    """One storm on servers of its own: the verdict, and how often what happened."""
    principal.set(Principal("chaos", Role.OPERATOR))
    seconds = minutes * 60
    blows = schedule(seed, seconds=seconds, workers=WORKERS, lease_seconds=LEASE_SECONDS)
    with TemporaryDirectory(prefix="atelier-chaos-") as folder:
        async with (
            open_servers() as (postgres, redis),
            open_ground(
                url=postgres.url,
                schema=SERVICE,
                redis_url=redis.url,
                secret=postgres.secret,
                folder=Path(folder),
                ATELIER_CRASH_LEASE_SECONDS=str(LEASE_SECONDS),
            ) as ground,
        ):
            await ground.execute(WATCH)
            chaos = Chaos(ground, postgres, redis, seed)
            async with asyncio.timeout(seconds + LONGEST_END_SECONDS):
                await chaos.run(blows, seconds)
            return await judge(ground, chaos.story), chaos.blows


def say(line: str) -> None:
    """Show a line at once, also where nobody sits at a terminal."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """Storm, print and keep."""
    seed, minutes = int(os.environ.get("SEED") or 1), float(os.environ.get("MINUTES") or 3)
    say(f"seed {seed}, {minutes:g} minutes, {WORKERS} workers, leases of {LEASE_SECONDS:g} s")
    verdict, blows = asyncio.run(storm(seed, minutes))
    conditions = {"seed": seed, "minutes": minutes, "workers": WORKERS, "lease_seconds": LEASE_SECONDS}
    keep(verdict, **conditions, blows=dict(blows))
    for line in verdict.lines(LEASE_SECONDS):
        say(line)
    return 0 if verdict.passed else 1


if __name__ == "__main__":
    sys.exit(main())
