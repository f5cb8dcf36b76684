"""The only file here that speaks SQL: one method for each statement under sql/. Opens no transaction."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg

from chassis.postgres import load_statements

if TYPE_CHECKING:
    from chassis.postgres import Connection

SQL = load_statements(Path(__file__).parent / "sql")
Row = asyncpg.Record
Rows = list[asyncpg.Record]


class RequestIdKnown(Exception):
    """The owner has a review with this request id; what was written must not be committed."""


async def check_tables(connection: "Connection") -> None:
    """Raises while the tables aren't there."""
    await connection.fetchval(SQL["check_tables"])


async def get_review(connection: "Connection", review_id: UUID, *, owner: str | None) -> Row | None:
    """A review, or None."""
    return await connection.fetchrow(SQL["get_review"], review_id, owner)


async def list_parts(connection: "Connection", review_id: UUID, numbers: Sequence[int], *, most_bytes: int) -> Rows:
    """These parts of a review, in order: the first of them at least, and else no more than tell so many bytes."""
    return await connection.fetch(SQL["list_parts"], review_id, numbers, most_bytes)


async def list_ended_numbers(connection: "Connection", review_id: UUID) -> list[int]:
    """The numbers of a review's parts that have ended, in order."""
    rows = await connection.fetch(SQL["list_ended_numbers"], review_id)
    return [row["number"] for row in rows]


async def list_running_job_ids(connection: "Connection", review_id: UUID) -> list[UUID]:
    """The jobs of a review's parts that haven't ended."""
    rows = await connection.fetch(SQL["list_running_job_ids"], review_id)
    return [row["job_id"] for row in rows]


async def list_findings(connection: "Connection", review_id: UUID, numbers: Sequence[int]) -> Rows:
    """What parts of a review tell, by number and position."""
    return await connection.fetch(SQL["list_findings"], review_id, numbers)


async def list_reviews(
    connection: "Connection",
    *,
    owner: str | None,
    project: str | None,
    state: str | None,
    after: UUID | None,
    limit: int,
) -> Rows:
    """A page of reviews, the newest first, beginning after the place `after`."""
    return await connection.fetch(SQL["list_reviews"], owner, project, state, after, limit)


async def find_finding(connection: "Connection", finding_id: UUID, *, owner: str | None) -> Row | None:
    """Whose a finding is that a review tells, or None."""
    return await connection.fetchrow(SQL["find_finding"], finding_id, owner)


async def write_dismissal(connection: "Connection", owner: str, project: str, fingerprint: str, reason: str) -> None:
    """Keep why a finding isn't to be told again."""
    await connection.execute(SQL["write_dismissal"], owner, project, fingerprint, reason)


async def count_dismissal(connection: "Connection", finding_id: UUID) -> None:
    """Count a finding of its review as dismissed, unless it is; `dismiss_finding` comes after it."""
    await connection.execute(SQL["count_dismissal"], finding_id)


async def dismiss_finding(connection: "Connection", finding_id: UUID, reason: str) -> Row:
    """The finding, which there is, dismissed."""
    [row] = await connection.fetch(SQL["dismiss_finding"], finding_id, reason)
    return row


async def list_worst_findings(connection: "Connection", review_id: UUID, *, limit: int) -> Rows:
    """What a review tells that is there and not dismissed, the worst first, without patches."""
    return await connection.fetch(SQL["list_worst_findings"], review_id, limit)


async def list_tool_failures(connection: "Connection", review_id: UUID, *, limit: int) -> Rows:
    """Tools that didn't look as they should, with one row for each reason."""
    return await connection.fetch(SQL["list_tool_failures"], review_id, limit)


async def create_repository(connection: "Connection", repository_id: UUID, owner: str, name: str) -> Row:
    """The owner's repository of that name, which has this id if it is new."""
    row = await connection.fetchrow(SQL["create_repository"], repository_id, owner, name)
    assert row is not None, "create_repository always gives a row"  # noqa: S101
    return row


async def get_repository(connection: "Connection", repository_id: UUID, *, owner: str | None) -> Row | None:
    """A repository, or None."""
    return await connection.fetchrow(SQL["get_repository"], repository_id, owner)


async def list_repositories(
    connection: "Connection", *, owner: str | None, after: Sequence[str] | None, limit: int
) -> Rows:
    """A page of repositories by name and owner, beginning after the place `after`."""
    name, named_owner = after or (None, None)
    return await connection.fetch(SQL["list_repositories"], owner, name, named_owner, limit)


async def insert_snapshot(
    connection: "Connection",
    snapshot_id: UUID,
    repository_id: UUID,
    *,
    revision: str,
    files: int,
    size: int,
    known: int,
    left_out: int,
    digest: bytes,
) -> Row:
    """Keep a snapshot of `size` bytes, and return it."""
    values = (snapshot_id, repository_id, revision, files, size, known, left_out, digest)
    row = await connection.fetchrow(SQL["insert_snapshot"], *values)
    assert row is not None, "insert_snapshot always gives a row"  # noqa: S101
    return row


async def insert_snapshot_files(
    connection: "Connection", snapshot_id: UUID, *, paths: Sequence[str], hashes: Sequence[str], sizes: Sequence[int]
) -> None:
    """Keep the files of a snapshot, each path once."""
    await connection.execute(SQL["insert_snapshot_files"], snapshot_id, paths, hashes, sizes)


async def list_snapshots(connection: "Connection", repository_id: UUID, *, after: UUID | None, limit: int) -> Rows:
    """A page of a repository's snapshots, the newest first, beginning after the place `after`."""
    return await connection.fetch(SQL["list_snapshots"], repository_id, after, limit)


async def get_snapshot(connection: "Connection", snapshot_id: UUID, *, owner: str | None) -> Row | None:
    """A snapshot with its repository's owner and name, or None."""
    return await connection.fetchrow(SQL["get_snapshot"], snapshot_id, owner)


async def list_snapshot_files(connection: "Connection", snapshot_id: UUID) -> Rows:
    """A snapshot's files, by path."""
    return await connection.fetch(SQL["list_snapshot_files"], snapshot_id)


async def find_contents(connection: "Connection", owner: str, hashes: Sequence[str]) -> set[str]:
    """Those of the contents that the owner has sent before."""
    return {row["sha256"] for row in await connection.fetch(SQL["find_contents"], owner, hashes)}


async def insert_contents(connection: "Connection", owner: str, hashes: Sequence[str]) -> None:
    """Note that the owner has sent contents; those that were known stay."""
    await connection.execute(SQL["insert_contents"], owner, hashes)


async def get_part(connection: "Connection", review_id: UUID, number: int) -> Row | None:
    """What working on a part takes, or None."""
    return await connection.fetchrow(SQL["get_part"], review_id, number)


async def list_last_findings(connection: "Connection", owner: str, project: str, path: str) -> Rows:
    """What the next review of a path is compared with, in order."""
    return await connection.fetch(SQL["list_last_findings"], owner, project, path)


async def list_dismissals(
    connection: "Connection", owner: str, project: str, fingerprints: Sequence[str]
) -> dict[str, str]:
    """Why findings with these fingerprints aren't to be told, by fingerprint; others have none."""
    rows = await connection.fetch(SQL["list_dismissals"], owner, project, fingerprints)
    return {row["fingerprint"]: row["reason"] for row in rows}


async def keep_answer(
    connection: "Connection",
    review_id: UUID,
    number: int,
    job_id: UUID,
    *,
    call_id: UUID,
    input_tokens: int,
    output_tokens: int,
    cost: Decimal | None,
    answer: str | None,
) -> None:
    """Count what a call to a model used, once for its id, and keep its answer."""
    values = (review_id, number, job_id, call_id, input_tokens, output_tokens, cost, answer)
    await connection.execute(SQL["keep_answer"], *values)


async def finish_part(
    connection: "Connection",
    review_id: UUID,
    number: int,
    job_id: UUID,
    *,
    outcome: str,
    language: str,
    coverage: str,
    summary: str,
    saved_tokens: int,
    steps: str,
    counts: Sequence[int],
    error_class: str | None,
    error_message: str | None,
) -> Row | None:
    """What is to be paid for the part, which was this job's and is now SUCCEEDED; or None."""
    values = (outcome, language, coverage, summary, saved_tokens, steps, counts, error_class, error_message)
    return await connection.fetchrow(SQL["finish_part"], review_id, number, job_id, *values)


async def end_part(
    connection: "Connection",
    review_id: UUID,
    number: int,
    job_id: UUID,
    state: str,
    *,
    error_class: str | None,
    error_message: str | None,
) -> Row | None:
    """What is to be paid for the part, which was this job's and ended in the state now; or None."""
    values = (review_id, number, job_id, state, error_class, error_message)
    return await connection.fetchrow(SQL["end_part"], *values)


async def insert_findings(connection: "Connection", review_id: UUID, number: int, findings: str) -> None:
    """Write a part's findings, as a JSON array."""
    await connection.execute(SQL["insert_findings"], review_id, number, findings)


async def note_latest(connection: "Connection", review_id: UUID, number: int) -> None:
    """Have the next review of a part's path compared with it."""
    await connection.execute(SQL["note_latest"], review_id, number)


async def accept_review(
    connection: "Connection",
    review_id: UUID,
    *,
    owner: str,
    request_id: str,
    fingerprint: bytes,
    project: str,
    kind: str,
    snapshot_id: UUID | None,
    secret_policy: str,
    total: int,
    numbers: Sequence[int],
    paths: Sequence[str],
    identities: Sequence[bytes],
) -> Row:
    """The review, accepted with these of its parts, or without an id; and which of them were reviewed as they are.

    Raises RequestIdKnown.
    """
    values = (review_id, owner, request_id, fingerprint, project, kind, snapshot_id, secret_policy, total)
    try:
        [row] = await connection.fetch(SQL["accept_review"], *values, numbers, paths, identities)
    except asyncpg.UniqueViolationError:
        raise RequestIdKnown from None
    return row


async def find_same_review(
    connection: "Connection",
    owner: str,
    *,
    project: str,
    fingerprint: bytes,
    paths: Sequence[str],
    identities: Sequence[bytes],
    request_id: str,
) -> Row | None:
    """The review that tells all that another of the same request would, if the request id is new; or None.

    One of a single part with that part and its findings, the others without.
    """
    return await connection.fetchrow(
        SQL["find_same_review"], owner, project, fingerprint, paths, identities, request_id
    )


async def find_review(connection: "Connection", owner: str, request_id: str, fingerprint: bytes) -> Row | None:
    """The review that was accepted under a request id, and whether it is of the same content; or None."""
    return await connection.fetchrow(SQL["find_review"], owner, request_id, fingerprint)


async def insert_parts(
    connection: "Connection",
    review_id: UUID,
    *,
    numbers: Sequence[int],
    tasks: Sequence[str],
    paths: Sequence[str],
    inputs: Sequence[str],
    identities: Sequence[bytes],
    job_ids: Sequence[UUID],
    reservations: Sequence[str | None],
) -> None:
    """Accept parts that are to be worked on."""
    values = (numbers, tasks, paths, inputs, identities, job_ids, reservations)
    await connection.execute(SQL["insert_parts"], review_id, *values)


async def get_plan(connection: "Connection", owner: str) -> Row:
    """An owner's plan, and the month that it is."""
    row = await connection.fetchrow(SQL["get_plan"], owner)
    assert row is not None, "get_plan always gives a row"  # noqa: S101
    return row


async def set_plan(connection: "Connection", owner: str, plan: str) -> None:
    """Give an owner another plan."""
    await connection.execute(SQL["set_plan"], owner, plan)
