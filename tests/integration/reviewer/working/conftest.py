"""The tools that look at files, started once a run, and workshops by settings."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from chassis.postgres import Database
from services.reviewer.linters.linting import Linting, known_linters
from services.reviewer.linters.sandbox import Limits
from tests.conftest import Schema, Servers
from tests.integration.reviewer.models.model_server import open_model_server
from tests.integration.reviewer.workshop import Workshop, open_workshop

NewWorkshop = Callable[..., AbstractAsyncContextManager[Workshop]]


@pytest.fixture(scope="session")
async def shared_linting() -> AsyncIterator[Linting]:
    """All linters that are here; their sandbox warms up for seconds."""
    linting = Linting(known_linters(), places=4, limits=Limits())
    yield linting
    await linting.close()


@pytest.fixture
def new_workshop(
    database: Database, schema: Schema, servers: Servers, shared_linting: Linting, tmp_path: Path
) -> NewWorkshop:
    """Workshops on the test's schema, with a model server each."""

    @asynccontextmanager
    async def make(**settings: Any) -> AsyncIterator[Workshop]:
        async with (
            open_model_server() as (server, url),
            open_workshop(
                database=database,
                schema=schema,
                servers=servers,
                folder=tmp_path,
                linting=shared_linting,
                server=server,
                url=url,
                **settings,
            ) as workshop,
        ):
            yield workshop

    return make


@pytest.fixture
async def workshop(new_workshop: NewWorkshop) -> AsyncIterator[Workshop]:
    """A workshop with a model."""
    async with new_workshop() as made:
        yield made
