"""A pool: whose connections it hands out, to how many, and how they are set."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
from opentelemetry.metrics import Meter
from pydantic import SecretStr

from chassis.errors import Unavailable
from chassis.postgres import Database
from tests.conftest import Schema

if TYPE_CHECKING:
    from chassis.postgres import Connection


@pytest.fixture
async def database(empty_schema: Schema, meter: Meter) -> AsyncIterator[Database]:
    """A pool of three."""
    pool = Database(
        url=empty_schema.url, schema=empty_schema.name, pool_size=3, statement_timeout_seconds=20, meter=meter
    )
    await pool.start()
    yield pool
    await pool.stop()


async def test_the_search_path_is_the_own_schema_and_the_extensions(database: Database, empty_schema: Schema) -> None:
    async with database.connection() as connection:
        path = await connection.fetchval("SHOW search_path")
        current = await connection.fetchval("SELECT current_schema()")

    assert path == f"{empty_schema.name},public"
    assert current == empty_schema.name


async def test_a_role_cannot_read_its_neighbours_schema(database: Database) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.connection() as connection:
            await connection.execute("CREATE TABLE neighbour.mine (id int)")


@pytest.mark.parametrize("name", ["", "a; DROP SCHEMA b", "A", "a,b", "a\n"])
def test_a_schema_has_a_plain_name(meter: Meter, name: str) -> None:
    with pytest.raises(ValueError, match="is not a schema name"):
        Database(url=SecretStr("x"), schema=name, pool_size=1, statement_timeout_seconds=1, meter=meter)


async def test_who_finds_the_pool_empty_waits_for_a_connection(database: Database) -> None:
    release = asyncio.Event()
    holding = asyncio.Barrier(4)

    async def hold() -> None:
        async with database.connection():
            await holding.wait()
            await release.wait()

    holders = [asyncio.create_task(hold()) for _ in range(3)]
    await holding.wait()
    waiter = asyncio.create_task(database.ping())

    done, _ = await asyncio.wait({waiter}, timeout=0.1)
    release.set()

    assert not done
    await asyncio.gather(*holders, waiter)


async def test_waiting_for_the_pool_ends_at_the_deadline(database: Database) -> None:
    async with database.connection(), database.connection(), database.connection():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await database.ping()

    await database.ping()


async def test_a_pool_that_never_started_or_has_stopped_is_an_outage(database: Database) -> None:
    await database.stop()
    await database.stop()

    with pytest.raises(Unavailable):
        await database.ping()


async def test_a_wrong_password_is_an_outage_and_is_repeated_nowhere(empty_schema: Schema, meter: Meter) -> None:
    address = empty_schema.url.get_secret_value().split("@", 1)[1]
    url = SecretStr(f"postgresql://resolver:SENTINEL@{address}")
    pool = Database(url=url, schema=empty_schema.name, pool_size=1, statement_timeout_seconds=1, meter=meter)
    await pool.start()

    with pytest.raises(Unavailable) as caught:
        await pool.ping()

    assert "SENTINEL" not in repr(caught.value) + repr(caught.value.__cause__)
    await pool.stop()


async def test_a_pool_beside_plans_each_statement_once_where_that_is_asked_for(database: Database) -> None:
    once = database.beside(pool_size=1, plans_once=True)
    await once.start()

    modes = [await pool.run(_plan_mode) for pool in (database, once)]

    await once.stop()
    assert modes == ["auto, on", "force_generic_plan, off"]


async def _plan_mode(connection: "Connection") -> Any:
    return await connection.fetchval(
        "SELECT current_setting('plan_cache_mode') || ', ' || current_setting('enable_seqscan')"
    )
