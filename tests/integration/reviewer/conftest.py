"""The reviewer's use cases on a schema and an object store of the test's own, and the linters that tests share."""

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import structlog

from chassis.postgres import Database
from services.reviewer.config import ReviewerSettings
from services.reviewer.linters.linting import Linting, known_linters
from services.reviewer.linters.sandbox import Limits
from services.reviewer.process import ACCEPTING_CONNECTIONS
from tests.conftest import Schema
from tests.integration.reviewer import desk
from tests.integration.reviewer.desk import Reviewer

Open = Callable[..., Reviewer]


@pytest.fixture(scope="session")
async def linting() -> AsyncIterator[Linting]:
    """All linters that are here, in one sandbox, which warms up for seconds.

    What it does for one file must not matter to the next.
    """
    linting = Linting(known_linters(), places=os.cpu_count() or 1, limits=Limits())
    yield linting
    await linting.close()


@pytest.fixture
def tables_of() -> list[str]:
    return ["jobs", "ledger", "services/reviewer"]


@pytest.fixture
async def planned_once(database: Database) -> AsyncIterator[Database]:
    """The pool by which a process looks for what was reviewed before."""
    pool = database.beside(pool_size=ACCEPTING_CONNECTIONS, plans_once=True)
    await pool.start()
    yield pool
    await pool.stop()


@pytest.fixture
def open_reviewer(
    database: Database, planned_once: Database, schema: Schema, log: structlog.stdlib.BoundLogger, tmp_path: Path
) -> Open:
    """Wires the use cases by settings; nobody works, and nobody asks the model that is set."""
    secret = tmp_path / "jwt"
    secret.write_text("s" * 64)
    given = {
        "database_url": schema.url.get_secret_value(),
        "jwt_secret_file": secret,
        "blobs_url": f"file://{tmp_path / 'blobs'}",
        "models": "local:m",
        "grace_seconds": 1,
    }

    def open_with(**asked: object) -> Reviewer:
        settings = ReviewerSettings.model_validate({**given, **asked})
        return desk.open_reviewer(settings, database, planned_once, schema, tmp_path / "blobs", log)

    return open_with


@pytest.fixture
def reviewer(open_reviewer: Open) -> Reviewer:
    """The use cases, with a small plan for everybody."""
    return open_reviewer(lite_tokens=100_000, lite_requests=10)
