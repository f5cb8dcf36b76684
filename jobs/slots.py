"""How many jobs of a kind this process runs at once."""

import asyncio
import contextlib

# How long to wait for more than one place: jobs that end at once free theirs one after the other.
GATHER_SECONDS = 0.005


class Slots:
    """`capacity` places. A claim is worth its statement for a share of them, so a moment is waited for that many."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._worth = max(1, capacity // 4)
        self._used = 0
        self._freed = asyncio.Event()

    @property
    def free(self) -> int:
        """Places nobody has."""
        return self._capacity - self._used

    @property
    def enough(self) -> bool:
        """Whether a claim is worth its statement."""
        return self.free >= self._worth

    def take(self, count: int) -> None:
        """Use places that are free."""
        self._used += count

    def give_back(self) -> None:
        """Leave one place."""
        self._used -= 1
        self._freed.set()

    async def wait(self) -> int:
        """How many are free: enough for a claim to be worth it, or as many as came free within a moment."""
        while not self.free:
            await self._next_freed()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GATHER_SECONDS):
                while not self.enough:
                    await self._next_freed()
        return self.free

    async def _next_freed(self) -> None:
        self._freed.clear()
        await self._freed.wait()
