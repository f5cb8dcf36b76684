"""A PostgreSQL that freezes, and one that is killed: what callers are told meanwhile, and that nobody has to help."""

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest
import structlog
from atelier.resolver.v1 import resolver_service_pb2 as pb
from google.rpc import error_details_pb2, status_pb2
from grpc.aio import AioRpcError
from grpc_health.v1 import health_pb2, health_pb2_grpc
from opentelemetry.metrics import Meter
from pydantic import SecretStr

from chassis.client import open_channel
from chassis.errors import Unavailable
from chassis.health import Dependency, Health
from chassis.postgres import Database
from cli.stack.ports import Ports
from cli.stack.programs import Program
from cli.stack.stack import Stack
from tests.integration.chassis.conftest import ServeToy, Toy, Until, calling, code_of, first_error

if TYPE_CHECKING:
    from chassis.postgres import Connection

SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING
IDLE = Program(
    name="resolver",
    arguments=("-c", "import signal; signal.pause()"),
    migrate=("-c", ""),
    settings=lambda _: {},
)


@pytest.fixture(scope="module")
async def stack() -> AsyncIterator[Stack]:
    """A stack of these tests' own, as they break it, and outside of pytest's folders, which are closed to others."""
    with tempfile.TemporaryDirectory(prefix="atelier-test-") as folder:
        Path(folder).chmod(0o711)
        async with Stack(Path(folder) / "state", programs=(IDLE,), ports=Ports.free()) as stack:
            yield stack


@pytest.fixture
async def database(stack: Stack, meter: Meter) -> AsyncIterator[Database]:
    """A warm pool on it."""
    url = SecretStr(stack.database_url("resolver"))
    pool = Database(url=url, schema="resolver", pool_size=4, statement_timeout_seconds=30, meter=meter)
    await pool.start()
    await asyncio.gather(*(pool.ping() for _ in range(3)))
    yield pool
    await pool.stop()


@pytest.fixture
async def toy(serve_toy: ServeToy, database: Database) -> Toy:
    """A server that needs PostgreSQL for each call, and whose health follows it."""

    async def select(connection: "Connection") -> str:
        return str(await connection.fetchval("SELECT 'answer'"))

    async def answer(request: pb.GetCardRequest) -> pb.GetCardResponse:
        response = pb.GetCardResponse()
        run = database.transact if request.catalog_id == "transact" else database.run
        response.card.catalog_id = await run(select)
        return response

    return await serve_toy(answer, dependencies=[Dependency("postgres", database.ping)])


async def state(toy: Toy) -> Any:
    """What its health says."""
    async with open_channel(toy.address) as channel:
        check = health_pb2_grpc.HealthStub(channel).Check
        return (await check(health_pb2.HealthCheckRequest(), timeout=5)).status


async def says(toy: Toy, expected: Any) -> bool:
    return bool(await state(toy) == expected)


async def answers(toy: Toy) -> bool:
    try:
        async with calling(toy.address) as stub:
            await stub.GetCard(pb.GetCardRequest(catalog_id="run"), timeout=5)
    except AioRpcError as error:
        if code_of(error) in {"UNAVAILABLE", "DEADLINE_EXCEEDED"}:
            return False
        raise
    return True


@contextmanager
def frozen(stack: Stack, *, postmaster: bool) -> Iterator[None]:
    """Stop the server's processes in the middle of what they do; the backends only, or their postmaster as well."""
    server = psutil.Process(stack.pid("postgres"))
    processes = [*server.children(), *([server] if postmaster else [])]
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


async def deadline_errors(toy: Toy) -> list[str]:
    """How eight calls end that may take half a second each, in and outside of a transaction."""
    async with calling(toy.address) as stub:
        calls = [stub.GetCard(pb.GetCardRequest(catalog_id=how), timeout=0.5) for how in ("run", "transact") * 4]
        ends = await asyncio.gather(*calls, return_exceptions=True)
    return [code_of(end) for end in ends if isinstance(end, AioRpcError)]


async def test_calls_to_a_frozen_postgres_end_at_their_deadline_and_health_says_so_until_it_thaws(
    stack: Stack, toy: Toy, until: Until
) -> None:
    assert await state(toy) == SERVING

    with frozen(stack, postmaster=True):
        ends = await deadline_errors(toy)
        await until(lambda: says(toy, NOT_SERVING))
        # The server, too, is done with every call: nothing waits for PostgreSQL for ever.
        await until(lambda: len([one for one in toy.entries if one["event"] == "call"]) == len(ends))

    assert ends == ["DEADLINE_EXCEEDED"] * 8
    await until(lambda: says(toy, SERVING))
    assert await answers(toy)


async def test_connections_that_fell_silent_are_replaced_while_the_server_takes_new_ones(
    stack: Stack, toy: Toy, database: Database, until: Until
) -> None:
    # All four of the pool's connections are in use once, so that each is frozen.
    await asyncio.gather(*(database.ping() for _ in range(4)))

    with frozen(stack, postmaster=False):
        ends = await deadline_errors(toy)
        await until(lambda: answers(toy))
        await until(lambda: says(toy, SERVING))

    assert set(ends) == {"DEADLINE_EXCEEDED"}


async def test_a_task_that_is_cancelled_while_postgres_is_frozen_ends_as_cancelled(
    stack: Stack, database: Database
) -> None:
    async def select(connection: "Connection") -> None:
        await connection.fetchval("SELECT 1")

    with frozen(stack, postmaster=False):
        for run in (database.run, database.transact):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await run(select)

    await database.ping()


async def test_a_killed_postgres_makes_calls_unavailable_with_a_time_to_come_back_and_all_heals(
    stack: Stack, toy: Toy, until: Until, database: Database, log: structlog.stdlib.BoundLogger
) -> None:
    async def sleep(connection: "Connection") -> None:
        await connection.execute("SELECT pg_sleep(30)")

    under_way = asyncio.create_task(database.transact(sleep))
    await until(lambda: answers(toy))
    server = psutil.Process(stack.pid("postgres"))

    async with calling(toy.address) as stub:
        os.kill(server.pid, signal.SIGKILL)
        with pytest.raises(Unavailable):
            await under_way
        error = await first_error(lambda: stub.GetCard(pb.GetCardRequest(catalog_id="run"), timeout=5))

    raw: Any = dict(error.trailing_metadata() or ())["grpc-status-details-bin"]
    details = status_pb2.Status.FromString(raw).details
    info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
    assert code_of(error) == "UNAVAILABLE"
    assert details[0].Unpack(info)
    assert details[1].Unpack(retry)
    assert (info.reason, info.domain) == ("POSTGRES_UNAVAILABLE", "test.atelier")
    assert retry.retry_delay.ToMilliseconds() > 0
    await until(lambda: any(one["event"] == "dependency lost" for one in toy.entries))
    await until(lambda: says(toy, SERVING))
    await until(lambda: answers(toy))
    assert stack.pid("postgres") != server.pid


async def test_a_killed_postgres_is_told_of_at_once_by_a_health_that_hardly_ever_looks(
    stack: Stack, until: Until, database: Database, log: structlog.stdlib.BoundLogger
) -> None:
    async def select(connection: "Connection") -> None:
        await connection.fetchval("SELECT 1")

    needed = database.dependency(select)
    health = Health(services=[], dependencies=[needed], interval_seconds=3600, log=log)
    await health.start()
    watch = health.Watch(health_pb2.HealthCheckRequest(), None)
    killed = stack.pid("postgres")

    states = [(await anext(watch)).status]
    os.kill(killed, signal.SIGKILL)
    async with asyncio.timeout(20):
        states += [(await anext(watch)).status, (await anext(watch)).status]
    await until(lambda: stack.pid("postgres") != killed)
    await health.stop()

    assert states == [SERVING, NOT_SERVING, SERVING]
