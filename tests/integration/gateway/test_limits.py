"""What callers of a gateway meet who ask for too much, over either port."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from unittest import mock

import grpc
import pytest
from pydantic import SecretStr

from chassis.auth import Role
from gateway.limits import allowance
from tests.conftest import Servers
from tests.integration.gateway.callers import failure, first_of, token
from tests.integration.gateway.rig import SERVICE, Gateway, StandIn, info, post, run_gateway, within

READ = f"/{SERVICE}/GetCard"
WORK = f"/{SERVICE}/ResolveCards"
WATCH = "/atelier.resolver.v1.ScanService/WatchScan"
EMPTY = b""


@pytest.fixture(scope="module")
async def strict(running_stand_in: StandIn, secret_file: Path, servers: Servers) -> AsyncIterator[Gateway]:
    """A gateway that allows little, counting in Redis."""
    with mock.patch.object(allowance, "PATIENCE_SECONDS", 20.0):  # So that a slow machine changes no count.
        async with run_gateway(
            secret_file,
            running_stand_in.port,
            redis_url=SecretStr(servers.stack.redis_url),
            limit_read="3/hour",
            limit_work="",
            user_calls=2,
            user_streams=1,
            calls=4,
        ) as running:
            yield running


@pytest.fixture
def answering(stand_in: StandIn) -> StandIn:
    """Services that answer everything with nothing."""

    async def nothing(request: bytes, context: Any) -> bytes:
        return EMPTY

    stand_in.unary(READ, nothing)
    stand_in.unary(WORK, nothing)
    return stand_in


class Held:
    """A service whose calls wait until they are let go."""

    def __init__(self, stand_in: StandIn, *methods: str) -> None:
        self.arrived = asyncio.Semaphore(0)
        self._release = asyncio.Event()
        for method in methods:
            stand_in.unary(method, self._answer)

    async def _answer(self, request: bytes, context: Any) -> bytes:
        self.arrived.release()
        await self._release.wait()
        return EMPTY

    async def wait_for(self, calls: int) -> None:
        """Until so many more are under way."""
        for _ in range(calls):
            await within(10, self.arrived.acquire())

    def let_go(self) -> None:
        self._release.set()


async def test_over_grpc_the_call_above_the_limit_is_told_which_and_when_to_come_again(
    strict: Gateway, answering: StandIn
) -> None:
    caller = token()
    read = strict.channel.unary_unary(READ)
    for _ in range(3):
        await read(EMPTY, metadata=(caller,))

    code, told, retry_seconds = await failure(read(EMPTY, metadata=(caller,)))

    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert (told.reason, told.domain) == ("RATE_LIMITED", "gateway.atelier")
    assert dict(told.metadata) == {"class": "read", "limit": "3", "seconds": "3600"}
    assert 3000 < retry_seconds < 6000


async def test_over_http_every_answer_says_how_the_caller_stands(strict: Gateway, answering: StandIn) -> None:
    key, value = token()
    answers = [await post(strict, READ, {}, **{key: value}) for _ in range(4)]

    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert {one.headers["ratelimit-policy"] for one in answers} == {'"read";q=3;w=3600'}
    assert [one.headers["ratelimit"] for one in answers[:3]] == ['"read";r=2', '"read";r=1', '"read";r=0']
    refused = answers[3]
    assert refused.headers["ratelimit"] == f'"read";r=0;t={refused.headers["retry-after"]}'
    assert 3000 < int(refused.headers["retry-after"]) < 6000
    assert info(refused)["reason"] == "RATE_LIMITED"


async def test_both_ports_count_as_one(strict: Gateway, answering: StandIn) -> None:
    key, value = token()
    for _ in range(3):
        await strict.channel.unary_unary(READ)(EMPTY, metadata=((key, value),))

    answer = await post(strict, READ, {}, **{key: value})

    assert answer.status_code == 429


async def test_over_grpc_nothing_is_added_to_what_succeeds(strict: Gateway, answering: StandIn) -> None:
    call = strict.channel.unary_unary(READ)(EMPTY, metadata=(token(),))
    await call

    assert not [key for key, _ in await call.initial_metadata()]
    assert {key for key, _ in await call.trailing_metadata()} <= {"x-request-id", "x-atelier-version"}


@pytest.mark.parametrize(("role", "method"), [(Role.OPERATOR, READ), (Role.SERVICE, READ), (Role.USER, WORK)])
async def test_operators_services_and_classes_without_a_limit_are_not_counted(
    strict: Gateway, answering: StandIn, role: Role, method: str
) -> None:
    key, value = token(role)

    answers = [await post(strict, method, {}, **{key: value}) for _ in range(5)]

    assert [one.status_code for one in answers] == [200] * 5
    assert all("ratelimit" not in one.headers for one in answers)


async def test_who_isnt_known_is_told_that_and_costs_nobody_a_call(strict: Gateway, answering: StandIn) -> None:
    answers = [await post(strict, READ, {}, authorization="Bearer nonsense") for _ in range(5)]

    assert {one.status_code for one in answers} == {401}
    assert all("ratelimit" not in one.headers for one in answers)


async def test_a_caller_may_have_so_many_calls_under_way_and_one_more_when_one_ends(
    strict: Gateway, stand_in: StandIn
) -> None:
    held = Held(stand_in, WORK)
    caller = token()
    work = strict.channel.unary_unary(WORK)
    under_way = [asyncio.ensure_future(work(EMPTY, metadata=(caller,))) for _ in range(2)]
    await held.wait_for(2)

    code, told, retry_seconds = await failure(work(EMPTY, metadata=(caller,)))
    held.let_go()
    await asyncio.gather(*under_way)
    await work(EMPTY, metadata=(caller,))

    assert (code, told.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_CALLS")
    assert (told.metadata["limit"], retry_seconds) == ("2", 1.0)


async def test_a_stream_that_its_caller_leaves_makes_room_for_the_next(strict: Gateway, stand_in: StandIn) -> None:
    async def watch(request: bytes, context: Any) -> AsyncIterator[bytes]:
        yield b"first"
        await asyncio.Event().wait()

    stand_in.answers[WATCH] = grpc.unary_stream_rpc_method_handler(watch)
    caller = token()
    open_watch = strict.channel.unary_stream(WATCH)
    first = open_watch(EMPTY, metadata=(caller,))
    await within(10, first.read())

    _, told, _ = await failure(open_watch(EMPTY, metadata=(caller,)).read())
    first.cancel()

    assert told.reason == "TOO_MANY_STREAMS"
    async with asyncio.timeout(10):
        while await first_of(open_watch(EMPTY, metadata=(caller,))) is None:
            pass


async def test_a_full_process_turns_reads_away_before_work_and_operators_never(
    strict: Gateway, stand_in: StandIn
) -> None:
    held = Held(stand_in, WORK)
    work = strict.channel.unary_unary(WORK)
    under_way = [asyncio.ensure_future(work(EMPTY, metadata=(token(),))) for _ in range(3)]
    await held.wait_for(3)
    key, value = token()

    code, told, retry_seconds = await failure(strict.channel.unary_unary(READ)(EMPTY, metadata=(token(),)))
    over_http = await post(strict, READ, {}, **{key: value})
    under_way.append(asyncio.ensure_future(work(EMPTY, metadata=(token(),))))
    await held.wait_for(1)
    _, work_told, _ = await failure(work(EMPTY, metadata=(token(),)))
    under_way.append(asyncio.ensure_future(work(EMPTY, metadata=(token(Role.OPERATOR),))))
    await held.wait_for(1)
    held.let_go()
    await asyncio.gather(*under_way)

    assert (code, told.reason, told.metadata["class"]) == (grpc.StatusCode.UNAVAILABLE, "OVERLOADED", "read")
    assert 0.5 <= retry_seconds <= 1.5
    assert over_http.status_code == 503
    assert over_http.headers["retry-after"] in ("1", "2")
    assert info(over_http)["reason"] == "OVERLOADED"
    assert work_told.reason == "OVERLOADED"


async def test_a_client_that_retries_by_itself_does_so_when_it_is_told_to(strict: Gateway, stand_in: StandIn) -> None:
    """Its own back-off would be a millisecond, and its four attempts over before anything has changed."""
    held = Held(stand_in, WORK)
    work = strict.channel.unary_unary(WORK)
    under_way = [asyncio.ensure_future(work(EMPTY, metadata=(token(),))) for _ in range(4)]
    await held.wait_for(4)
    policy = (
        '{"methodConfig": [{"name": [{}], "retryPolicy": {"maxAttempts": 4, "initialBackoff": "0.001s", '
        '"maxBackoff": "0.001s", "backoffMultiplier": 1, "retryableStatusCodes": ["UNAVAILABLE"]}}]}'
    )
    options = [("grpc.service_config", policy), ("grpc.use_local_subchannel_pool", 1)]
    async with grpc.aio.insecure_channel(f"127.0.0.1:{strict.grpc_port}", options=options) as channel:
        retrying: Any = channel.unary_unary(WORK)
        call = asyncio.ensure_future(retrying(EMPTY, metadata=(token(),)))
        done, _ = await asyncio.wait([call], timeout=0.3)
        held.let_go()
        answer = await within(10, call)
    await asyncio.gather(*under_way)

    assert not done
    assert answer == EMPTY
