"""The only file here that speaks SQL: one method for each statement under sql/. Opens no transaction."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg

from chassis.postgres import load_statements
from services.engager.accepted import Accepted
from services.engager.new_account import NewAccount

if TYPE_CHECKING:
    from chassis.postgres import Connection

SQL = load_statements(Path(__file__).parent / "sql")
Row = asyncpg.Record
Rows = list[asyncpg.Record]


async def check_tables(connection: "Connection") -> None:
    """Raises while the tables aren't there."""
    await connection.fetchval(SQL["check_tables"])


async def read_clock(connection: "Connection") -> datetime:
    """The time."""
    time: datetime = await connection.fetchval(SQL["read_clock"])
    return time


async def create_pod(connection: "Connection", pod_id: UUID, owner: str, name: str) -> Row:
    """The owner's pod of that name, which has this id if it is new."""
    row = await connection.fetchrow(SQL["create_pod"], pod_id, owner, name)
    assert row is not None, "create_pod always gives a row"  # noqa: S101
    return row


async def list_pods(connection: "Connection", *, owner: str | None, after: Sequence[str] | None, limit: int) -> Rows:
    """A page of pods by name and owner, beginning after the place `after`."""
    name, named_owner = after or (None, None)
    return await connection.fetch(SQL["list_pods"], owner, name, named_owner, limit)


async def find_pods(connection: "Connection", owner: str, ids: Sequence[UUID]) -> set[UUID]:
    """Those of the pods that are the owner's."""
    return {row["pod_id"] for row in await connection.fetch(SQL["find_pods"], owner, ids)}


async def create_account(connection: "Connection", account_id: UUID, owner: str, account: NewAccount) -> Row:
    """The account of that name in the pod, which has this id if it is new."""
    row = await connection.fetchrow(SQL["create_account"], account_id, owner, *account)
    assert row is not None, "create_account always gives a row"  # noqa: S101
    return row


async def get_account(connection: "Connection", account_id: UUID, *, owner: str | None) -> Row | None:
    """An account, or None."""
    return await connection.fetchrow(SQL["get_account"], account_id, owner)


async def list_accounts(
    connection: "Connection",
    *,
    owner: str | None,
    pod_id: UUID | None,
    only_held: bool,
    after: tuple[str, UUID] | None,
    limit: int,
) -> Rows:
    """A page of accounts by name and id, beginning after the place `after`."""
    name, account_id = after or (None, None)
    return await connection.fetch(SQL["list_accounts"], owner, pod_id, only_held, name, account_id, limit)


async def find_accounts(connection: "Connection", owner: str, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those of the accounts that are the owner's: their pod_id and links, by id."""
    return {row["account_id"]: row for row in await connection.fetch(SQL["find_accounts"], owner, ids)}


async def insert_activities(
    connection: "Connection", owner: str, accepted: Sequence[Accepted], ids: Sequence[UUID], job_ids: Sequence[UUID]
) -> int:
    """Accept activities under these ids, and tell how many weren't there."""
    columns = [list(column) for column in zip(*accepted, strict=True)]
    return len(await connection.fetch(SQL["insert_activities"], owner, ids, *columns, job_ids))


async def find_activities(connection: "Connection", keys: Sequence[bytes]) -> dict[bytes, Row]:
    """Those of the activities that there are, as they are shown, by key."""
    return {row["key"]: row for row in await connection.fetch(SQL["find_activities"], keys)}


async def get_activity(connection: "Connection", activity_id: UUID, *, owner: str | None) -> Row | None:
    """An activity as it is shown, or None."""
    return await connection.fetchrow(SQL["get_activity"], activity_id, owner)


async def list_activities_by_id(connection: "Connection", ids: Sequence[UUID], *, owner: str | None) -> Rows:
    """Those of the activities that the owner has, as they are shown, by due time."""
    return await connection.fetch(SQL["list_activities_by_id"], ids, owner)


async def list_activities(
    connection: "Connection",
    *,
    owner: str | None,
    pod_id: UUID | None,
    account_id: UUID | None,
    states: Sequence[str] | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Rows:
    """A page of activities by due time and id, as they are shown, beginning after the place `after`."""
    due_at, activity_id = after or (None, None)
    values = (owner, pod_id, account_id, states, due_at, activity_id, limit)
    return await connection.fetch(SQL["list_activities"], *values)


async def cancel_held_activity(connection: "Connection", activity_id: UUID) -> None:
    """Cancel an activity that waits for its account and has no job; others stay as they are."""
    await connection.execute(SQL["cancel_held_activity"], activity_id)


async def lock_account(connection: "Connection", account_id: UUID, *, owner: str | None) -> bool | None:
    """Whether an account is held, which stays so until the transaction ends; None: there is none."""
    held: bool | None = await connection.fetchval(SQL["lock_account"], account_id, owner)
    return held


async def resume_account(connection: "Connection", account_id: UUID) -> None:
    """End what holds an account."""
    await connection.execute(SQL["resume_account"], account_id)


async def list_held_activities(connection: "Connection", account_id: UUID, *, deadline_seconds: float) -> Rows:
    """The account's activities that are held and have no job, locked, with the deadline of the next one."""
    return await connection.fetch(SQL["list_held_activities"], account_id, deadline_seconds)


async def resume_activities(connection: "Connection", ids: Sequence[UUID], job_ids: Sequence[UUID]) -> None:
    """Let activities that were held wait for their time again, with these jobs."""
    await connection.execute(SQL["resume_activities"], ids, job_ids)


async def count_waiting(connection: "Connection", account_id: UUID) -> int:
    """How many activities of an account wait for their time."""
    waiting: int = await connection.fetchval(SQL["count_waiting"], account_id)
    return waiting


async def get_work(connection: "Connection", ids: Sequence[UUID]) -> Rows:
    """What carrying out activities takes, of those that there are, and the time."""
    return await connection.fetch(SQL["get_work"], ids)


async def lock_accounts(connection: "Connection", ids: Sequence[UUID]) -> None:
    """Lock accounts until the transaction ends."""
    await connection.execute(SQL["lock_accounts"], ids)


async def begin_attempts(
    connection: "Connection",
    ids: Sequence[UUID],
    job_ids: Sequence[UUID],
    *,
    hour_seconds: float,
    day_seconds: float,
) -> Rows:
    """A row for each activity that is its job's: activity_id, attempt (None: it waits), held, turn_at, until, now."""
    return await connection.fetch(SQL["begin_attempts"], ids, job_ids, hour_seconds, day_seconds)


async def end_activities(connection: "Connection", columns: Sequence[Sequence[Any]]) -> None:
    """End activities that are their jobs', given as the columns of `end_activities.sql`."""
    await connection.execute(SQL["end_activities"], *columns)


async def stop_activity(
    connection: "Connection",
    activity_id: UUID,
    state: str,
    *,
    error_class: str | None = None,
    error_message: str | None = None,
) -> None:
    """End an activity as it stands; without an error the one that it has stays."""
    await connection.execute(SQL["stop_activity"], activity_id, state, error_class, error_message)


async def put_off_activity(
    connection: "Connection", activity_id: UUID, run_at: datetime, *, spread: bool, turn: bool
) -> None:
    """Let an activity wait until then."""
    await connection.execute(SQL["put_off_activity"], activity_id, run_at, spread, turn)


async def retry_activity(
    connection: "Connection",
    activity_id: UUID,
    *,
    seconds: float,
    status: int,
    excerpt: str,
    latency_seconds: float,
    error_class: str,
    error_message: str,
) -> None:
    """Let an activity wait for another attempt."""
    values = (activity_id, seconds, status, excerpt, latency_seconds, error_class, error_message)
    await connection.execute(SQL["retry_activity"], *values)


async def hold_account(connection: "Connection", account_id: UUID, *, error_class: str, error_message: str) -> None:
    """Hold an account, unless it is."""
    await connection.execute(SQL["hold_account"], account_id, error_class, error_message)


async def lock_work(connection: "Connection", activity_id: UUID, job_id: UUID) -> Row | None:
    """An activity that is its job's and hasn't ended, locked: owner, account_id, state, can_tell, deadline."""
    return await connection.fetchrow(SQL["lock_work"], activity_id, job_id)


async def assign_cancelled(connection: "Connection", activity_id: UUID, job_id: UUID) -> None:
    """Give a cancelled activity the job that finds out what came of it."""
    await connection.execute(SQL["assign_cancelled"], activity_id, job_id)
