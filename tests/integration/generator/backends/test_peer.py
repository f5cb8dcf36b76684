"""Servers that aren't ours, with every way in which they fail."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from jobs.job import ErrorClass
from jobs.outcomes import Failed, JobError
from services.generator.backends.peer import Peer
from tests.integration.generator.backends.loopback import LOOPBACK, Exchange, Handler, free_port, open_loopback

Reach = Callable[[Handler], AbstractAsyncContextManager[Peer]]


@asynccontextmanager
async def reach(handler: Handler) -> AsyncIterator[Peer]:
    """A peer that answers by `handler`."""
    async with open_loopback(handler) as server:
        peer = Peer(name="It", url=server.url, seconds=5, most_bytes=100_000)
        yield peer
        await peer.close()


async def failed(peer: Peer) -> Failed:
    """How asking fails."""
    with pytest.raises(JobError) as error:
        await peer.ask("GET", "/")
    return error.value.failed


async def test_an_answer_comes_whole_with_its_status() -> None:
    async def answer(exchange: Exchange) -> None:
        await exchange.answer(418, {"tea": True}, {"X-Pot": "short"})

    async with reach(answer) as peer:
        told = await peer.ask("GET", "/")

    assert (told.status, told.ok, told.document(), told.headers["x-pot"]) == (418, False, {"tea": True}, "short")


async def test_a_server_that_refuses_connections_is_of_the_network() -> None:
    peer = Peer(name="It", url=f"http://{LOOPBACK}:{free_port()}", seconds=5, most_bytes=100)

    told = await failed(peer)

    assert told.error_class is ErrorClass.NETWORK
    await peer.close()


async def hang(exchange: Exchange) -> None:
    await exchange.hang()


async def drip(exchange: Exchange) -> None:
    await exchange.answer(200, b"", claim=10_000)
    while not exchange.writer.is_closing():
        await exchange.send(b".")
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("fault", [hang, drip])
async def test_a_server_that_hangs_or_drips_is_given_up_in_time(fault: Handler) -> None:
    async with open_loopback(fault) as server:
        peer = Peer(name="It", url=server.url, seconds=0.2, most_bytes=100_000)

        told = await failed(peer)

        assert told == Failed(ErrorClass.TIMEOUT, "It took more than 0.2 s to answer.")
        await peer.close()


async def reset_at_once(exchange: Exchange) -> None:
    exchange.reset()


async def reset_in_the_body(exchange: Exchange) -> None:
    await exchange.answer(200, b"half", claim=4)
    exchange.reset()


async def end_in_the_body(exchange: Exchange) -> None:
    await exchange.answer(200, b"half", claim=4)


async def no_http(exchange: Exchange) -> None:
    await exchange.send(b"220 smtp.example ESMTP\r\n")


@pytest.mark.parametrize("fault", [reset_at_once, reset_in_the_body, end_in_the_body, no_http])
async def test_a_connection_that_breaks_is_of_the_network(fault: Handler) -> None:
    async with reach(fault) as peer:
        told = await failed(peer)

    assert told.error_class is ErrorClass.NETWORK


async def test_a_body_without_end_is_left_at_the_bound() -> None:
    sent = 0

    async def pour(exchange: Exchange) -> None:
        nonlocal sent
        await exchange.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            await exchange.send(b"." * 65_536)
            sent += 65_536

    async with reach(pour) as peer:
        told = await failed(peer)

    assert told == Failed(ErrorClass.UNKNOWN, "It answered with more than 100000 bytes.")
    assert sent < 50_000_000


async def test_a_refusal_without_end_is_a_refusal() -> None:
    async def pour(exchange: Exchange) -> None:
        await exchange.send(b"HTTP/1.1 401 No\r\n\r\n")
        while True:
            await exchange.send(b"." * 65_536)

    async with reach(pour) as peer:
        told = await peer.ask("GET", "/")

    assert (told.status, len(told.body)) == (401, 65_536)


async def test_a_redirect_is_not_followed() -> None:
    async def redirect(exchange: Exchange) -> None:
        await exchange.answer(302, b"", {"Location": "http://169.254.169.254/"})

    async with reach(redirect) as peer:
        told = await peer.ask("GET", "/")

        assert peer.refusal(told).failed.error_class is ErrorClass.UNKNOWN


@pytest.mark.parametrize("body", [b"<html>", b"", b"[" * 50_000, b"\xff\xfe"])
async def test_what_should_be_json_and_is_not_is_unknown(body: bytes) -> None:
    async def answer(exchange: Exchange) -> None:
        await exchange.answer(200, body, {"Content-Type": "text/html"})

    async with reach(answer) as peer:
        told = await peer.ask("GET", "/")

    with pytest.raises(JobError) as error:
        told.document()
    assert error.value.failed.error_class is ErrorClass.UNKNOWN


DATES = {"Date": "Tue, 01 Jan 2030 12:00:00 GMT", "Retry-After": "Tue, 01 Jan 2030 12:01:30 GMT"}


@pytest.mark.parametrize(
    ("status", "headers", "error_class", "after"),
    [
        (400, {}, ErrorClass.INVALID, None),
        (401, {}, ErrorClass.AUTH, None),
        (402, {}, ErrorClass.QUOTA, None),
        (403, {}, ErrorClass.AUTH, None),
        (404, {}, ErrorClass.NOT_FOUND, None),
        (408, {}, ErrorClass.TIMEOUT, None),
        (422, {}, ErrorClass.INVALID, None),
        (429, {}, ErrorClass.RATE_LIMITED, None),
        (429, {"Retry-After": "7"}, ErrorClass.RATE_LIMITED, 7),
        (429, DATES, ErrorClass.RATE_LIMITED, 90),
        (429, {"Retry-After": "soon"}, ErrorClass.RATE_LIMITED, None),
        (500, {"Retry-After": "7"}, ErrorClass.NETWORK, None),
        (503, {}, ErrorClass.NETWORK, None),
    ],
)
async def test_a_refusal_is_classed_by_its_status(
    status: int, headers: Mapping[str, str], error_class: ErrorClass, after: float | None
) -> None:
    async def answer(exchange: Exchange) -> None:
        await exchange.answer(status, b"sk-secret and the prompt", headers)

    async with reach(answer) as peer:
        told = peer.refusal(await peer.ask("GET", "/")).failed

    assert told.error_class is error_class
    assert told.after_seconds == after
    assert told.message == f"It answered with status {status}."


async def test_giving_up_closes_the_connection() -> None:
    left = asyncio.Event()
    arrived = asyncio.Event()

    async def wait(exchange: Exchange) -> None:
        arrived.set()
        await exchange.hang()
        left.set()

    async with reach(wait) as peer:
        asking = asyncio.create_task(peer.ask("GET", "/"))
        await arrived.wait()

        asking.cancel()

        await asyncio.wait_for(left.wait(), 5)
        with pytest.raises(asyncio.CancelledError):
            await asking
