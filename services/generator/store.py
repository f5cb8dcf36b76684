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


async def check_tables(connection: "Connection") -> None:
    """Raises while the tables aren't there."""
    await connection.fetchval(SQL["check_tables"])


async def insert_generation(
    connection: "Connection",
    generation_id: UUID,
    *,
    owner: str,
    request_id: str,
    fingerprint: bytes,
    request: bytes,
    backend: str,
    total: int,
    price: int,
) -> bool:
    """Whether the owner had no generation with this request id."""
    values = (generation_id, owner, request_id, fingerprint, request, backend, total, price)
    return await connection.fetchrow(SQL["insert_generation"], *values) is not None


async def insert_generation_poses(
    connection: "Connection", generation_id: UUID, pose_ids: Sequence[str], skeletons: Sequence[str]
) -> None:
    """Keep the poses of a generation as they are."""
    await connection.execute(SQL["insert_generation_poses"], generation_id, pose_ids, skeletons)


async def insert_variations(
    connection: "Connection",
    generation_id: UUID,
    *,
    keys: Sequence[str],
    pose_ids: Sequence[str | None],
    seeds: Sequence[int],
    job_ids: Sequence[UUID],
    reservations: Sequence[str],
) -> None:
    """Accept variations, in order."""
    await connection.execute(SQL["insert_variations"], generation_id, keys, pose_ids, seeds, job_ids, reservations)


async def insert_exports(
    connection: "Connection",
    generation_id: UUID,
    keys: Sequence[str],
    *,
    presets: Sequence[str],
    formats: Sequence[str],
) -> None:
    """Accept the same exports, in order, for each of the variations."""
    await connection.execute(SQL["insert_exports"], generation_id, keys, presets, formats)


async def find_generation(connection: "Connection", owner: str, request_id: str, fingerprint: bytes) -> Row | None:
    """The generation that was accepted under a request id, and whether it is of the same content; or None."""
    return await connection.fetchrow(SQL["find_generation"], owner, request_id, fingerprint)


async def get_generation(connection: "Connection", generation_id: UUID, *, owner: str | None) -> Row | None:
    """A generation, or None."""
    return await connection.fetchrow(SQL["get_generation"], generation_id, owner)


async def list_generations(
    connection: "Connection", *, owner: str | None, states: Sequence[str] | None, after: UUID | None, limit: int
) -> Rows:
    """A page of generations, the newest first, beginning after the place `after`."""
    return await connection.fetch(SQL["list_generations"], owner, states, after, limit)


async def list_variations(connection: "Connection", generation_id: UUID) -> Rows:
    """A generation's variations, in order."""
    return await connection.fetch(SQL["list_variations"], generation_id)


async def list_exports(connection: "Connection", generation_id: UUID) -> Rows:
    """A generation's exports, in order."""
    return await connection.fetch(SQL["list_exports"], generation_id)


async def get_variations(connection: "Connection", generation_ids: Sequence[UUID], keys: Sequence[str]) -> Rows:
    """What making variations takes, of those that there are."""
    return await connection.fetch(SQL["get_variations"], generation_ids, keys)


async def list_unmade_exports(connection: "Connection", generation_id: UUID, key: str) -> Rows:
    """A variation's exports that aren't made, in order."""
    return await connection.fetch(SQL["list_unmade_exports"], generation_id, key)


async def find_images(connection: "Connection", identities: Sequence[bytes]) -> Rows:
    """The images that were made from the same, of those that there are."""
    return await connection.fetch(SQL["find_images"], identities)


async def finish_variations(connection: "Connection", columns: Sequence[Sequence[Any]]) -> Rows:
    """Those that were their jobs', now SUCCEEDED with the columns of `finish_variations.sql`."""
    return await connection.fetch(SQL["finish_variations"], *columns)


async def end_variation(
    connection: "Connection",
    generation_id: UUID,
    key: str,
    job_id: UUID,
    state: str,
    *,
    error_class: str | None,
    error_message: str | None,
) -> str | None:
    """The variation's reservation, once it has ended without an image; None when it wasn't this job's."""
    values = (generation_id, key, job_id, state, error_class, error_message)
    reservation: str | None = await connection.fetchval(SQL["end_variation"], *values)
    return reservation


async def write_exports(
    connection: "Connection", generation_id: UUID, key: str, columns: Sequence[Sequence[Any]]
) -> None:
    """Write what came of a variation's exports, given as the columns $3 to $9 of `write_exports.sql`."""
    await connection.execute(SQL["write_exports"], generation_id, key, *columns)


async def fail_exports(
    connection: "Connection", generation_id: UUID, key: str, *, error_class: str, error_message: str
) -> None:
    """Give a variation's unmade exports an error."""
    await connection.execute(SQL["fail_exports"], generation_id, key, error_class, error_message)


async def is_exporting(connection: "Connection", generation_id: UUID, key: str, job_id: UUID) -> bool:
    """Whether the job works on the variation's exports."""
    return bool(await connection.fetchval(SQL["is_exporting"], generation_id, key, job_id))


async def count_exports(connection: "Connection", generation_id: UUID) -> None:
    """Note that a job that made exports only has ended."""
    await connection.execute(SQL["count_exports"], generation_id)


async def lock_generation(connection: "Connection", generation_id: UUID, *, owner: str | None) -> Row | None:
    """A generation, locked, or None."""
    return await connection.fetchrow(SQL["lock_generation"], generation_id, owner)


async def list_job_ids(connection: "Connection", generation_id: UUID) -> list[UUID]:
    """The jobs that work on a generation, or did last."""
    return [row["job_id"] for row in await connection.fetch(SQL["list_job_ids"], generation_id)]


async def list_unmade(connection: "Connection", generation_id: UUID) -> Rows:
    """Key and state of each variation that wasn't made, or some of whose exports weren't."""
    return await connection.fetch(SQL["list_unmade"], generation_id)


async def reopen_generation(
    connection: "Connection", generation_id: UUID, *, round_number: int, price: int, exporting: int
) -> None:
    """Begin a locked generation again; its variations first."""
    await connection.execute(SQL["reopen_generation"], generation_id, round_number, price, exporting)


async def reopen_variations(
    connection: "Connection",
    generation_id: UUID,
    *,
    keys: Sequence[str],
    job_ids: Sequence[UUID],
    reservations: Sequence[str],
) -> None:
    """Let variations wait again."""
    await connection.execute(SQL["reopen_variations"], generation_id, keys, job_ids, reservations)


async def assign_exports(
    connection: "Connection", generation_id: UUID, *, keys: Sequence[str], job_ids: Sequence[UUID]
) -> None:
    """Give variations the jobs that make their exports."""
    await connection.execute(SQL["assign_exports"], generation_id, keys, job_ids)


async def find_picture(connection: "Connection", generation_id: UUID, sha256: str) -> Row | None:
    """A picture of a generation, or None."""
    return await connection.fetchrow(SQL["find_picture"], generation_id, sha256)


async def import_poses(connection: "Connection", owner: str, records: str) -> Row:
    """Upsert poses, given as JSON; tells how many are new and changed."""
    row = await connection.fetchrow(SQL["import_poses"], owner, records)
    assert row is not None, "import_poses always gives a row"  # noqa: S101
    return row


async def find_poses(connection: "Connection", pose_ids: Sequence[str], owner: str, *, anybodys: bool) -> Rows:
    """Those of the poses that there are for the owner, each once."""
    return await connection.fetch(SQL["find_poses"], pose_ids, owner, anybodys)


async def list_poses(
    connection: "Connection", *, owner: str | None, tags: Sequence[str], after: Sequence[str] | None, limit: int
) -> Rows:
    """A page of imported poses by id and owner, beginning after the place `after`."""
    pose_id, pose_owner = after or (None, None)
    return await connection.fetch(SQL["list_poses"], owner, tags, pose_id, pose_owner, limit)


async def import_players(connection: "Connection", records: str) -> Row:
    """Upsert players, given as JSON; tells how many are new and changed, and the roster's revision from then on."""
    row = await connection.fetchrow(SQL["import_players"], records)
    assert row is not None, "import_players always gives a row"  # noqa: S101
    return row


async def get_roster_revision(connection: "Connection") -> int:
    """The roster's revision."""
    revision: int = await connection.fetchval(SQL["get_roster_revision"])
    return revision


async def find_player(connection: "Connection", player_id: str) -> Row | None:
    """A player's record and the roster's revision, or None."""
    return await connection.fetchrow(SQL["find_player"], player_id)


async def find_card_image(connection: "Connection", identity: bytes) -> Row | None:
    """The card image that was drawn of the same, or None."""
    return await connection.fetchrow(SQL["find_card_image"], identity)


async def write_card_image(connection: "Connection", values: Sequence[Any]) -> Row:
    """Keep a card image, given as the values of `write_card_image.sql`; as `find_card_image` gives it."""
    row = await connection.fetchrow(SQL["write_card_image"], *values)
    assert row is not None, "write_card_image always gives a row"  # noqa: S101
    return row


async def list_card_images(connection: "Connection", *, player_id: str | None, after: UUID | None, limit: int) -> Rows:
    """A page of card images, the newest first, beginning after the place `after`."""
    return await connection.fetch(SQL["list_card_images"], player_id, after, limit)


async def find_card_picture(connection: "Connection", sha256: str) -> Row | None:
    """A picture of a card, or None."""
    return await connection.fetchrow(SQL["find_card_picture"], sha256)


async def note_card_variant(
    connection: "Connection", player_id: str, kind: str, variant: int, *, sha256: str, revision: int
) -> Row | None:
    """Note what a variant shows; what it shows now, with its address. None: somebody else has just written it."""
    return await connection.fetchrow(SQL["note_card_variant"], player_id, kind, variant, sha256, revision)


async def lacks_image_url(connection: "Connection", player_id: str, kind: str, variant: int) -> bool:
    """Whether a variant is there and has no address."""
    return bool(await connection.fetchval(SQL["lacks_image_url"], player_id, kind, variant))


async def fill_image_url(
    connection: "Connection", player_id: str, kind: str, variant: int, *, sha256: str, revision: int, image_url: str
) -> None:
    """Give a variant its picture's address, unless it is gone or shows a newer one."""
    await connection.execute(SQL["fill_image_url"], player_id, kind, variant, sha256, revision, image_url)


async def sweep_card_variants(connection: "Connection", *, lacking_seconds: float, limit: int) -> Rows:
    """Variants that still lack an address."""
    return await connection.fetch(SQL["sweep_card_variants"], lacking_seconds, limit)
