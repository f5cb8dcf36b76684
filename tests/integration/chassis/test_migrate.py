"""Migrations: in order, once, one process at a time, and never half."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import psycopg
import pytest
from pydantic import SecretStr

from chassis.migrate import migrate
from tests.conftest import Servers
from tests.integration.chassis.conftest import Launch, Until

CREATE = {
    "0001.first": "CREATE TABLE first (id int);",
    "0002.second": "-- depends: 0001.first\nINSERT INTO first VALUES (1);\nCREATE TABLE second (id int);",
}


@pytest.fixture
async def empty(servers: Servers) -> AsyncIterator[str]:
    """A schema of the role `resolver` with nothing in it."""
    name = "test_" + uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))
    await servers.execute(f"CREATE SCHEMA {name} AUTHORIZATION resolver")
    yield name
    await servers.execute(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two migrations."""
    path = tmp_path / "migrations"
    path.mkdir()
    for name, statements in CREATE.items():
        (path / f"{name}.sql").write_text(statements)
    return path


async def apply(servers: Servers, schema: str, folder: Path, role: str = "resolver") -> list[str]:
    """Migrate as a role, in a thread as it blocks."""
    url = SecretStr(servers.stack.database_url(role))
    return await asyncio.to_thread(migrate, url=url, schema=schema, folders=[folder])


async def tables(servers: Servers, schema: str) -> set[str]:
    """The tables of the schema, those of the migrating library left out."""
    connection: Any = await asyncpg.connect(**servers.superuser)
    try:
        rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1", schema)
    finally:
        await connection.close()
    return {row["tablename"] for row in rows if "yoyo" not in row["tablename"]}


async def test_migrations_are_applied_in_order_and_only_once(servers: Servers, empty: str, folder: Path) -> None:
    assert await apply(servers, empty, folder) == ["0001.first", "0002.second"]
    assert await apply(servers, empty, folder) == []
    assert await tables(servers, empty) == {"first", "second"}


async def test_a_migration_that_is_added_later_is_the_only_one_applied(
    servers: Servers, empty: str, folder: Path
) -> None:
    await apply(servers, empty, folder)
    (folder / "0003.third.sql").write_text("-- depends: 0002.second\nCREATE TABLE third (id int);")

    assert await apply(servers, empty, folder) == ["0003.third"]
    assert await tables(servers, empty) == {"first", "second", "third"}


async def test_two_at_once_wait_for_one_another(servers: Servers, empty: str, folder: Path, until: Until) -> None:
    (folder / "0003.third.sql").write_text("-- depends: 0002.second\nSELECT pg_advisory_xact_lock(4713);")
    gate: Any = await asyncpg.connect(**servers.superuser)
    try:
        await gate.execute("SELECT pg_advisory_lock(4713)")
        both = [asyncio.create_task(apply(servers, empty, folder)) for _ in range(2)]
        # One waits in the middle of its migrations, the other for the first.
        waiting = "SELECT count(*) = 2 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        await until(lambda: gate.fetchval(waiting))
        assert not any(one.done() for one in both)
    finally:
        await gate.close()

    assert sorted(await asyncio.gather(*both)) == [[], ["0001.first", "0002.second", "0003.third"]]


async def test_a_killed_migration_does_not_keep_the_next_from_running(
    servers: Servers, empty: str, folder: Path, launch: Launch, until: Until
) -> None:
    (folder / "0003.third.sql").write_text("-- depends: 0002.second\nSELECT pg_sleep(47.13);")
    script = (
        "import sys; from pathlib import Path; from pydantic import SecretStr; from chassis.migrate import migrate; "
        "migrate(url=SecretStr(sys.argv[1]), schema=sys.argv[2], folders=[Path(sys.argv[3])])"
    )
    killed = await launch("-c", script, servers.stack.database_url("resolver"), empty, str(folder))
    watcher: Any = await asyncpg.connect(**servers.superuser)
    try:
        others = "SELECT pid, query FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()"
        sleeping = f"SELECT pid FROM ({others}) WHERE query LIKE '%47.13%'"  # noqa: S608 - nobody's words but ours
        await until(lambda: watcher.fetchval(sleeping))
        os.kill(killed.process.pid, signal.SIGKILL)
        await killed.ended()
        # Some ways of running yoyo leave this behind as well.
        await watcher.execute(f"SET search_path TO {empty}")
        await watcher.execute("INSERT INTO yoyo_lock (locked, ctime, pid) VALUES (1, now(), 4711)")
        (folder / "0003.third.sql").write_text("-- depends: 0002.second\nCREATE TABLE third (id int);")

        applied = await asyncio.wait_for(apply(servers, empty, folder), 15)
        await watcher.fetchval(f"SELECT pg_terminate_backend(({sleeping}))")
    finally:
        await watcher.close()

    assert applied == ["0003.third"]
    assert await tables(servers, empty) == {"first", "second", "third"}


async def test_a_failing_migration_changes_nothing_and_those_before_it_stay(
    servers: Servers, empty: str, folder: Path
) -> None:
    broken = folder / "0003.third.sql"
    broken.write_text("-- depends: 0002.second\nCREATE TABLE third (id int);\nINSERT INTO first VALUES (1 / 0);")

    with pytest.raises(psycopg.errors.DivisionByZero):
        await apply(servers, empty, folder)
    left = await tables(servers, empty)
    broken.write_text("-- depends: 0002.second\nCREATE TABLE third (id int);")

    assert left == {"first", "second"}
    assert await apply(servers, empty, folder) == ["0003.third"]


async def test_a_role_without_rights_is_told_so(servers: Servers, empty: str, folder: Path) -> None:
    with pytest.raises(psycopg.Error, match=f"neighbour may not create in the schema {empty}"):
        await apply(servers, empty, folder, role="neighbour")

    assert await tables(servers, empty) == set()


async def test_a_schema_that_is_not_there_is_named(servers: Servers, folder: Path) -> None:
    with pytest.raises(psycopg.errors.InvalidSchemaName, match='schema "nowhere" does not exist'):
        await apply(servers, "nowhere", folder)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://resolver:SENTINEL@/atelier?host=/nonexistent", "No such file or directory"),
        ("postgres//resolver:SENTINEL@host/atelier", "must begin with postgresql://"),
        ("postgresql://resolver:SENT/INEL@host/atelier", ""),
    ],
)
async def test_a_migration_that_cannot_begin_exits_with_70_and_its_reason_and_no_password(
    launch: Launch, environment: dict[str, str], url: str, sentence: str
) -> None:
    process = await launch(
        "-m", "services.resolver", "migrate", **(environment | {"ATELIER_RESOLVER_DATABASE_URL": url})
    )

    assert await process.ended() != 0
    await process.finished()
    log = "\n".join(process.output)
    assert sentence in log
    assert "SENT" not in log
    assert process.output


async def test_the_command_migrates_and_says_what_it_applied(
    launch: Launch, environment: dict[str, str], empty: str
) -> None:
    told = environment | {"ATELIER_RESOLVER_SCHEMA_NAME": empty}

    process = await launch("-m", "services.resolver", "migrate", **told)

    assert await process.ended() == 0
    (line,) = await process.logged("migrated")
    assert line["schema"] == empty
    assert line["applied"] == ["jobs-0001.jobs", "0001.cards", "0002.scans"]


async def test_a_failing_command_exits_with_70_and_one_line(
    launch: Launch, environment: dict[str, str], servers: Servers
) -> None:
    told = environment | {"ATELIER_RESOLVER_DATABASE_URL": servers.stack.database_url("neighbour")}

    process = await launch("-m", "services.resolver", "migrate", **told)

    assert await process.ended() == 70
    (line,) = await process.logged("migration failed")
    assert "permission denied" in line["error"]
