"""Real servers for every test that asks for them: one embedded PostgreSQL and Redis a run, one schema a test."""

import asyncio
import gc
import gzip
import inspect
import json
import logging
import signal
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import structlog
from opentelemetry.metrics import Meter, NoOpMeter

from chassis.lifecycle import settle
from chassis.migrate import migrate
from chassis.postgres import Database
from cli.stack.ports import Ports
from cli.stack.programs import Program
from cli.stack.stack import Stack
from tests.leftovers import end_leftover
from tests.scheduling import SystemScheduling, is_later
from tests.schemas import Schema as Schema
from tests.schemas import Servers as Servers
from tests.schemas import new_schema as new_schema
from tests.shared_data import REPOSITORY as REPOSITORY
from tests.shared_data import SHARED_DATA
from tests.shelf import Shelf

MIGRATIONS = [
    REPOSITORY / part / "migrations"
    for part in ("jobs", "ledger", "services/resolver", "services/generator", "services/reviewer", "services/engager")
]


def pytest_configure() -> None:
    """Has logs kept with the test that they come in, and lets Ctrl-C come to the programs that tests start.

    From a shell's background they inherit that it is ignored.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Not to stdout, as structlog does by itself: that is the output of whichever command a test runs at the moment.
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer(key_order=["event"])],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Ends a test whose time is up before its fixtures end, which it would otherwise outlive."""
    try:
        yield
    except pytest.fail.Exception:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            item.add_report_section("call", "stack", end_leftover(asyncio.get_event_loop(), item.obj))
        raise


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Spare the garbage collector what thousands of collected tests are made of, none of which ever is garbage.

    While they run it looks as seldom as in our own processes.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        settle()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begins with what takes longest."""
    items.sort(key=is_later)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Divides tests by files as `--dist loadfile` does, and starts one system for all files that share one."""
    return SystemScheduling(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data, which isn't part of the repository."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the shared data is not at {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture(scope="session")
def catalogue(shared_data: Path) -> list[dict[str, Any]]:
    """Every English card of the real catalogue, as its JSON lines have it."""
    with gzip.open(shared_data / "pokemon_tcg_cards.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest.fixture(scope="session")
def meter() -> Meter:
    """A meter that measures nothing."""
    return NoOpMeter("test")


@pytest.fixture
def log() -> structlog.stdlib.BoundLogger:
    """A logger whose lines pytest captures."""
    return structlog.get_logger("test")  # type: ignore[no-any-return]


def _idle(name: str) -> Program:
    """A program that only claims its role and schema."""
    wait = "import signal; signal.pause()"
    return Program(name=name, arguments=("-c", wait), migrate=("-c", ""), settings=lambda _: {})


@pytest.fixture(scope="session")
async def servers() -> AsyncIterator[Servers]:
    """PostgreSQL and Redis with the roles `resolver` and `neighbour`."""
    # Not pytest's folder: as root it is closed to the account that PostgreSQL runs as, whenever another run begins.
    with TemporaryDirectory(prefix="atelier-test-") as folder:
        Path(folder).chmod(0o711)
        async with _run_servers(Path(folder)) as running:
            yield running


@asynccontextmanager
async def _run_servers(folder: Path) -> AsyncIterator[Servers]:
    stack = Stack(folder / "state", programs=(_idle("resolver"), _idle("neighbour")), ports=Ports.free())
    async with stack:
        superuser = {
            "host": str(stack.layout.postgres_run),
            "user": "postgres",
            "password": (stack.layout.secrets / "postgres").read_text().strip(),
            "database": "atelier",
        }
        yield Servers(stack, superuser)


@dataclass(frozen=True)
class Migrated:
    """A schema with everybody's tables, for tests that leave it as it is, and its migrations in their order."""

    schema: Schema
    files: list[Path]


@pytest.fixture(scope="session")
async def migrated(servers: Servers) -> AsyncIterator[Migrated]:
    """The run's first schema, to which each migration was applied."""
    async with new_schema(servers) as schema:
        applied = await asyncio.to_thread(migrate, url=schema.url, schema=schema.name, folders=MIGRATIONS)
        files = {path.stem: path for folder in MIGRATIONS for path in folder.glob("*.sql")}
        yield Migrated(schema, [files[name] for name in applied])


@pytest.fixture
def tables_of() -> list[str]:
    """Whose tables a test's schema has; folders of tests that need fewer say so, as making them takes its time."""
    return [str(folder.parent.relative_to(REPOSITORY)) for folder in MIGRATIONS]


@pytest.fixture
async def empty_schema(servers: Servers) -> AsyncIterator[Schema]:
    """A fresh schema without tables."""
    async with new_schema(servers) as schema:
        yield schema


@pytest.fixture(scope="session")
async def shelf(servers: Servers) -> AsyncIterator[Shelf]:
    """Where schemas with tables wait for their next test."""
    shelf = Shelf(servers)
    yield shelf
    await shelf.close()


@pytest.fixture
async def schema(shelf: Shelf, migrated: Migrated, tables_of: list[str]) -> AsyncIterator[Schema]:
    """A schema of the test's own with the tables of `tables_of`, and nothing in them that it didn't write.

    All statements at once take a quarter of the time that applying each migration does, which most of a short test
    would be.
    """
    folders = [REPOSITORY / name / "migrations" for name in tables_of]
    statements = "\n".join(file.read_text() for file in migrated.files if file.parent in folders)
    async with shelf.schema(statements) as schema:
        yield schema


@pytest.fixture
async def database(schema: Schema, meter: Meter) -> AsyncIterator[Database]:
    """A pool on the test's schema."""
    pool = Database(url=schema.url, schema=schema.name, pool_size=60, statement_timeout_seconds=30, meter=meter)
    await pool.start()
    yield pool
    await pool.stop()
