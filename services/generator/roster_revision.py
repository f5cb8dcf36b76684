"""The roster's revision: what tells whether a card that is held in memory is still the player's.

PostgreSQL counts the imports. Redis holds a copy, which may be trusted for a bounded time after it was read, so that a
card held in memory is shown without a query. An import is answered once it has raised the copy; where it can't, it
waits until nobody trusts the old one any longer. So no call that begins after an import was answered shows what was
before it. An import that died before its answer, and one whose copy Redis acknowledged and then lost, is seen after
that time at the latest.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from chassis.postgres import Database
from chassis.redis import AWAY
from jobs.bell import PATIENCE_SECONDS
from services.generator import store

TRUSTED_SECONDS = 30.0
# How long a Redis that didn't answer is left alone: PostgreSQL answers sooner than it would.
AWAY_SECONDS = 1.0

# Sets KEYS[1] to the revision ARGV[1] for ARGV[2] ms; a newer one stays, as others may have read it later than we.
_RAISE = """
local known = redis.call('GET', KEYS[1])
if not known or tonumber(known) <= tonumber(ARGV[1]) then
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return 1
"""


class RosterRevision:
    """Reads the revision, and tells of a new one. A part that starts nothing and closes its client."""

    def __init__(
        self, *, database: Database, redis: Any, prefix: str, trusted_seconds: float = TRUSTED_SECONDS
    ) -> None:
        """`redis` None: there is none, and every reading is a query. `prefix`: of its key, the schema's name."""
        self._database = database
        self._redis = redis
        self._key = f"{{{prefix}}}:roster"
        self._trusted_seconds = trusted_seconds
        self._away_until = 0.0

    async def start(self) -> None:
        """It connects when first used."""

    async def stop(self) -> None:
        """Close the client."""
        redis, self._redis = self._redis, None
        if redis is not None:
            await redis.aclose()

    async def current(self) -> int:
        """A revision that no import which was answered before this call is missing in. Raises Unavailable."""
        known = await self._ask(lambda redis: redis.get(self._key))
        if known is not None:
            return int(known)
        began = time.monotonic()
        revision = await self._database.run(store.get_roster_revision)
        # The time counts from before the reading: what was imported since isn't in it.
        await self._raise(revision, self._trusted_seconds - (time.monotonic() - began))
        return revision

    async def tell(self, revision: int) -> bool:
        """Whether all processes know of the revision from now on."""
        return self._redis is None or await self._raise(revision, self._trusted_seconds)

    async def settle(self, revision: int) -> None:
        """Return once no process trusts an older revision."""
        last = time.monotonic() + self._trusted_seconds
        while not await self.tell(revision) and time.monotonic() < last:  # noqa: ASYNC110 - Redis won't say it's back
            await asyncio.sleep(min(AWAY_SECONDS, self._trusted_seconds))

    async def _raise(self, revision: int, seconds: float) -> bool:
        milliseconds = round(seconds * 1000)
        if milliseconds < 1:
            return False
        answer = await self._ask(lambda redis: redis.eval(_RAISE, 1, self._key, revision, milliseconds))
        return answer is not None

    async def _ask(self, command: Callable[[Any], Awaitable[Any]]) -> Any:
        """Redis's answer; None when it has none, or is away."""
        if self._redis is None or time.monotonic() < self._away_until:
            return None
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await command(self._redis)
        except AWAY:
            self._away_until = time.monotonic() + AWAY_SECONDS
            return None
