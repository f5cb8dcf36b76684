"""Workshops by settings."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from chassis.postgres import Database
from services.reviewer.linters.linting import Linting
from tests.conftest import Schema, Servers
from tests.integration.reviewer.models.model_server import open_model_server
from tests.integration.reviewer.workshop import Workshop, open_workshop

NewWorkshop = Callable[..., AbstractAsyncContextManager[Workshop]]


@pytest.fixture
def new_workshop(database: Database, schema: Schema, servers: Servers, linting: Linting, tmp_path: Path) -> NewWorkshop:
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
                linting=linting,
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
