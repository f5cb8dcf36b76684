"""Where the keys that verify tokens come from: a secret from a file serves one machine, a JWKS address a fleet."""

import asyncio
import math
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Protocol

import jwt

from chassis.errors import Unavailable

ASYMMETRIC = ["RS256", "ES256", "EdDSA"]
GIVEN_UP_SECONDS = 60.0  # A fetch of keys that goes on for so long after all have left it stops no other.
MINIMUM_SECRET_BYTES = 32  # RFC 7518, 3.2: an HS256 key is no shorter than its hash.


class KeySource(Protocol):
    """Where the key that verifies a token comes from."""

    algorithms: list[str]

    async def key_for(self, token: str) -> Any:
        """The key, as PyJWT takes it. Raises `jwt.PyJWTError` when there is none."""


class SharedSecret:
    """One secret signs and verifies."""

    algorithms = ["HS256"]  # noqa: RUF012 - never changed

    def __init__(self, secret: str) -> None:
        if len(secret.encode()) < MINIMUM_SECRET_BYTES:
            raise ValueError(f"the JWT secret must have at least {MINIMUM_SECRET_BYTES} bytes")
        self._secret = secret

    async def key_for(self, token: str) -> str:
        return self._secret


class Jwks:
    """Public keys published by an identity provider (RFC 7517), fetched when an unknown key id appears.

    One fetch at a time serves whoever waits, in a thread of its own: a provider that never ends its answer holds up
    nothing else, nor a process that ends.
    """

    algorithms = ASYMMETRIC

    def __init__(
        self, url: str, *, lifespan_seconds: float = 300, wait_seconds: float = 5, pause_seconds: float = 10
    ) -> None:
        """A key that the provider withdraws is trusted for `lifespan_seconds` at most. Raises `jwt.PyJWTError`.

        `wait_seconds`: so long callers wait for a fetch, whatever deadline they have themselves. `pause_seconds`: so
        long no unknown key id has the keys fetched after one had, as anybody can make ids up.
        """
        self._client = jwt.PyJWKClient(url, cache_jwk_set=False, timeout=wait_seconds)
        self._lifespan_seconds = lifespan_seconds
        self._wait_seconds = wait_seconds
        self._pause_seconds = pause_seconds
        self._keys: list[jwt.PyJWK] = []
        self._stale_at = self._curious_at = -math.inf
        self._fetch: asyncio.Future[None] | None = None
        self._waited_for_until = -math.inf

    async def key_for(self, token: str) -> Any:
        """The key. Raises Unavailable when the provider doesn't give any, as that says nothing about the token."""
        kid = str(jwt.get_unverified_header(token).get("kid"))
        now = time.monotonic()
        if now >= self._stale_at:
            await self._renew(now)
        elif self._find(kid) is None:
            await self._look_again(now)
        key = self._find(kid)
        if key is None:
            raise jwt.PyJWKClientError("The provider publishes no key of this id.")
        return key.key

    def _find(self, kid: str) -> jwt.PyJWK | None:
        return jwt.PyJWKClient.match_kid(self._keys, kid)

    async def _look_again(self, now: float) -> None:
        """During the pause the last fetch counts, which may be under way, or have failed."""
        if now >= self._curious_at:
            self._curious_at = now + self._pause_seconds
            await self._renew(now)
        elif self._fetch is not None:
            await self._wait_for(self._fetch, now)

    async def _renew(self, now: float) -> None:
        if self._fetch is None or self._fetch.done() or now >= self._waited_for_until + GIVEN_UP_SECONDS:
            self._fetch = _in_thread(self._ask)
            self._waited_for_until = now + self._wait_seconds
        await self._wait_for(self._fetch, now)

    async def _wait_for(self, fetch: asyncio.Future[None], now: float) -> None:
        """Wait with whoever else does, and no longer than anybody may for one fetch."""
        try:
            # The client's own bound is that of each read, of which a provider can have any number.
            async with asyncio.timeout(self._waited_for_until - now):
                await asyncio.shield(fetch)
        except (jwt.PyJWTError, ValueError, OSError) as error:  # A TimeoutError is an OSError.
            raise _provider_lost() from error

    def _ask(self) -> None:
        """Runs in the fetch's thread. What comes when nobody waits any more is kept too."""
        self._keys = self._client.get_signing_keys()
        self._stale_at = time.monotonic() + self._lifespan_seconds


def _provider_lost() -> Unavailable:
    return Unavailable(
        "The identity provider can't be reached; the same call may be sent again.",
        reason="IDENTITY_PROVIDER_UNAVAILABLE",
    )


def _in_thread(work: Callable[[], None]) -> asyncio.Future[None]:
    """How `work` ends, whose thread nobody waits for at a process's end: one of the loop's own would be waited for."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    ended.add_done_callback(asyncio.Future.exception)  # There may be nobody left to hear of it.

    def run() -> None:
        try:
            work()
            tell = partial(ended.set_result, None)
        except Exception as error:  # noqa: BLE001 - told to who waits
            tell = partial(ended.set_exception, error)
        with suppress(RuntimeError):  # The loop is closed: the process ends.
            loop.call_soon_threadsafe(tell)

    threading.Thread(target=run, daemon=True).start()
    return ended
