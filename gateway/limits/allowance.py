"""What one caller may do of one class: calls are taken in portions in advance, so that few of them ask Redis.

A portion is what the caller spends in about a tenth of a second, one call for a slow caller, and at most a hundredth of
its limit; what is left of it after a second is lost. So no limit is exceeded, and little of it goes unused.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from gateway.limits.counting import Counting
from gateway.limits.limit import PORTION_SECONDS, Limit

# How long a call waits for Redis before it is counted in this process.
PATIENCE_SECONDS = 0.01
# A portion that lasts shorter is too small, one that lasts longer is too big.
SHORT_SECONDS = 0.1
LONG_SECONDS = 0.4


@dataclass(frozen=True, slots=True)
class Standing:
    """How a caller stands: calls `left` of its limit, as last counted. `wait_seconds`: until one is free; 0 is now."""

    limit: Limit
    left: int
    wait_seconds: float = 0.0


class Allowance:
    """A caller's, under the `key` by which it is counted."""

    def __init__(
        self,
        *,
        limit: Limit,
        key: str,
        counting: Counting,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limit = limit
        self._key = key
        self._counting = counting
        self._clock = clock
        self._portion = 1
        self._calls = 0
        self._left_beside = limit.amount
        self._taken_at = 0.0
        self._refused_until = 0.0
        self._taking: asyncio.Task[None] | None = None

    async def take(self) -> Standing:
        """Spend one call, if there is any; the standing then says when."""
        while True:
            now = self._clock()
            if now < self._refused_until:
                return Standing(self.limit, 0, self._refused_until - now)
            if self._calls and now < self._taken_at + PORTION_SECONDS:
                self._calls -= 1
                return Standing(self.limit, self._calls + self._left_beside)
            if not await self._portion_taken():
                return await self._take_here()

    async def take_more(self, calls: int) -> Standing:
        """Spend so many calls at once, or none."""
        if calls <= self._calls and self._clock() < self._taken_at + PORTION_SECONDS:
            self._calls -= calls
            return Standing(self.limit, self._calls + self._left_beside)
        grant = await self._counting.take(self.limit, self._key, wanted=calls, least=calls)
        return Standing(self.limit, self._calls + grant.left, grant.wait_seconds)

    async def _portion_taken(self) -> bool:
        """Whether the next portion came in time; all who wait for it share it."""
        if self._taking is None:
            self._taking = asyncio.create_task(self._take_portion())
        taking = self._taking
        await asyncio.wait((taking,), timeout=PATIENCE_SECONDS)
        if taking.done():
            taking.result()
        return taking.done()

    async def _take_portion(self) -> None:
        try:
            lasted = self._clock() - self._taken_at
            if lasted < SHORT_SECONDS:
                self._portion = min(2 * self._portion, self.limit.portion)
            elif lasted > LONG_SECONDS:
                self._portion = max(1, self._portion // 2)
            asked_at = self._clock()
            grant = await self._counting.take(self.limit, self._key, wanted=self._portion)
            self._calls, self._left_beside, self._taken_at = grant.calls, grant.left, asked_at
            self._refused_until = self._clock() + grant.wait_seconds if not grant.calls else 0.0
        finally:
            self._taking = None

    async def _take_here(self) -> Standing:
        grant = await self._counting.take_here(self.limit, self._key)
        return Standing(self.limit, grant.left, grant.wait_seconds)
