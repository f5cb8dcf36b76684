"""Who calls: signs and verifies JSON Web Tokens (RFC 7519), and carries the caller through a call.

Tokens are never logged.
"""

import enum
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from chassis.errors import PermissionDenied, Unauthenticated
from chassis.keys import KeySource

AUDIENCE = "atelier"
REMEMBERED_SECONDS = 60.0
REMEMBERED_TOKENS = 10_000


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
