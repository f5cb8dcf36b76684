"""A database that counts how often it is used."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from chassis.postgres import Database

if TYPE_CHECKING:
    from chassis.postgres import Connection


class CountedDatabase(Database):
    """`used`: connections that were borrowed; without one there is no query."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.used = 0

    @asynccontextmanager
    async def connection(self) -> "AsyncIterator[Connection]":
        """A connection, counted."""
        self.used += 1
        async with super().connection() as connection:
            yield connection
