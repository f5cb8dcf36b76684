"""The one PostgreSQL: a role and a schema for each service, and transactions that outlive conflicts."""

import asyncio
from typing import TYPE_CHECKING

import asyncpg
import pytest

from chassis.errors import Unavailable
from chassis.migrate import migrate
from chassis.postgres import Database
from tests.conftest import MIGRATIONS, Schema, Servers

if TYPE_CHECKING:
    from chassis.postgres import Connection


async def test_a_role_sees_its_own_schema_only(database: Database, servers: Servers) -> None:
    # Services are strangers: what one needs of another it asks for by RPC. The database itself sees to it.
    await servers.execute("CREATE TABLE IF NOT EXISTS neighbour.diary (line text)")

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.connection() as connection:
            await connection.fetch("SELECT line FROM neighbour.diary")


async def test_a_transaction_happens_wholly_or_not_at_all(database: Database) -> None:
    async def work(connection: "Connection") -> None:
        await connection.execute("UPDATE catalogue SET revision = 7")
        raise LookupError("on second thoughts")

    with pytest.raises(LookupError):
        await database.transact(work)

    async with database.connection() as connection:
        assert await connection.fetchval("SELECT revision FROM catalogue") == 0


async def test_a_transaction_is_retried(database: Database) -> None:
    # Two transactions that each hold what the other wants: PostgreSQL ends one, and `transact` runs it again, whole.
    # That is why work in a transaction must do nothing that a rollback can't undo: no RPC, no file, no model call.
    both = asyncio.Barrier(2)
    attempts: list[str] = []

    async def lock(first: int, second: int) -> None:
        async def work(connection: "Connection") -> None:
            attempts.append(f"{first} then {second}")
            await connection.execute("SELECT pg_advisory_xact_lock($1)", first)
            if len(attempts) <= 2:
                await both.wait()
            await connection.execute("SELECT pg_advisory_xact_lock($1)", second)

        await database.transact(work)

    await asyncio.gather(lock(1, 2), lock(2, 1))

    assert len(attempts) == 3


async def test_migrations_are_applied_once(empty_schema: Schema) -> None:
    # `migrate` is a command of its own, never a side effect of serving.
    first, second = [
        await asyncio.to_thread(migrate, url=empty_schema.url, schema=empty_schema.name, folders=MIGRATIONS)
        for _ in range(2)
    ]

    assert len(first) == sum(len(list(folder.glob("*.sql"))) for folder in MIGRATIONS)
    assert second == []


async def test_a_lost_server_is_an_outage_and_the_pool_heals_by_itself(database: Database) -> None:
    # Nobody restarts a service because PostgreSQL was away: the next call just connects anew.
    async def end_oneself(connection: "Connection") -> None:
        await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(Unavailable):
        await database.run(end_oneself)

    await database.ping()
