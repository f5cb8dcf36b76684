"""Identity providers over real HTTP on loopback."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from chassis.auth import AUDIENCE


@dataclass
class Provider:
    """An identity provider: what it publishes, what it signs, and how often it was asked."""

    keys: dict[str, ec.EllipticCurvePrivateKey] = field(default_factory=dict)
    answer: bytes | None = None
    asked: int = 0
    url: str = ""
    met: asyncio.Event = field(default_factory=asyncio.Event)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, kid: str) -> None:
        """Publish a new key."""
        self.keys[kid] = ec.generate_private_key(ec.SECP256R1())

    def token(self, kid: str, key: Any = None, algorithm: str = "ES256") -> str:
        """A good token by the key `kid`, or by another that claims to be it."""
        expiry = datetime.now(UTC) + timedelta(hours=1)
        claims = {"sub": "ann", "role": "user", "aud": AUDIENCE, "exp": expiry}
        return jwt.encode(claims, key or self.keys[kid], algorithm=algorithm, headers={"kid": kid})

    def published(self) -> bytes:
        """The JSON Web Key Set."""
        told = [
            ECAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": kid, "use": "sig", "alg": "ES256"}
            for kid, key in self.keys.items()
        ]
        return json.dumps({"keys": told}).encode()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        await reader.readuntil(b"\r\n\r\n")
        self.asked += 1
        self.met.set()
        await self.may_answer.wait()
        body = self.published()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body if self.answer is None else self.answer)
        await writer.drain()
        writer.close()


AnyProvider = TypeVar("AnyProvider", bound=Provider)


@asynccontextmanager
async def serving(provider: AnyProvider) -> AsyncIterator[AnyProvider]:
    """The provider with one key, as long as it is asked."""
    provider.add("key-1")
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0)
    provider.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/jwks"
    yield provider
    server.close()
    await server.wait_closed()


async def outcome_of(asking: Awaitable[Any]) -> Any:
    """What was answered or raised."""
    return (await asyncio.gather(asking, return_exceptions=True))[0]
