"""What a schema is like that tests have one after another."""

import asyncio

import asyncpg
import pytest

from tests.schemas import Schema, Servers
from tests.shelf import Shelf

TABLES = """
CREATE TABLE boxes (id int PRIMARY KEY, note text DEFAULT 'new' CHECK (note <> ''));
CREATE TABLE cards (id int PRIMARY KEY, box int REFERENCES boxes);
CREATE VIEW notes AS SELECT note FROM boxes;
INSERT INTO boxes (id) VALUES (1);
"""
CONTENTS = "SELECT id, note FROM boxes UNION ALL SELECT id, 'card' FROM cards"
CHANGES = [
    "ALTER TABLE cards ADD COLUMN name text",
    "ALTER TABLE cards ALTER COLUMN box SET DEFAULT 1",
    "ALTER TABLE cards DROP CONSTRAINT cards_box_fkey",
    "ALTER TABLE boxes RENAME TO crates",
    "ALTER TABLE boxes SET (fillfactor = 50)",
    "CREATE INDEX ON cards (box)",
    "CREATE OR REPLACE VIEW notes AS SELECT upper(note) AS note FROM boxes",
    "CREATE RULE nothing AS ON INSERT TO cards DO INSTEAD NOTHING",
    "CREATE SEQUENCE numbers",
    "CREATE FUNCTION nothing() RETURNS void LANGUAGE sql AS ''",
    "CREATE TYPE size AS ENUM ('small')",
    "DROP VIEW notes",
    "DROP TABLE cards",
    "GRANT SELECT ON cards TO neighbour",
    "ANALYZE boxes",
]


async def _execute(schema: Schema, statement: str) -> None:
    async with schema.connection() as connection:
        await connection.execute(statement)


async def _left(shelf: Shelf, servers: Servers, statement: str, tables: str = TABLES) -> tuple[Schema, int]:
    """The schema of a test that did this and has ended, and its oid."""
    async with shelf.schema(tables) as schema:
        await _execute(schema, statement)
        return schema, await _oid(servers, schema)


async def _oid(servers: Servers, schema: Schema) -> int:
    connection = await asyncpg.connect(**servers.superuser)
    try:
        return int(await connection.fetchval("SELECT oid FROM pg_namespace WHERE nspname = $1", schema.name))
    finally:
        await connection.close()


@pytest.mark.parametrize(
    "left",
    [
        "SELECT",
        "INSERT INTO boxes VALUES (2, 'old'); INSERT INTO cards VALUES (1, 2)",
        "DELETE FROM boxes",
        "UPDATE boxes SET note = 'old'",
        "BEGIN; INSERT INTO cards VALUES (1, 1); ROLLBACK",
    ],
)
async def test_the_next_test_has_the_same_schema_with_the_rows_it_began_with(
    shelf: Shelf, servers: Servers, left: str
) -> None:
    first, oid = await _left(shelf, servers, left)

    async with shelf.schema(TABLES) as second:
        async with second.connection() as connection:
            rows = await connection.fetch(CONTENTS)

        assert await _oid(servers, second) == oid
        assert second.name != first.name
        assert [tuple(row) for row in rows] == [(1, "new")]


@pytest.mark.parametrize("change", CHANGES)
async def test_a_schema_whose_tables_were_changed_is_met_by_no_other_test(
    shelf: Shelf, servers: Servers, change: str
) -> None:
    _, oid = await _left(shelf, servers, change)

    async with shelf.schema(TABLES) as second:
        assert await _oid(servers, second) != oid


async def test_what_a_definition_does_not_tell_of_is_made_anew(shelf: Shelf, servers: Servers) -> None:
    statements = TABLES + "CREATE TABLE numbers (id int GENERATED ALWAYS AS IDENTITY);"
    _, oid = await _left(shelf, servers, "SELECT", statements)

    async with shelf.schema(statements) as second:
        assert await _oid(servers, second) != oid


async def test_whoever_goes_on_after_a_test_writes_to_no_other_tests_tables(shelf: Shelf) -> None:
    insert = "INSERT INTO cards (id) VALUES ($1)"
    async with shelf.schema(TABLES) as first:
        late = await asyncpg.connect(first.url.get_secret_value(), server_settings={"search_path": first.name})
        prepared = await late.prepare(insert)
        for number in range(10):
            await prepared.fetch(number)

    try:
        async with shelf.schema(TABLES) as second:
            with pytest.raises(asyncpg.UndefinedTableError):
                await late.execute(insert, 10)
            with pytest.raises(asyncpg.UndefinedTableError):
                await prepared.fetch(11)
            async with second.connection() as connection:
                assert await connection.fetchval("SELECT count(*) FROM cards") == 0
    finally:
        await late.close()


async def test_a_transaction_that_ends_after_the_test_is_waited_for(shelf: Shelf) -> None:
    first = shelf.schema(TABLES)
    old = await first.__aenter__()
    async with old.connection() as late:
        transaction = late.transaction()
        await transaction.start()
        await late.execute("INSERT INTO cards VALUES (1)")

        emptying = asyncio.create_task(first.__aexit__(None, None, None))
        while not await late.fetchval("SELECT count(*) FROM pg_locks, pg_sleep(0.01) WHERE NOT granted"):
            pass
        await transaction.commit()
        await emptying

    async with shelf.schema(TABLES) as second, second.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM cards") == 0
