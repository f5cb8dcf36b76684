"""The catalogue in memory, for identification: never older than the database when a call begins."""

import asyncio
from typing import TYPE_CHECKING

import structlog

from chassis.errors import AtelierError
from chassis.postgres import Database
from services.resolver import store
from services.resolver.catalogue_index import CatalogueIndex, IndexedCard

if TYPE_CHECKING:
    from chassis.postgres import Connection


class CatalogueMirror:
    """Holds the index and brings it up to the catalogue's revision before each use, reading only what has changed."""

    def __init__(self, *, database: Database, log: structlog.stdlib.BoundLogger) -> None:
        self._database = database
        self._log = log
        self._index = CatalogueIndex([], 0)
        self._lock = asyncio.Lock()
        self._warming: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to read the catalogue, so that the first caller needn't wait for all of it."""
        self._warming = asyncio.create_task(self._warm())

    async def stop(self) -> None:
        """Stop reading."""
        task, self._warming = self._warming, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def current(self) -> CatalogueIndex:
        """An index of all that was committed when this was called. Raises Unavailable when PostgreSQL is away."""
        revision = await self._database.run(store.get_revision)
        if revision > self._index.revision:
            async with self._lock:
                if revision > self._index.revision:
                    await self._refresh()
        return self._index

    async def _refresh(self) -> None:
        index = self._index

        async def read(connection: "Connection") -> tuple[int, store.Rows]:
            # In this order: what commits in between is read twice rather than never.
            revision = await store.get_revision(connection)
            return revision, await store.list_changed_cards(connection, after_revision=index.revision)

        revision, rows = await self._database.run(read)
        # Building it keeps a core busy for a moment; calls go on meanwhile.
        self._index = await asyncio.to_thread(lambda: index.updated([_indexed(row) for row in rows], revision))
        self._log.debug("catalogue read", cards=len(self._index), changed=len(rows), revision=revision)

    async def _warm(self) -> None:
        try:
            await self.current()
        except AtelierError as error:
            self._log.debug("catalogue not read yet", error=repr(error))


def _indexed(row: store.Row) -> IndexedCard:
    return IndexedCard(
        card_id=row["card_id"],
        catalog_id=row["catalog_id"],
        name=row["name"],
        number=row["number"],
        set_id=row["set_id"],
        set_name=row["set_name"],
        set_code=row["set_code"],
        printed_total=row["set_printed_total"],
    )
