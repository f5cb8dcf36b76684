"""Transactions through a pool, and what becomes of them on a real server."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from chassis.errors import DeadlineExceeded, Unavailable
from chassis.postgres import Database
from tests.conftest import Schema, Servers
from tests.integration.chassis.conftest import Until

if TYPE_CHECKING:
    from chassis.postgres import Connection

SEED = "INSERT INTO counters VALUES (1, 0), (2, 0)"


@pytest.fixture
def reader() -> InMemoryMetricReader:
    """Where the pool's measurements go."""
    return InMemoryMetricReader()


@pytest.fixture
async def database(empty_schema: Schema, reader: InMemoryMetricReader) -> AsyncIterator[Database]:
    """A small pool on a schema with two counters at zero."""
    meters = MeterProvider([reader])
    pool = Database(
        url=empty_schema.url,
        schema=empty_schema.name,
        pool_size=3,
        statement_timeout_seconds=20,
        meter=meters.get_meter("test"),
    )
    await pool.start()
    async with pool.connection() as connection:
        await connection.execute("CREATE TABLE counters (id int PRIMARY KEY, value int NOT NULL)")
        await connection.execute(SEED)
    yield pool
    await pool.stop()
    meters.shutdown()


def retries(reader: InMemoryMetricReader) -> dict[str, int]:
    """How many transactions were run again, by SQLSTATE."""
    data: Any = reader.get_metrics_data()
    resources = data.resource_metrics if data else []
    metrics = [one for resource in resources for scope in resource.scope_metrics for one in scope.metrics]
    found = [one for one in metrics if one.name == "atelier.transaction.retries"]
    return {point.attributes["sqlstate"]: point.value for one in found for point in one.data.data_points}


async def values(database: Database) -> list[int]:
    """The counters."""
    async with database.connection() as connection:
        return [row["value"] for row in await connection.fetch("SELECT value FROM counters ORDER BY id")]


async def add(connection: "Connection", counter: int, amount: int = 1) -> None:
    await connection.execute("UPDATE counters SET value = value + $2 WHERE id = $1", counter, amount)


async def test_what_a_transaction_did_is_committed_and_its_result_returned(database: Database) -> None:
    async def work(connection: "Connection") -> str:
        await add(connection, 1)
        await add(connection, 2)
        return "done"

    assert await database.transact(work) == "done"
    assert await values(database) == [1, 1]


async def test_an_error_undoes_all_of_a_transaction_and_is_the_callers(database: Database) -> None:
    async def work(connection: "Connection") -> None:
        await add(connection, 1)
        raise LookupError("changed my mind")

    with pytest.raises(LookupError, match="changed my mind"):
        await database.transact(work)

    assert await values(database) == [0, 0]


async def test_a_real_deadlock_is_run_again_until_both_are_committed(
    database: Database, reader: InMemoryMetricReader
) -> None:
    both_hold_one = asyncio.Barrier(2)
    runs: list[int] = []

    async def cross(first: int, second: int) -> None:
        waited = False

        async def work(connection: "Connection") -> None:
            nonlocal waited
            runs.append(first)
            await add(connection, first)
            if not waited:
                waited = True
                await both_hold_one.wait()
            await add(connection, second)

        await database.transact(work)

    await asyncio.gather(cross(1, 2), cross(2, 1))

    assert await values(database) == [2, 2]
    assert len(runs) == 3
    assert retries(reader) == {"40P01": 1}


async def test_a_real_serialization_failure_is_run_again_and_counted(
    database: Database, reader: InMemoryMetricReader
) -> None:
    both_have_read = asyncio.Barrier(2)
    runs: list[int] = []

    async def withdraw(counter: int) -> None:
        waited = False

        async def work(connection: "Connection") -> None:
            nonlocal waited
            runs.append(counter)
            await connection.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
            total = await connection.fetchval("SELECT sum(value) FROM counters")
            if not waited:
                waited = True
                await both_have_read.wait()
            if total >= 0:
                await add(connection, counter, -1)

        await database.transact(work)

    await asyncio.gather(withdraw(1), withdraw(2))

    # Each alone is allowed when it runs first; the second sees what the first has left. Without a retry: [-1, -1].
    assert sorted(await values(database)) == [-1, 0]
    # It may meet the first once more, which has won and isn't committed yet.
    assert len(runs) > 2
    assert retries(reader) == {"40001": len(runs) - 2}


async def test_a_conflict_without_end_is_given_up_after_six_attempts(
    database: Database, reader: InMemoryMetricReader
) -> None:
    runs: list[int] = []

    async def work(connection: "Connection") -> None:
        runs.append(1)
        await add(connection, 1)
        await connection.execute("DO $$ BEGIN RAISE serialization_failure; END $$")

    with pytest.raises(asyncpg.SerializationError):
        await database.transact(work)

    assert len(runs) == 6
    assert await values(database) == [0, 0]
    assert retries(reader) == {"40001": 6}


async def test_an_ordinary_error_of_the_server_is_neither_retried_nor_an_outage(
    database: Database, reader: InMemoryMetricReader
) -> None:
    runs: list[int] = []

    async def work(connection: "Connection") -> None:
        runs.append(1)
        await connection.execute(SEED)

    with pytest.raises(asyncpg.UniqueViolationError):
        await database.transact(work)

    assert (len(runs), retries(reader)) == (1, {})


@pytest.mark.parametrize("argument", [2**31, "one", "\ud800"])
async def test_an_argument_that_a_type_cannot_hold_is_a_bug_and_no_outage(database: Database, argument: object) -> None:
    query = "SELECT $1::text" if argument == "\ud800" else "SELECT $1::int"

    with pytest.raises(asyncpg.DataError):
        async with database.connection() as connection:
            await connection.fetchval(query, argument)

    await database.ping()


async def test_a_wrong_number_of_arguments_is_a_bug_and_no_outage(database: Database) -> None:
    with pytest.raises(asyncpg.InterfaceError):
        async with database.connection() as connection:
            await connection.fetchval("SELECT $1::int", 1, 2)

    await database.ping()


async def test_a_connection_ended_in_the_middle_of_a_query_is_an_outage_and_the_pool_recovers(
    database: Database, servers: Servers, until: Until
) -> None:
    watcher = await asyncpg.connect(**servers.superuser)
    sleeping = "SELECT pid FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(30), 4711' AND state = 'active'"

    async def sleep(connection: "Connection") -> None:
        await connection.execute("SELECT pg_sleep(30), 4711")

    try:
        for run in (database.run, database.transact):
            query = asyncio.create_task(run(sleep))
            await until(lambda: watcher.fetchval(sleeping))
            await watcher.fetchval(f"SELECT pg_terminate_backend(({sleeping}))")

            with pytest.raises(Unavailable) as caught:
                await query
            assert caught.value.reason == "POSTGRES_UNAVAILABLE"
            assert await values(database) == [0, 0]
    finally:
        await watcher.close()


@pytest.mark.parametrize("yields", range(4))
async def test_an_idle_connection_that_was_ended_is_an_outage_at_most_however_early_it_is_noticed(
    database: Database, empty_schema: Schema, servers: Servers, until: Until, yields: int
) -> None:
    ours = "FROM pg_stat_activity WHERE application_name = $1"
    name = f"atelier {empty_schema.name}"
    watcher: Any = await asyncpg.connect(**servers.superuser)
    try:
        assert await watcher.fetchval(f"SELECT bool_and(pg_terminate_backend(pid)) {ours}", name)
        await until(lambda: watcher.fetchval(f"SELECT count(*) = 0 {ours}", name))
    finally:
        await watcher.close()

    for _ in range(yields):
        await asyncio.sleep(0)
    with contextlib.suppress(Unavailable):
        await values(database)

    await until(lambda: _answers(database))
    assert await values(database) == [0, 0]


async def _answers(database: Database) -> bool:
    try:
        await database.ping()
    except Unavailable:
        return False
    return True


async def _none_left(watcher: Any, query: str) -> bool:
    return not await watcher.fetch(query)


async def test_a_statement_longer_than_a_statement_may_take_is_a_deadline_that_passed(
    empty_schema: Schema, meter: Any
) -> None:
    pool = Database(
        url=empty_schema.url, schema=empty_schema.name, pool_size=1, statement_timeout_seconds=0.1, meter=meter
    )
    await pool.start()
    try:
        with pytest.raises(DeadlineExceeded):
            async with pool.connection() as connection:
                await connection.execute("SELECT pg_sleep(30)")
        await pool.ping()
    finally:
        await pool.stop()


async def test_cancelling_the_task_cancels_the_query_in_the_server(
    database: Database, servers: Servers, until: Until
) -> None:
    watcher = await asyncpg.connect(**servers.superuser)
    sleeping = "SELECT pid FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(30), 4712' AND state = 'active'"

    async def sleep(connection: "Connection") -> None:
        await add(connection, 1)
        await connection.execute("SELECT pg_sleep(30), 4712")

    try:
        query = asyncio.create_task(database.transact(sleep))
        await until(lambda: watcher.fetchval(sleeping))
        query.cancel()

        with pytest.raises(asyncio.CancelledError):
            await query
        await until(lambda: _none_left(watcher, sleeping))
        assert await values(database) == [0, 0]
    finally:
        await watcher.close()
