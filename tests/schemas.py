"""The run's servers, and schemas in them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import asyncpg
from pydantic import SecretStr

from cli.stack.stack import Stack

LETTERS = str.maketrans("0123456789", "ghijklmnop")


@dataclass(frozen=True)
class Servers:
    """The run's servers, and the means to make a schema in them."""

    stack: Stack
    superuser: dict[str, Any]

    async def execute(self, statement: str) -> None:
        """Run a statement as the superuser."""
        connection = await asyncpg.connect(**self.superuser)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


@dataclass(frozen=True)
class Schema:
    """A schema of one test's own, owned by the role `resolver`."""

    name: str
    url: SecretStr

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection of its owner's."""
        settings = {"search_path": f"{self.name},public"}
        connection = await asyncpg.connect(self.url.get_secret_value(), server_settings=settings)
        try:
            yield connection
        finally:
            await connection.close()


def unused_name() -> str:
    """A name that no schema ever had."""
    return f"test_{uuid4().hex.translate(LETTERS)}"


@asynccontextmanager
async def new_schema(servers: Servers) -> AsyncIterator[Schema]:
    """A schema without tables, as long as it is needed."""
    name = unused_name()
    await servers.execute(f"CREATE SCHEMA {name} AUTHORIZATION resolver")
    yield Schema(name, SecretStr(servers.stack.database_url("resolver")))
    await servers.execute(f"DROP SCHEMA {name} CASCADE")
