"""Every statement stands in a file, and fits the schema that the migrations make."""

import importlib
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from atelier.jobs.v1 import jobs_service_pb2 as jobs_pb
from atelier.resolver.v1 import card_pb2
from atelier.resolver.v1 import resolver_service_pb2 as pb

from jobs.job import FINAL_STATES, ErrorClass, Lane, State
from tests.conftest import REPOSITORY, Migrated, Servers

PACKAGES = [REPOSITORY / "jobs", *(path for path in (REPOSITORY / "services").iterdir() if (path / "sql").is_dir())]
STATEMENTS = [path for package in PACKAGES for path in sorted((package / "sql").glob("*.sql"))]


def name_of(path: Path) -> str:
    """A statement's name, with its package's."""
    return f"{path.parts[-3]}.{path.stem}"


def store_of(path: Path) -> Any:
    """The module that reads a statement."""
    return importlib.import_module(".".join([*path.relative_to(REPOSITORY).parts[:-2], "store"]))


@pytest.fixture(scope="module")
async def connection(migrated: Migrated) -> AsyncIterator[asyncpg.Connection]:
    """One for all statements, as preparing them changes nothing."""
    async with migrated.schema.connection() as connection:
        yield connection


@pytest.mark.parametrize("path", STATEMENTS, ids=name_of)
async def test_every_statement_prepares_against_the_migrated_schema(path: Path, connection: asyncpg.Connection) -> None:
    await connection.prepare(store_of(path).SQL[path.stem])


@pytest.mark.parametrize("path", STATEMENTS, ids=name_of)
def test_every_statement_begins_by_saying_what_it_does_and_has_a_store_function_of_its_name(path: Path) -> None:
    assert path.read_text().startswith("-- ")
    assert callable(getattr(store_of(path), path.stem))


def test_no_sql_stands_in_python() -> None:
    query = re.compile(r'"""?\s*(SELECT|INSERT INTO|UPDATE \w+ SET|DELETE FROM)\b')
    files = [path for folder in ("services", "jobs", "gateway", "cli") for path in (REPOSITORY / folder).rglob("*.py")]

    assert [str(path) for path in files if query.search(path.read_text())] == []


async def test_a_service_s_role_is_shut_out_of_its_neighbours_schemas(servers: Servers) -> None:
    await servers.execute("CREATE TABLE IF NOT EXISTS resolver.secret (id int)")
    await servers.execute("ALTER TABLE resolver.secret OWNER TO resolver")
    owner = await asyncpg.connect(servers.stack.database_url("resolver"))
    neighbour = await asyncpg.connect(servers.stack.database_url("neighbour"))
    attempts = [
        "SELECT * FROM resolver.secret",
        "INSERT INTO resolver.secret VALUES (1)",
        "DROP TABLE resolver.secret",
        "CREATE TABLE resolver.mine (id int)",
        "CREATE TABLE public.mine (id int)",
        "SET ROLE resolver",
        "SET ROLE postgres",
        "SELECT * FROM pg_authid",
    ]
    try:
        await owner.fetch("SELECT * FROM resolver.secret")
        for attempt in attempts:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await neighbour.execute(attempt)
    finally:
        await owner.close()
        await neighbour.close()
        await servers.execute("DROP TABLE resolver.secret")


async def test_proto_sql_and_python_use_the_same_words(connection: asyncpg.Connection, migrated: Migrated) -> None:
    definition = (
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1 AND connamespace = $2::regnamespace"
    )

    async def words(constraint: str) -> set[str]:
        return set(re.findall(r"'(\w+)'", await connection.fetchval(definition, constraint, migrated.schema.name)))

    def proto(enum: Any, prefix: str) -> set[str]:
        return {name.removeprefix(prefix) for name, _ in enum.items()} - {"UNSPECIFIED"}

    tiers, reasons = proto(pb.Tier, "TIER_"), proto(pb.UnresolvedReason, "UNRESOLVED_REASON_")
    assert await words("resolution_counts_outcome_check") == tiers | reasons
    assert await words("gaps_reason_check") == reasons
    assert await words("cards_origin_check") == proto(card_pb2.Card.Origin, "ORIGIN_")
    assert await words("jobs_state_check") == proto(jobs_pb.State, "STATE_") == set(State)
    assert await words("jobs_check1") == FINAL_STATES
    assert await words("jobs_error_class_check") == proto(jobs_pb.ErrorClass, "ERROR_CLASS_") == set(ErrorClass)
    assert {name.removeprefix("LANE_"): number for name, number in jobs_pb.Lane.items()} == {
        "UNSPECIFIED": 0,
        **{lane.name: lane for lane in Lane},
    }
