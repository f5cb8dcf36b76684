"""Keys that an identity provider publishes, over real HTTP on loopback."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from atelier.resolver.v1 import resolver_service_pb2 as pb
from atelier.resolver.v1.resolver_service_pb2_grpc import ResolverServiceStub
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from grpc.aio import AioRpcError
from jwt.algorithms import ECAlgorithm

from chassis.auth import AUDIENCE, Jwks, Principal, Role, TokenVerifier
from chassis.client import open_channel, token_interceptors
from chassis.errors import Unauthenticated, Unavailable
from tests.integration.chassis.conftest import ServeToy, Until


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


@dataclass
class Endless:
    """A provider that goes on answering, byte by byte, until it is ended by what makes the answer good."""

    ending: bytes = b""
    asked: int = 0
    url: str = ""
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        await reader.readuntil(b"\r\n\r\n")
        self.asked += 1
        with contextlib.suppress(ConnectionError):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
            while not self.ended.is_set():
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.01)
            writer.write(self.ending)
            await writer.drain()
        writer.close()


async def outcome_of(asking: Awaitable[Any]) -> Any:
    """What was answered or raised."""
    return (await asyncio.gather(asking, return_exceptions=True))[0]


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    """A provider with one key."""
    provider = Provider()
    provider.add("key-1")
    provider.may_answer.set()
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0)
    provider.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/jwks"
    yield provider
    server.close()
    await server.wait_closed()


async def test_a_token_by_a_published_key_names_its_caller_and_the_provider_is_asked_once(provider: Provider) -> None:
    verifier = TokenVerifier(Jwks(provider.url))

    callers = [await verifier.authenticate(f"Bearer {provider.token('key-1')}") for _ in range(3)]

    assert callers == [Principal("ann", Role.USER)] * 3
    assert provider.asked == 1


async def test_a_key_id_that_nobody_published_is_a_bad_token(provider: Provider) -> None:
    stranger = provider.token("key-2", ec.generate_private_key(ec.SECP256R1()))

    with pytest.raises(Unauthenticated):
        await TokenVerifier(Jwks(provider.url)).authenticate(f"Bearer {stranger}")


async def test_another_key_under_a_published_id_is_a_bad_token(provider: Provider) -> None:
    forged = provider.token("key-1", ec.generate_private_key(ec.SECP256R1()))

    with pytest.raises(Unauthenticated):
        await TokenVerifier(Jwks(provider.url)).authenticate(f"Bearer {forged}")


async def test_a_public_key_is_no_shared_secret(provider: Provider) -> None:
    public = provider.keys["key-1"].public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    forged = provider.token("key-1", public, algorithm="HS256")

    with pytest.raises(Unauthenticated):
        await TokenVerifier(Jwks(provider.url)).authenticate(f"Bearer {forged}")


async def test_rubbish_is_a_bad_token_and_no_reason_to_ask_the_provider(provider: Provider) -> None:
    for rubbish in ("rubbish", "a.b.c", ""):
        with pytest.raises(Unauthenticated):
            await TokenVerifier(Jwks(provider.url)).authenticate(f"Bearer {rubbish}")

    assert provider.asked == 0


BROKEN = {
    "an error": b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
    "no JSON": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<html></>",
    "no object": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
    "no keys": b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"keys":[]}',
    "half an answer": b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{",
    "nothing": b"",
}


@pytest.mark.parametrize("answer", list(BROKEN.values()), ids=list(BROKEN))
async def test_a_broken_provider_is_an_outage_and_not_the_callers_fault_until_it_is_well(
    provider: Provider, answer: bytes
) -> None:
    verifier = TokenVerifier(Jwks(provider.url))
    token = f"Bearer {provider.token('key-1')}"
    provider.answer = answer

    with pytest.raises(Unavailable) as caught:
        await verifier.authenticate(token)
    provider.answer = None

    assert caught.value.reason == "IDENTITY_PROVIDER_UNAVAILABLE"
    assert (await verifier.authenticate(token)).subject == "ann"


@pytest.fixture
async def endless() -> AsyncIterator[Endless]:
    """A provider whose answers never end, until the test does."""
    endless = Endless()
    server = await asyncio.start_server(endless.serve, "127.0.0.1", 0)
    endless.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/jwks"
    yield endless
    endless.ended.set()
    server.close()
    await server.wait_closed()


async def test_a_provider_that_answers_without_end_is_waited_for_no_longer_than_anybody_may_be(
    provider: Provider, endless: Endless
) -> None:
    verifier = TokenVerifier(Jwks(endless.url, wait_seconds=0.2))

    with pytest.raises(Unavailable) as caught:
        await asyncio.wait_for(verifier.authenticate(f"Bearer {provider.token('key-1')}"), 10)

    assert caught.value.reason == "IDENTITY_PROVIDER_UNAVAILABLE"


async def test_whoever_waits_for_a_provider_without_end_shares_one_request_and_keeps_no_thread_from_others(
    provider: Provider, endless: Endless
) -> None:
    verifier = TokenVerifier(Jwks(endless.url, wait_seconds=0.2))
    calls = [verifier.authenticate(f"Bearer {provider.token('key-1')}") for _ in range(40)]

    async with asyncio.timeout(10):
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        with pytest.raises(Unavailable):
            await verifier.authenticate(f"Bearer {provider.token('key-1')}")
        await asyncio.to_thread(int)

    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    assert endless.asked == 1


async def test_a_process_ends_while_a_provider_answers_without_end(provider: Provider, endless: Endless) -> None:
    token = provider.token("key-1")

    def refused() -> str:
        async def ask() -> str:
            with pytest.raises(Unavailable) as caught:
                await Jwks(endless.url, wait_seconds=0.2).key_for(token)
            return caught.value.reason

        return asyncio.run(ask())  # Closes its loop, and with it what the loop waits for.

    reason = await asyncio.wait_for(asyncio.to_thread(refused), 10)

    assert reason == "IDENTITY_PROVIDER_UNAVAILABLE"


async def test_keys_that_come_when_nobody_waits_any_more_serve_the_next_call(
    provider: Provider, endless: Endless, until: Until
) -> None:
    keys = Jwks(endless.url, wait_seconds=0.2)
    token = provider.token("key-1")
    with pytest.raises(Unavailable):
        await keys.key_for(token)

    endless.ending = provider.published()
    endless.ended.set()

    async def known() -> bool:
        return not isinstance(await outcome_of(keys.key_for(token)), Unavailable)

    await until(known)
    assert endless.asked == 1


async def test_a_caller_who_leaves_takes_the_keys_from_nobody_else(provider: Provider) -> None:
    keys = Jwks(provider.url)
    token = provider.token("key-1")
    provider.may_answer.clear()
    leaving, staying = (asyncio.ensure_future(keys.key_for(token)) for _ in range(2))
    await asyncio.wait_for(provider.met.wait(), 10)

    leaving.cancel()
    provider.may_answer.set()

    assert await asyncio.wait_for(staying, 10)
    assert provider.asked == 1


async def test_a_key_that_is_new_is_asked_for_and_others_that_nobody_published_are_not_for_a_while(
    provider: Provider,
) -> None:
    keys = Jwks(provider.url)
    await keys.key_for(provider.token("key-1"))
    provider.add("key-2")

    await keys.key_for(provider.token("key-2"))
    made_up = [provider.token(f"made-up-{number}", provider.keys["key-1"]) for number in range(20)]
    outcomes = [await outcome_of(keys.key_for(token)) for token in made_up]

    assert {type(outcome) for outcome in outcomes} == {jwt.PyJWKClientError}
    assert provider.asked == 2


async def test_a_key_that_is_unknown_during_an_outage_is_nobodys_fault_and_asked_for_once_in_a_while(
    provider: Provider,
) -> None:
    keys = Jwks(provider.url)
    known = provider.token("key-1")
    await keys.key_for(known)
    provider.answer = b""
    made_up = [provider.token(f"made-up-{number}", provider.keys["key-1"]) for number in range(20)]

    outcomes = [await outcome_of(keys.key_for(token)) for token in made_up]

    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    assert await keys.key_for(known)
    assert provider.asked == 2


async def test_a_key_that_is_new_right_after_another_is_accepted_after_the_pause(
    provider: Provider, until: Until
) -> None:
    keys = Jwks(provider.url, pause_seconds=0.2)
    await keys.key_for(provider.token("key-1"))
    await outcome_of(keys.key_for(provider.token("made-up", provider.keys["key-1"])))
    provider.add("key-2")

    async def accepted() -> bool:
        return not isinstance(await outcome_of(keys.key_for(provider.token("key-2"))), jwt.PyJWTError)

    await until(accepted)
    assert provider.asked == 3


async def test_a_key_that_was_withdrawn_is_trusted_no_longer_than_the_published_set(provider: Provider) -> None:
    keys = Jwks(provider.url, lifespan_seconds=1e-9)
    token = provider.token("key-1")
    await keys.key_for(token)

    provider.add("key-2")
    del provider.keys["key-1"]

    with pytest.raises(jwt.PyJWKClientError):
        await keys.key_for(token)


async def test_a_call_during_an_outage_of_the_provider_is_unavailable_with_a_time_to_come_back(
    serve_toy: ServeToy, provider: Provider
) -> None:
    toy = await serve_toy(jwks_url="http://127.0.0.1:1/jwks")

    async with open_channel(toy.address, interceptors=token_interceptors(provider.token("key-1"))) as channel:
        with pytest.raises(AioRpcError) as caught:
            await ResolverServiceStub(channel).GetCard(pb.GetCardRequest(catalog_id="a"), timeout=10)

    assert caught.value.code().name == "UNAVAILABLE"
    assert b"google.rpc.RetryInfo" in dict(caught.value.trailing_metadata() or ())["grpc-status-details-bin"]
