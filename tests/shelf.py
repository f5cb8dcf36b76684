"""Schemas with tables for one test after another: made once, and emptied after each.

What a test leaves behind meets no other, be it rows, other changes, sessions or processes that go on.
"""

import re
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import asyncpg
from pydantic import SecretStr

from tests.schemas import Schema, Servers, unused_name

# The rows that some tables begin with.
SEEDS = re.compile(r"^INSERT INTO (\w+) .*?;$", re.MULTILINE | re.DOTALL)
# All that a schema $1 is besides its rows. `xmin` tells whether a row of the catalogue was written again; of pg_class
# it would tell that a table was emptied.
DEFINITION = """
    SELECT concat_ws(' ', 'schema', nspname = $2, nspowner, nspacl) FROM pg_namespace WHERE oid = $1
    UNION ALL
    SELECT concat_ws(' ', classid, objid) FROM pg_depend
    WHERE refclassid = 'pg_namespace'::regclass AND refobjid = $1
    UNION ALL
    SELECT concat_ws(' ', oid, relname, relkind, relowner, relpersistence, relchecks, relhasrules, relhastriggers,
        relrowsecurity, relforcerowsecurity, relreplident, relacl, reloptions)
    FROM pg_class WHERE relnamespace = $1
    UNION ALL
    SELECT concat_ws(' ', part, relation, member, version) FROM (
        SELECT 'column', attrelid, attnum::oid, xmin FROM pg_attribute
        UNION ALL SELECT 'constraint', conrelid, oid, xmin FROM pg_constraint
        UNION ALL SELECT 'default', adrelid, oid, xmin FROM pg_attrdef
        UNION ALL SELECT 'index', indexrelid, 0, xmin FROM pg_index
        UNION ALL SELECT 'rule', ev_class, oid, xmin FROM pg_rewrite
        UNION ALL SELECT 'statistics', starelid, staattnum::oid, xmin FROM pg_statistic
        UNION ALL SELECT 'trigger', tgrelid, oid, xmin FROM pg_trigger
    ) AS parts (part, relation, member, version)
    WHERE relation = ANY (ARRAY(SELECT oid FROM pg_class WHERE relnamespace = $1))
    ORDER BY 1
"""
# What the definition doesn't tell enough of: functions may be replaced, and a sequence stands where it was left.
OTHERS = """
    SELECT count(*) FROM pg_depend LEFT JOIN pg_class ON classid = 'pg_class'::regclass AND oid = objid
    WHERE refclassid = 'pg_namespace'::regclass AND refobjid = $1 AND (relkind IN ('r', 'v')) IS NOT true
"""
TABLES = "SELECT relname FROM pg_class WHERE relnamespace = $1 AND relkind = 'r'"
# Those that there ever was a row in, also when it was rolled back, deleted or vacuumed away.
USED = f"{TABLES} AND (pg_relation_size(oid) > 0 OR reltuples <> -1)"


@dataclass(frozen=True)
class _Made:
    """A schema as it was made. `definition` None: nothing tells whether it still is."""

    schema: Schema
    oid: int
    definition: list[str] | None
    tables: list[str]
    seeds: str


class Shelf:
    """Where schemas wait for their next test, by the statements that make them; they end with their server.

    An emptied schema gets a name that was never used: whoever goes on in the old one, with a statement under way or a
    prepared one, finds it gone as if it were dropped, and no lock or stream that is named after it is met again. One in
    which a test changed more than rows is dropped.
    """

    def __init__(self, servers: Servers) -> None:
        self._servers = servers
        self._waiting: dict[str, list[_Made]] = defaultdict(list)
        self._connection: asyncpg.Connection | None = None

    async def close(self) -> None:
        """Let go of the server."""
        if self._connection is not None:
            await self._connection.close()

    @asynccontextmanager
    async def schema(self, statements: str) -> AsyncIterator[Schema]:
        """A schema that `statements` made, whose rows are those that it began with."""
        waiting = self._waiting[statements]
        made = waiting.pop() if waiting else await self._make(statements)
        yield made.schema
        try:
            waiting.append(await self._empty(made))
        except (_Changed, asyncpg.PostgresError):
            await self._servers.execute(f"DROP SCHEMA {made.schema.name} CASCADE")

    async def _make(self, statements: str) -> _Made:
        schema = Schema(unused_name(), SecretStr(self._servers.stack.database_url("resolver")))
        connection = await self._connected()
        await connection.execute(f"CREATE SCHEMA {schema.name} AUTHORIZATION resolver")
        async with schema.connection() as owner:
            await owner.execute(statements)
        oid = await connection.fetchval("SELECT oid FROM pg_namespace WHERE nspname = $1", schema.name)
        seeds = list(SEEDS.finditer(statements))
        used = await _names(connection, USED, oid)
        assert {seed[1] for seed in seeds} >= set(used), "a migration fills a table, and not by INSERT"
        others = await connection.fetchval(OTHERS, oid)
        return _Made(
            schema,
            oid,
            definition=None if others else await _names(connection, DEFINITION, oid, schema.name),
            tables=await _names(connection, TABLES, oid),
            seeds="".join(seed[0] for seed in seeds),
        )

    async def _empty(self, made: _Made) -> _Made:
        connection = await self._connected()
        async with connection.transaction():
            await connection.execute(f"SET LOCAL search_path TO {made.schema.name}, public")
            # Who writes is waited for, and who would write next waits until the name is gone.
            await connection.execute(f"LOCK TABLE {', '.join(made.tables)}")
            if await _names(connection, DEFINITION, made.oid, made.schema.name) != made.definition:
                raise _Changed
            used = await _names(connection, USED, made.oid)
            if used:
                await connection.execute(f"TRUNCATE {', '.join(used)} CASCADE; {made.seeds}")
            name = unused_name()
            await connection.execute(f"ALTER SCHEMA {made.schema.name} RENAME TO {name}")
        return replace(made, schema=replace(made.schema, name=name))

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(**self._servers.superuser)
        return self._connection


class _Changed(Exception):
    """A test changed more than rows."""


async def _names(connection: asyncpg.Connection, query: str, *arguments: object) -> list[str]:
    return [row[0] for row in await connection.fetch(query, *arguments)]
