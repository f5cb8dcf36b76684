"""How long callers wait, as the gateway learns it by calling itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest

from gateway.limits.probe import METHOD, Probe
from gateway.load import Load


@asynccontextmanager
async def probed(load: Load, answer: Any) -> AsyncIterator[Probe]:
    """A probe of a server that does this when it is asked."""
    probe = Probe(load)
    server = grpc.aio.server()
    handlers: dict[str, Any] = {METHOD.split("/")[2]: grpc.unary_unary_rpc_method_handler(answer)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(METHOD.split("/")[1], handlers),))
    await probe.start()
    server.add_insecure_port(probe.address)
    await server.start()
    try:
        yield probe
    finally:
        await probe.stop()
        await probe.stop()
        await server.stop(0)


async def until_it_waits(probe: Probe, seconds: float) -> None:
    async with asyncio.timeout(20):
        while probe.wait_seconds < seconds:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


async def test_it_tells_how_long_an_answer_takes_while_others_call() -> None:
    load = Load()

    async def late(request: bytes, context: Any) -> bytes:
        await asyncio.sleep(0.15)
        await context.abort(grpc.StatusCode.UNIMPLEMENTED, "nobody has it")
        return b""

    async with probed(load, late) as probe:
        load.begin()

        await until_it_waits(probe, 0.15)

        assert probe.wait_seconds < 10


async def test_it_asks_nothing_while_nobody_calls() -> None:
    asked = asyncio.Event()

    async def note(request: bytes, context: Any) -> bytes:
        asked.set()
        return b""

    load = Load()
    async with probed(load, note):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.35):
                await asked.wait()
        load.begin()

        async with asyncio.timeout(20):
            await asked.wait()


async def test_to_be_refused_is_to_wait_long() -> None:
    async def refuse(request: bytes, context: Any) -> bytes:
        await context.abort(grpc.StatusCode.UNAVAILABLE, "too many wait")
        return b""

    load = Load()
    async with probed(load, refuse) as probe:
        load.begin()

        await until_it_waits(probe, 10)


async def test_an_answer_that_does_not_come_counts_while_it_is_waited_for() -> None:
    load, answered = Load(), asyncio.Event()

    async def fall_silent(request: bytes, context: Any) -> bytes:
        if answered.is_set():
            await asyncio.Event().wait()
        answered.set()
        await asyncio.sleep(0.2)
        await context.abort(grpc.StatusCode.UNIMPLEMENTED, "nobody has it")
        return b""

    async with probed(load, fall_silent) as probe:
        load.begin()

        await until_it_waits(probe, 0.2)
