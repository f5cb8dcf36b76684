"""What callers of a gateway meet who ask for too much, over either port."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import uuid4

import grpc
import pytest
from atelier.gateway.v1.gateway_service_pb2 import WatchBatchRequest
from atelier.resolver.v1.scan_service_pb2 import SCAN_STATE_PENDING, Scan, WatchScanRequest, WatchScanResponse
from google.rpc import error_details_pb2, status_pb2
from pydantic import SecretStr

from chassis.auth import Role, sign_token
from gateway.limits import allowance
from tests.conftest import Servers
from tests.integration.gateway.rig import SECRET, SERVICE, Gateway, StandIn, info, post, run_gateway, within

READ = f"/{SERVICE}/GetCard"
WORK = f"/{SERVICE}/ResolveCards"
UPLOAD = f"/{SERVICE}/ImportCards"
WATCH = "/atelier.resolver.v1.ScanService/WatchScan"
WATCH_BATCH = "/atelier.gateway.v1.GatewayService/WatchBatch"
EMPTY = b""


def token(role: Role = Role.USER, subject: str | None = None) -> tuple[str, str]:
    """The metadata of a caller, of one whom no other test knows unless told."""
    signed = sign_token(SECRET, subject=subject or str(uuid4()), role=role, lifetime=timedelta(hours=1))
    return ("authorization", f"Bearer {signed}")


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


async def failure(call: Any) -> tuple[grpc.StatusCode, error_details_pb2.ErrorInfo, float]:
    """How a call fails: its code, its ErrorInfo, and after how many seconds to try again."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    trailers = dict(caught.value.trailing_metadata() or ())
    status = status_pb2.Status.FromString(trailers["grpc-status-details-bin"])
    told, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
    assert status.details[0].Unpack(told)
    assert status.details[1].Unpack(retry)
    return caught.value.code(), told, retry.retry_delay.ToTimedelta().total_seconds()


async def first_of(stream: Any) -> bytes | None:
    """The first message of a stream, which is left then; None for one that is refused."""
    try:
        message: bytes = await stream.read()
    except grpc.aio.AioRpcError:
        return None
    stream.cancel()
    return message


def watch_until_left(stand_in: StandIn) -> None:
    """Let the service tell of every scan once, and no more."""

    async def watch(request: bytes, context: Any) -> AsyncIterator[bytes]:
        scan = Scan(scan_id=WatchScanRequest.FromString(request).scan_id, state=SCAN_STATE_PENDING)
        yield WatchScanResponse(scan=scan).SerializeToString()
        await asyncio.Event().wait()

    stand_in.answers[WATCH] = grpc.unary_stream_rpc_method_handler(watch)


def scans(count: int) -> bytes:
    """A watch of so many."""
    names = [f"resolver/scans/0190a0b0-0000-7000-8000-00000000000{number}" for number in range(count)]
    return WatchBatchRequest(names=names).SerializeToString()


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


async def test_a_batch_counts_as_the_work_that_it_has(running_stand_in: StandIn, secret_file: Path) -> None:
    item: dict[str, Any] = {"scan": {}}
    async with run_gateway(secret_file, running_stand_in.port, limit_work="10/hour") as gateway:
        batches = [{"request_id": str(uuid4()), "items": [item] * count} for count in (6, 6, 3)]

        answers = [await post(gateway, "/atelier.gateway.v1.GatewayService/SubmitBatch", one) for one in batches]

    assert [one.status_code for one in answers] == [200, 429, 200]
    assert info(answers[1])["reason"] == "RATE_LIMITED"
    assert answers[2].headers["ratelimit-policy"] == '"work";q=10;w=3600'


async def test_an_overview_counts_as_the_reads_that_it_makes(running_stand_in: StandIn, secret_file: Path) -> None:
    async with run_gateway(secret_file, running_stand_in.port, limit_read="23/hour") as gateway:
        answers = [await post(gateway, "/atelier.gateway.v1.GatewayService/GetOverview", {}) for _ in range(3)]

    assert [one.status_code for one in answers] == [200, 200, 429]
    assert info(answers[2])["reason"] == "RATE_LIMITED"


async def test_a_watch_of_a_batch_counts_as_the_streams_that_it_opens(stand_in: StandIn, secret_file: Path) -> None:
    watch_until_left(stand_in)
    async with run_gateway(secret_file, stand_in.port, limit_watch="10/hour") as gateway:
        batch = gateway.channel.unary_stream(WATCH_BATCH)
        for _ in range(2):
            await first_of(batch(scans(3), metadata=(gateway.authorization,)))

        _, told, _ = await failure(batch(scans(3), metadata=(gateway.authorization,)).read())

    assert (told.reason, told.metadata["class"]) == ("RATE_LIMITED", "watch")


async def test_the_streams_of_a_batchs_watch_are_its_callers_until_it_ends(
    stand_in: StandIn, secret_file: Path
) -> None:
    watch_until_left(stand_in)
    async with run_gateway(secret_file, stand_in.port, user_streams=4) as gateway:
        metadata = (gateway.authorization,)
        batch, single = gateway.channel.unary_stream(WATCH_BATCH), gateway.channel.unary_stream(WATCH)
        _, too_large, _ = await failure(batch(scans(4), metadata=metadata).read())
        watch = batch(scans(3), metadata=metadata)
        await within(10, watch.read())

        _, one_more, _ = await failure(single(EMPTY, metadata=metadata).read())
        watch.cancel()
        async with asyncio.timeout(10):
            while await first_of(batch(scans(3), metadata=metadata)) is None:
                pass

    assert (too_large.reason, one_more.reason) == ("TOO_MANY_STREAMS", "TOO_MANY_STREAMS")


async def test_the_streams_of_a_batchs_watch_fill_the_service_they_go_to(stand_in: StandIn, secret_file: Path) -> None:
    watch_until_left(stand_in)
    async with run_gateway(secret_file, stand_in.port, streams=4) as gateway:
        await within(10, gateway.channel.unary_stream(WATCH_BATCH)(scans(3), metadata=(token(),)).read())

        code, told, _ = await failure(gateway.channel.unary_stream(WATCH)(EMPTY, metadata=(token(),)).read())

    assert (code, told.reason) == (grpc.StatusCode.UNAVAILABLE, "OVERLOADED")
