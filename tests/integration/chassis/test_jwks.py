"""Keys that an identity provider publishes, over real HTTP on loopback."""

import asyncio
from collections.abc import AsyncIterator

import jwt
import pytest
from atelier.resolver.v1 import resolver_service_pb2 as pb
from atelier.resolver.v1.resolver_service_pb2_grpc import ResolverServiceStub
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from grpc.aio import AioRpcError

from chassis.auth import Principal, Role, TokenVerifier
from chassis.client import open_channel, token_interceptors
from chassis.errors import Unauthenticated, Unavailable
from chassis.keys import Jwks
from tests.integration.chassis.conftest import ServeToy, Until
from tests.integration.chassis.providers import Provider, outcome_of, serving


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    """A provider with one key."""
    async with serving(Provider()) as provider:
        provider.may_answer.set()
        yield provider


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
