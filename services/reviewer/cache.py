"""Answers of models, kept in Redis for a while. All of it may be lost; without Redis nothing is kept, and all works.

The key is a hash, and the value what a model said of redacted texts: neither holds anything that wasn't redacted. Of
equal requests at once, in any process, one asks and the others wait for its answer: whoever holds the lock asks. The
lock has a random token, so that only its holder frees it, and ends by itself soon after a holder that crashed.
"""

import asyncio
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any

import structlog
from pydantic import TypeAdapter, ValidationError
from redis.asyncio.lock import Lock
from redis.exceptions import RedisError

from services.reviewer.models.model import Answer

LOCK_SECONDS = 15.0
_POLL_SECONDS = 0.1
_LOST = (RedisError, OSError)
_ANSWERS = TypeAdapter(Answer)

Ask = Callable[[], Awaitable[Answer]]


def cache_key(*, model: str, prompt: str, tools: Mapping[str, str]) -> str:
    """A hash of everything that an answer depends on.

    `prompt` is the prompt's identity, which holds the redacted content and the prompt's version; `tools` are those that
    looked before, with their versions.
    """
    told = json.dumps([model, prompt, sorted(tools.items())])
    return hashlib.sha256(told.encode()).hexdigest()


class AnswerCache:
    """Gives answers that were bought before. `redis` None: there is none."""

    def __init__(
        self,
        *,
        redis: Any,
        prefix: str,
        wait_seconds: float,
        log: structlog.stdlib.BoundLogger,
        lock_seconds: float = LOCK_SECONDS,
    ) -> None:
        """`prefix` is that of its keys. Nobody waits longer than `wait_seconds` for somebody else's answer."""
        self._redis = redis
        self._prefix = prefix
        self._wait_seconds = wait_seconds
        self._lock_seconds = lock_seconds
        self._log = log
        self._away = False

    async def fetch(self, key: str, ask: Ask, *, keep_seconds: int) -> tuple[Answer, bool]:
        """The answer, and whether it was there already. Raises what `ask` raises; nothing is kept then.

        `keep_seconds` 0: nothing is kept or looked for.
        """
        if self._redis is None or not keep_seconds:
            return await ask(), False
        kept = await self._read(key)
        if kept is not None:
            return kept, True
        async with self._turn(key) as alone:
            kept = await self._read(key) if alone else None
            if kept is not None:
                return kept, True
            answer = await ask()
            # Before anything else: a crash from here on doesn't buy it again.
            await self._write(key, answer, keep_seconds)
        return answer, False

    async def close(self) -> None:
        """Close its connections. Closing twice is legal."""
        if self._redis is not None:
            await self._redis.aclose()

    @contextlib.asynccontextmanager
    async def _turn(self, key: str) -> AsyncIterator[bool]:
        """Wait for the lock, and hold it meanwhile; false where there was none to be had in time."""
        lock = await self._acquired(key)
        if lock is None:
            yield False
            return
        holding = asyncio.create_task(self._hold(lock))
        try:
            yield True
        finally:
            holding.cancel()
            with contextlib.suppress(*_LOST):
                await lock.release()

    async def _acquired(self, key: str) -> Lock | None:
        if self._away:
            return None
        lock: Lock = self._redis.lock(
            self._name(key, "lock"),
            timeout=self._lock_seconds,
            sleep=_POLL_SECONDS,
            blocking_timeout=self._wait_seconds,
            thread_local=False,
        )
        try:
            return lock if await lock.acquire() else None
        except _LOST as error:
            self._tell(error)
            return None

    async def _hold(self, lock: Lock) -> None:
        """Prolong the lock until cancelled; one that became another's stays so."""
        while True:
            await asyncio.sleep(self._lock_seconds / 3)
            with contextlib.suppress(*_LOST):
                await lock.reacquire()

    async def _read(self, key: str) -> Answer | None:
        try:
            kept = await self._redis.get(self._name(key, "answer"))
            self._away = False
            return None if kept is None else _ANSWERS.validate_json(kept)
        except _LOST as error:
            self._tell(error)
        except ValidationError:
            self._log.warning("kept answer can't be read", cache_key=key)
        return None

    async def _write(self, key: str, answer: Answer, keep_seconds: int) -> None:
        value = json.dumps({**asdict(answer), "usages": []})
        try:
            await self._redis.set(self._name(key, "answer"), value, ex=keep_seconds)
        except _LOST as error:
            self._tell(error)

    def _name(self, key: str, what: str) -> str:
        return f"{self._prefix}:cache:{{{key}}}:{what}"

    def _tell(self, error: BaseException) -> None:
        if not self._away:
            self._log.warning("cache not reached, answers aren't kept", error=type(error).__name__)
        self._away = True
