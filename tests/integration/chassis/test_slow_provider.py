"""An identity provider that answers without end holds up nobody but who needs its keys, and those not for long."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from chassis.auth import TokenVerifier
from chassis.errors import Unavailable
from chassis.keys import Jwks
from tests.integration.chassis.conftest import Until
from tests.integration.chassis.providers import Provider, outcome_of, serving


@dataclass
class Endless(Provider):
    """Goes on answering, byte by byte, until it is ended by what makes the answer good."""

    ending: bytes = b""
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


@pytest.fixture
async def endless() -> AsyncIterator[Endless]:
    """A provider whose answers never end, until the test does."""
    async with serving(Endless()) as endless:
        yield endless
        endless.ended.set()


async def test_a_provider_that_answers_without_end_is_waited_for_no_longer_than_anybody_may_be(
    endless: Endless,
) -> None:
    verifier = TokenVerifier(Jwks(endless.url, wait_seconds=0.2))

    with pytest.raises(Unavailable) as caught:
        await asyncio.wait_for(verifier.authenticate(f"Bearer {endless.token('key-1')}"), 10)

    assert caught.value.reason == "IDENTITY_PROVIDER_UNAVAILABLE"


async def test_whoever_waits_for_a_provider_without_end_shares_one_request_and_keeps_no_thread_from_others(
    endless: Endless,
) -> None:
    verifier = TokenVerifier(Jwks(endless.url, wait_seconds=0.2))
    calls = [verifier.authenticate(f"Bearer {endless.token('key-1')}") for _ in range(40)]

    async with asyncio.timeout(10):
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        with pytest.raises(Unavailable):
            await verifier.authenticate(f"Bearer {endless.token('key-1')}")
        await asyncio.to_thread(int)

    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    assert endless.asked == 1


async def test_a_process_ends_while_a_provider_answers_without_end(endless: Endless) -> None:
    token = endless.token("key-1")

    def refused() -> str:
        async def ask() -> str:
            with pytest.raises(Unavailable) as caught:
                await Jwks(endless.url, wait_seconds=0.2).key_for(token)
            return caught.value.reason

        return asyncio.run(ask())  # Closes its loop, and with it what the loop waits for.

    reason = await asyncio.wait_for(asyncio.to_thread(refused), 10)

    assert reason == "IDENTITY_PROVIDER_UNAVAILABLE"


async def test_keys_that_come_when_nobody_waits_any_more_serve_the_next_call(endless: Endless, until: Until) -> None:
    keys = Jwks(endless.url, wait_seconds=0.2)
    token = endless.token("key-1")
    with pytest.raises(Unavailable):
        await keys.key_for(token)

    endless.ending = endless.published()
    endless.ended.set()

    async def known() -> bool:
        return not isinstance(await outcome_of(keys.key_for(token)), Unavailable)

    await until(known)
    assert endless.asked == 1
