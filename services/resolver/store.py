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


async def insert_scan(
    connection: "Connection",
    scan_id: UUID,
    *,
    owner: str,
    request_id: str,
    fingerprint: bytes,
    job_id: UUID,
    total: int,
) -> bool:
    """Whether the owner had no scan with this request id."""
    row = await connection.fetchrow(SQL["insert_scan"], scan_id, owner, request_id, fingerprint, job_id, total)
    return row is not None


async def insert_detections(
    connection: "Connection", scan_id: UUID, owner: str, columns: Sequence[Sequence[Any]]
) -> None:
    """Accept detections, given as the columns of `insert_detections.sql`."""
    await connection.execute(SQL["insert_detections"], scan_id, owner, *columns)


async def find_scan(connection: "Connection", owner: str, request_id: str, fingerprint: bytes) -> Row | None:
    """The scan that was accepted under a request id, and whether it is of the same content; or None."""
    return await connection.fetchrow(SQL["find_scan"], owner, request_id, fingerprint)


async def get_scan(connection: "Connection", scan_id: UUID | str, *, owner: str | None) -> Row | None:
    """A scan with how far its job is, or None."""
    return await connection.fetchrow(SQL["get_scan"], scan_id, owner)


async def list_scans(connection: "Connection", *, owner: str | None, after: UUID | None, limit: int) -> Rows:
    """A page of scans, the newest first, beginning after the place `after`."""
    return await connection.fetch(SQL["list_scans"], owner, after, limit)


async def list_detections(
    connection: "Connection", scan_id: str, *, reasons: Sequence[str] | None, after: int, limit: int
) -> Rows:
    """A page of a scan's detections in order, beginning after the position `after`."""
    return await connection.fetch(SQL["list_detections"], scan_id, reasons, after, limit)


async def list_unjudged_detections(connection: "Connection", scan_id: UUID) -> Rows:
    """What is still to be judged of a scan, in order."""
    return await connection.fetch(SQL["list_unjudged_detections"], scan_id)


async def lock_scan(connection: "Connection", scan_id: UUID | str, *, owner: str | None) -> Row | None:
    """A scan, locked, or None."""
    return await connection.fetchrow(SQL["lock_scan"], scan_id, owner)


async def judge_detections(
    connection: "Connection", scan_id: UUID, owner: str, columns: Sequence[Sequence[Any]]
) -> int:
    """Write judgements, given as the columns of `judge_detections.sql`, and add the cards; how many were written."""
    return int((await _one(connection, "judge_detections", scan_id, owner, *columns))["judged"])


async def finish_scan(connection: "Connection", scan_id: UUID | str, *, auto_created: int | None) -> None:
    """End a scan as SUCCEEDED, or count it again, and keep what it came to."""
    await connection.execute(SQL["finish_scan"], scan_id, auto_created)


async def end_scan(
    connection: "Connection", scan_id: UUID, state: str, *, error_class: str | None, error_message: str | None
) -> None:
    """End a scan whose job has ended otherwise."""
    await connection.execute(SQL["end_scan"], scan_id, state, error_class, error_message)


async def reopen_scan(connection: "Connection", scan_id: UUID) -> None:
    """Let a scan be PENDING again."""
    await connection.execute(SQL["reopen_scan"], scan_id)


async def get_detection(connection: "Connection", scan_id: str, detection_id: str) -> Row | None:
    """A detection, or None."""
    return await connection.fetchrow(SQL["get_detection"], scan_id, detection_id)


async def confirm_detection(connection: "Connection", scan_id: str, detection_id: str, card_id: str) -> None:
    """Give a detection the card that a person says."""
    await connection.execute(SQL["confirm_detection"], scan_id, detection_id, card_id)


async def put_owner_key(connection: "Connection", owner: str, source: str, external_id: str, card_id: str) -> None:
    """Make a key that counts for its owner alone."""
    await connection.execute(SQL["put_owner_key"], owner, source, external_id, card_id)


async def add_user_card(connection: "Connection", owner: str, card_id: str, scan_id: str) -> None:
    """Add one of a card to a collection."""
    await connection.execute(SQL["add_user_card"], owner, card_id, scan_id)


async def remove_user_card(connection: "Connection", owner: str, card_id: str) -> None:
    """Take one of a card from a collection."""
    await connection.execute(SQL["remove_user_card"], owner, card_id)


async def list_user_cards(
    connection: "Connection", *, owner: str, set_id: str | None, after: Sequence[str] | None, limit: int
) -> Rows:
    """A page of an owner's cards by name and catalogue id, beginning after the place `after`."""
    name, catalog_id = after or (None, None)
    return await connection.fetch(SQL["list_user_cards"], owner, set_id, name, catalog_id, limit)


async def get_collection(connection: "Connection", owner: str) -> Rows:
    """What an owner has, by set."""
    return await connection.fetch(SQL["get_collection"], owner)


async def _one(connection: "Connection", name: str, *arguments: Any) -> Row:
    row = await connection.fetchrow(SQL[name], *arguments)
    assert row is not None, f"{name} always gives a row"  # noqa: S101
    return row
