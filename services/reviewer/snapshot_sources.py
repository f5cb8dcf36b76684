"""The files of a snapshot that say what they import, as texts."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from chassis.postgres import Database
from services.reviewer import store
from services.reviewer.architecture.surveying import LANGUAGES
from services.reviewer.contents import MAX_BYTES, Contents
from services.reviewer.languages import language_of
from services.reviewer.limits import FileLimits, Skip, admit
from services.reviewer.source import Source

if TYPE_CHECKING:
    from chassis.postgres import Connection

# Nobody reviews these files line by line here, so that they may be longer than those that somebody does.
_LIMITS = FileLimits(file_bytes=MAX_BYTES, lines=100_000)
_MOST_BYTES = 32 * 2**20  # Of all; more wouldn't fit into the sandbox.
_READ_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class SnapshotSources:
    """The files that can be looked at, by path, and how many can't."""

    sources: Sequence[Source]
    skipped: int


async def read_sources(
    database: Database, contents: Contents, snapshot_id: UUID, *, most_bytes: int = _MOST_BYTES
) -> SnapshotSources:
    """The snapshot's files in languages that have imports, `most_bytes` of them."""

    async def read(connection: "Connection") -> store.Rows:
        return await store.list_snapshot_files(connection, snapshot_id)

    rows = [row for row in await database.run(read) if language_of(row["path"], "") in LANGUAGES]
    taken, left = list[store.Row](), most_bytes
    for row in sorted(rows, key=lambda row: (row["bytes"], row["path"])):  # Of what doesn't fit, the largest.
        left -= row["bytes"]
        if left >= 0:
            taken.append(row)
    places = asyncio.Semaphore(_READ_AT_ONCE)

    async def admitted(row: store.Row) -> Source | Skip:
        async with places:
            content = await contents.read(row["sha256"])
            return await asyncio.to_thread(admit, row["path"], content, limits=_LIMITS)

    found = await asyncio.gather(*map(admitted, taken))
    sources = [source for source in found if isinstance(source, Source)]
    return SnapshotSources(sorted(sources, key=lambda source: source.path), len(rows) - len(sources))
