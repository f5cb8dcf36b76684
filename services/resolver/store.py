"""The only file here that speaks SQL: one method for each statement under sql/. Opens no transaction."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg

from chassis.postgres import load_statements

if TYPE_CHECKING:
    from chassis.postgres import Connection

SQL = load_statements(Path(__file__).parent / "sql")
Row = asyncpg.Record
Rows = list[asyncpg.Record]

# A record's place and what is known of a card, in the order that COPY is given them.
DETAIL_COLUMNS = (
    "name", "folded_name", "number", "rarity", "set_id", "set_name", "set_series", "set_code", "set_total",
    "set_printed_total", "release_date", "supertype", "types", "artist", "national_pokedex_numbers", "image_small",
    "image_large",
)  # fmt: skip
CARD_COLUMNS = ("import_id", "position", "catalog_id", *DETAIL_COLUMNS)
EMBEDDING_COLUMNS = (*CARD_COLUMNS, "embedding", "model")


async def resolve_cards(
    connection: "Connection", sources: Sequence[str], external_ids: Sequence[str], *, dry_run: bool
) -> Rows:
    """A row for each id, in order."""
    return await connection.fetch(SQL["resolve_cards"], sources, external_ids, dry_run)


async def import_cards(connection: "Connection", import_id: UUID, records: Sequence[tuple[Any, ...]]) -> Row:
    """COPY the records (CARD_COLUMNS) and upsert them; tells how many are new and changed. Needs a transaction."""
    await connection.copy_records_to_table("staged_cards", records=records, columns=CARD_COLUMNS)
    return await _one(connection, "import_cards", import_id)


async def import_embeddings(connection: "Connection", import_id: UUID, records: Sequence[tuple[Any, ...]]) -> Row:
    """COPY the records (EMBEDDING_COLUMNS) and upsert them, as `import_cards`."""
    await connection.copy_records_to_table("staged_embeddings", records=records, columns=EMBEDDING_COLUMNS)
    return await _one(connection, "import_embeddings", import_id)


async def import_keys(
    connection: "Connection",
    sources: Sequence[str],
    external_ids: Sequence[str],
    card_ids: Sequence[str | None],
    catalog_ids: Sequence[str | None],
) -> Rows:
    """A row for each key, in order: the card it names, the card that holds it, and whether it is new."""
    return await connection.fetch(SQL["import_keys"], sources, external_ids, card_ids, catalog_ids)


async def nearest_embeddings(
    connection: "Connection", points: Sequence[float], *, count: int, dimensions: int, limit: int
) -> Rows:
    """For each of `count` points, laid end to end, its `limit` nearest embeddings."""
    return await connection.fetch(SQL["nearest_embeddings"], points, count, dimensions, limit)


async def get_card(connection: "Connection", *, card_id: str | None, catalog_id: str | None) -> Row | None:
    """A card by either id, or None."""
    return await connection.fetchrow(SQL["get_card"], card_id, catalog_id)


async def search_cards(
    connection: "Connection",
    *,
    name_pattern: str | None,
    set_id: str | None,
    number: str | None,
    after: Sequence[str] | None,
    limit: int,
) -> Rows:
    """A page of cards by name and catalogue id, beginning after the place `after`."""
    name, catalog_id = after or (None, None)
    return await connection.fetch(SQL["search_cards"], name_pattern, set_id, number, name, catalog_id, limit)


async def list_gaps(
    connection: "Connection", *, source: str | None, include_resolved: bool, after: Sequence[str] | None, limit: int
) -> Rows:
    """A page of gaps by source and external id, beginning after the place `after`."""
    after_source, after_id = after or (None, None)
    return await connection.fetch(SQL["list_gaps"], source, include_resolved, after_source, after_id, limit)


async def get_coverage(connection: "Connection") -> Row:
    """Counts of cards, embeddings, keys and gaps."""
    return await _one(connection, "get_coverage")


async def count_resolutions(connection: "Connection", outcomes: Sequence[str], counts: Sequence[int]) -> None:
    """Add to how many ids ended how."""
    await connection.execute(SQL["count_resolutions"], outcomes, counts)


async def get_resolution_counts(connection: "Connection") -> dict[str, int]:
    """How many ids ended how, by outcome."""
    return {row["outcome"]: row["count"] for row in await connection.fetch(SQL["get_resolution_counts"])}


async def get_revision(connection: "Connection") -> int:
    """The catalogue's revision."""
    return int((await _one(connection, "get_revision"))["revision"])


async def list_changed_cards(connection: "Connection", *, after_revision: int) -> Rows:
    """What identification needs of the cards that changed since."""
    return await connection.fetch(SQL["list_changed_cards"], after_revision)


async def _one(connection: "Connection", name: str, *arguments: Any) -> Row:
    row = await connection.fetchrow(SQL[name], *arguments)
    assert row is not None, f"{name} always gives a row"  # noqa: S101
    return row
