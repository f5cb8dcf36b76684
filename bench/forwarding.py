"""What passes through the gateway in a second, beside the same calls of the same client at the service itself.

One is the running resolver; the other is empty (`empty_service.py`), so that nothing but passing is measured. The two
ways take turns.
"""

import asyncio
import functools
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from atelier.resolver.v1 import resolver_service_pb2 as pb

from bench.empty_service import ANSWER, GIVING, HEARING, MESSAGES, TELLING, UNARY, empty_service
from bench.figures import Figure, at_least
from bench.surroundings import Surroundings
from cli.stack.ports import LOOPBACK

CALLERS, CALLS = 32, 20
STREAMS = 4
ROUNDS = 48
AIM = 0.45
CONNECT_SECONDS = 30.0

Way = Callable[[Any], Awaitable[float]]


async def measure(around: Surroundings) -> list[Figure]:
    """Calls at the resolver, which has the catalogue; at the empty one also messages in either direction, and bytes."""
    request = pb.GetCardRequest(catalog_id=around.records[0].catalog_id).SerializeToString()
    get_card = functools.partial(_calls, request=request)
    async with (
        around.channel(f"{LOOPBACK}:{around.stack.ports.resolver}") as direct,
        around.channel(around.stack.gateway_address) as through,
    ):
        real = await compare(direct, through, "GetCard, 32 callers", "per s", get_card, least=AIM)
    return [real, *await _bare(around)]


async def _bare(around: Surroundings) -> list[Figure]:
    """At the empty service."""
    with empty_service(around.stack.layout.jwt_secret) as (own, gateway):
        async with around.channel(own) as direct, around.channel(gateway) as through:
            async with asyncio.timeout(CONNECT_SECONDS):
                await asyncio.gather(direct.channel_ready(), through.channel_ready())
            return [
                await compare(direct, through, "calls, 32 callers", "per s", _calls, least=AIM),
                await compare(direct, through, "messages told, 4 streams", "per s", _told, least=AIM),
                await compare(direct, through, "messages sent, 4 streams", "per s", _sent, least=AIM),
                await compare(direct, through, "bytes in pieces of 64 KiB", "MB/s", _given),
            ]


async def compare(direct: Any, through: Any, name: str, unit: str, way: Way, *, least: float | None = None) -> Figure:
    """Medians of short rounds, of which the first warms up.

    The ratio is the median of the rounds': what two calls of one round meet of the machine's noise is alike.
    """
    rates: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for target, found in zip((direct, through), rates, strict=True):
            began = time.perf_counter()
            passed = await way(target)
            found.append(passed / (time.perf_counter() - began))
    alone, both = (statistics.median(found[1:]) for found in rates)
    ratio = statistics.median(by / straight for straight, by in zip(*rates, strict=True))
    aim = () if least is None else at_least(ratio, least)
    return Figure("gateway", f"{name}, through the gateway", unit, both, f"direct: {alone:,.0f}", ratio, *aim)


async def _calls(channel: Any, request: bytes = ANSWER) -> float:
    call = channel.unary_unary(UNARY)

    async def caller() -> None:
        for _ in range(CALLS):
            await call(request)

    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    return CALLERS * CALLS


async def _told(channel: Any) -> float:
    call = channel.unary_stream(TELLING)

    async def listener() -> int:
        return sum([1 async for _ in call(ANSWER)])

    return sum(await asyncio.gather(*(listener() for _ in range(STREAMS))))


async def _given(channel: Any) -> float:
    return sum([len(piece) async for piece in channel.unary_stream(GIVING)(ANSWER)]) / 1e6


async def _sent(channel: Any) -> float:
    call = channel.stream_unary(HEARING)
    await asyncio.gather(*(call(_messages()) for _ in range(STREAMS)))
    return STREAMS * MESSAGES


def _messages() -> Iterator[bytes]:
    return (ANSWER for _ in range(MESSAGES))
