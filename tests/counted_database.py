"""A database that counts how often it is used."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from chassis.postgres import Database

if TYPE_CHECKING:
    from chassis.postgres import Connection


class CountedDatabase(Database):
    """`used`: connections that were borrowed from it and those beside it; without one there is no query."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._borrowed = 0
        self._beside: list[CountedDatabase] = []

    @property
    def used(self) -> int:
        return self._borrowed + sum(database.used for database in self._beside)

    def beside(self, **settings: Any) -> Database:
        """One that is counted here as well."""
        database = super().beside(**settings)
        assert isinstance(database, CountedDatabase)
        self._beside.append(database)
        return database

    @asynccontextmanager
    async def connection(self) -> "AsyncIterator[Connection]":
        """A connection, counted."""
        self._borrowed += 1
        async with super().connection() as connection:
            yield connection
