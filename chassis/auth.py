"""Who calls: signs and verifies JSON Web Tokens (RFC 7519), and carries the caller through a call.

HS256 with a secret from a file serves one machine; a JWKS address serves a fleet. Tokens are never logged.
"""

import asyncio
import enum
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import jwt

from chassis.errors import PermissionDenied, Unauthenticated, Unavailable

AUDIENCE = "atelier"
ASYMMETRIC = ["RS256", "ES256", "EdDSA"]
REMEMBERED_SECONDS = 60.0
REMEMBERED_TOKENS = 10_000
MINIMUM_SECRET_BYTES = 32  # RFC 7518, 3.2: an HS256 key is no shorter than its hash.


class Role(enum.StrEnum):
    """What a caller may do: its own things, everything, or what one of our services does."""

    USER = "user"
    OPERATOR = "operator"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller whose token was verified."""

    subject: str
    role: Role


principal: ContextVar[Principal] = ContextVar("principal")
"""The caller of the call under way; set by the server before any handler runs."""


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
    """Public keys published by an identity provider (RFC 7517), fetched when an unknown key id appears."""

    algorithms = ASYMMETRIC

    def __init__(self, url: str, *, lifespan_seconds: float = 300, wait_seconds: float = 5) -> None:
        """A key that the provider withdraws is trusted for `lifespan_seconds` at most. Raises `jwt.PyJWTError`.

        `wait_seconds`: so long a caller waits for the provider, whatever deadline it has itself.
        """
        self._client = jwt.PyJWKClient(url, lifespan=lifespan_seconds, timeout=wait_seconds)
        self._wait_seconds = wait_seconds

    async def key_for(self, token: str) -> Any:
        """The key. Raises Unavailable when the provider doesn't give any, as that says nothing about the token."""
        kid = jwt.get_unverified_header(token).get("kid")
        try:
            # The client's own bound is that of each read, of which a provider can have any number.
            async with asyncio.timeout(self._wait_seconds):
                # The client fetches with blocking I/O.
                return (await asyncio.to_thread(self._find, str(kid))).key
        except TimeoutError as error:
            raise _provider_lost() from error

    def _find(self, kid: str) -> jwt.PyJWK:
        try:
            self._client.get_signing_keys()
        except (jwt.PyJWTError, ValueError, OSError) as error:
            raise _provider_lost() from error
        try:
            return self._client.get_signing_key(kid)
        except (jwt.PyJWKClientConnectionError, OSError) as error:
            raise _provider_lost() from error


class TokenVerifier:
    """Turns a call's `authorization` metadata into a principal.

    Remembers whom it has verified for up to REMEMBERED_SECONDS, as callers send the same token with every call: a key
    that a provider withdraws is therefore trusted that much longer. An expired token is refused on the second.
    """

    def __init__(self, keys: KeySource, *, clock: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self._clock = clock
        self._verified: dict[str, tuple[Principal, float]] = {}

    async def authenticate(self, authorization: str | None) -> Principal:
        """The caller behind `Bearer <JWT>`. Raises Unauthenticated, or Unavailable when no key can be had."""
        known = self._verified.get(authorization or "")
        if known is not None and self._clock() < known[1]:
            return known[0]
        caller, expiry = await self._verify(authorization)
        if len(self._verified) >= REMEMBERED_TOKENS:
            self._verified.clear()
        self._verified[authorization or ""] = (caller, min(expiry, self._clock() + REMEMBERED_SECONDS))
        return caller

    async def expiry(self, authorization: str | None) -> float:
        """When the token expires, in seconds since the epoch. Raises as `authenticate` does."""
        return (await self._verify(authorization))[1]

    async def _verify(self, authorization: str | None) -> tuple[Principal, float]:
        """The caller, and when the token expires in seconds since the epoch."""
        if not authorization:
            raise Unauthenticated("A token is needed: send the metadata `authorization: Bearer <JWT>`.")
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("The `authorization` metadata must read `Bearer <JWT>`.")
        try:
            key = await self._keys.key_for(token)
            claims = jwt.decode(
                token,
                key,
                algorithms=self._keys.algorithms,
                audience=AUDIENCE,
                options={"require": ["sub", "role", "exp", "aud"]},
            )
            return _principal(claims), float(claims["exp"])
        except jwt.ExpiredSignatureError:
            raise Unauthenticated("The token has expired; ask for a new one.") from None
        except (jwt.PyJWTError, ValueError):
            raise Unauthenticated("The token can't be verified; ask for a new one.") from None


class Permissions:
    """Which roles may call which methods; a method that isn't listed is open to every verified caller."""

    def __init__(self, roles: Mapping[str, frozenset[Role]]) -> None:
        self._roles = dict(roles)

    def check(self, caller: Principal, method: str) -> None:
        """Raises PermissionDenied unless the caller's role may call `method`, a full name such as `/pkg.Svc/Do`."""
        allowed = self._roles.get(method)
        if allowed is not None and caller.role not in allowed:
            names = " or ".join(sorted(allowed))
            raise PermissionDenied(f"Role {caller.role} may not call this; it needs role {names}.")


def sign_token(secret: str, *, subject: str, role: Role, lifetime: timedelta) -> str:
    """A token for `subject`, signed with the shared secret, valid from now for `lifetime`."""
    now = datetime.now(UTC)
    claims = {"sub": subject, "role": role.value, "aud": AUDIENCE, "iat": now, "exp": now + lifetime}
    return jwt.encode(claims, secret, algorithm="HS256")


def _principal(claims: Mapping[str, Any]) -> Principal:
    if not claims["sub"]:
        raise ValueError("nobody calls")
    return Principal(subject=claims["sub"], role=Role(claims["role"]))


def _provider_lost() -> Unavailable:
    return Unavailable(
        "The identity provider can't be reached; the same call may be sent again.",
        reason="IDENTITY_PROVIDER_UNAVAILABLE",
    )
