"""Counts calls over all gateways in Redis, and in this process's memory while Redis doesn't answer.

Losing what is counted costs nothing but that somebody may begin anew (I2).
"""

import asyncio
from dataclasses import dataclass
from typing import Any

import structlog
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from chassis.redis import AWAY
from gateway.limits.limit import Limit
from gateway.limits.window import Window
from gateway.load import Load

PREFIX = "atelier:limits"
# Redis is away when it takes so long. No call waits for that: see `allowance.py`.
ANSWER_SECONDS = 0.5
LOOK_AGAIN_SECONDS = 1.0
# Also the most connections to Redis: many callers may come at once.
AT_ONCE = 16
# Others may take what was free a moment ago; whoever is that unlucky is one too many anyway.
TRIES = 3
TRY_AGAIN_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Grant:
    """`calls` that may be made, and `left` that could be had beside; where there are none, when they may be had."""

    calls: int
    left: int
    wait_seconds: float = 0.0


class Counter:
    """Counts in one storage of `limits`, by sliding windows: two numbers a key, however high the limit."""

    def __init__(self, storage: Any) -> None:
        self._storage = storage
        self._limiter = SlidingWindowCounterRateLimiter(storage)

    async def take(self, limit: Limit, key: str, *, wanted: int, least: int) -> Grant:
        """Up to `wanted` calls, and none rather than fewer than `least`."""
        item, wait = limit.counted, TRY_AGAIN_SECONDS
        for _ in range(TRIES):
            counted = await self._storage.get_sliding_window(item.key_for(key), item.get_expiry())
            window = Window(item.amount, item.get_expiry(), *counted)
            calls = min(wanted, window.free)
            if calls < least:
                wait = max(wait, window.seconds_until(least))
                break
            if await self._limiter.hit(item, key, cost=calls):
                return Grant(calls, window.free - calls)
        return Grant(0, 0, wait)


class Counting:
    """Takes calls where they are counted at the moment. A part. `redis` None: always in this process."""

    def __init__(self, *, redis: Any, load: Load, log: structlog.stdlib.BoundLogger) -> None:
        self._redis = redis
        self._load = load
        self._log = log
        self._local = Counter(MemoryStorage())
        self._shared = None if redis is None else Counter(_Windows(redis))
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._looking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Ask Redis once, and go on without it where it doesn't answer."""
        if self._redis is not None:
            self._load.limits_shared = True
            try:
                await self._ask()
            except AWAY as error:
                self._lose(error)

    async def stop(self) -> None:
        """Close the connections. Stopping twice is legal."""
        looking, self._looking = self._looking, None
        if looking is not None:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
        if self._redis is not None:
            self._load.limits_shared = False
            await self._redis.aclose()

    async def take(self, limit: Limit, key: str, *, wanted: int = 1, least: int = 1) -> Grant:
        """As a Counter does, over all gateways if Redis answers, and over this process else."""
        if self._shared is not None and self._load.limits_shared:
            try:
                async with asyncio.timeout(ANSWER_SECONDS), self._at_once:
                    return await self._shared.take(limit, key, wanted=wanted, least=least)
            except AWAY as error:
                self._lose(error)
        return await self.take_here(limit, key, wanted=wanted, least=least)

    async def take_here(self, limit: Limit, key: str, *, wanted: int = 1, least: int = 1) -> Grant:
        """As a Counter does, over this process alone, at once."""
        return await self._local.take(limit, key, wanted=wanted, least=least)

    def _lose(self, error: BaseException) -> None:
        if self._load.limits_shared:
            self._load.limits_shared = False
            self._log.warning("limits are counted by each gateway alone", error=type(error).__name__)
            self._looking = asyncio.create_task(self._look_again())

    async def _look_again(self) -> None:
        while not self._load.limits_shared:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            try:
                await self._ask()
            except AWAY:
                continue
            self._load.limits_shared = True
            self._log.info("limits are counted over all gateways again")

    async def _ask(self) -> None:
        async with asyncio.timeout(ANSWER_SECONDS):
            await self._redis.ping()


class _Windows(RedisStorage):
    """The storage of `limits` over a client of ours, which knows our addresses and is closed by us.

    Its keys have hash tags, so that the two of a window stand in one node of a cluster.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        super().__init__("redis://", implementation="redispy", key_prefix=PREFIX)

    def configure_bridge(self) -> None:
        bridge: Any = self.bridge
        bridge.storage = self._client
        bridge.connection_getter = lambda _: self._client
