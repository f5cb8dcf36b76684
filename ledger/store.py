"""The only file here that speaks SQL: one method for each statement under sql/. Opens no transaction."""

from collections.abc import Sequence
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


async def open_account(connection: "Connection", subject: str, unit: str) -> None:
    """Make the account, unless there is one."""
    await connection.execute(SQL["open_account"], subject, unit)


async def lock_account(connection: "Connection", subject: str, unit: str) -> None:
    """Have nobody else move the balance until this transaction ends."""
    await connection.execute(SQL["lock_account"], subject, unit)


async def get_granted(connection: "Connection", subject: str, unit: str) -> int:
    """What was granted in all."""
    granted: int = await connection.fetchval(SQL["get_granted"], subject, unit)
    return granted


async def grant(connection: "Connection", subject: str, unit: str, key: str, amount: int) -> int | None:
    """The balance after it; None when the key was granted before."""
    balance: int | None = await connection.fetchval(SQL["grant"], subject, unit, key, amount)
    return balance


async def find_grant(connection: "Connection", subject: str, unit: str, key: str) -> int | None:
    """How much was granted under the key; None: nothing was."""
    amount: int | None = await connection.fetchval(SQL["find_grant"], subject, unit, key)
    return amount


async def reserve(
    connection: "Connection",
    subject: str,
    unit: str,
    keys: Sequence[str],
    amounts: Sequence[int],
    *,
    total: int | None,
    settled: bool,
) -> int | None:
    """The balance that is left; None when there was too little."""
    values = (subject, unit, keys, amounts, total, settled)
    balance: int | None = await connection.fetchval(SQL["reserve"], *values)
    return balance


async def settle(connection: "Connection", subject: str, unit: str, key: str, actual: int) -> int | None:
    """What was charged; None when there is no such reservation, or it has ended."""
    charged: int | None = await connection.fetchval(SQL["settle"], subject, unit, key, actual)
    return charged


async def settle_in_full(connection: "Connection", subjects: Sequence[str], keys: Sequence[str], unit: str) -> None:
    """End reservations at what was set aside."""
    await connection.execute(SQL["settle_in_full"], subjects, keys, unit)


async def release(connection: "Connection", subject: str, unit: str, keys: Sequence[str]) -> int:
    """How many reservations ended by it."""
    row = await connection.fetchrow(SQL["release"], subject, unit, keys)
    return 0 if row is None else int(row["ended"])


async def get_available(connection: "Connection", subject: str, unit: str) -> int:
    """The balance; 0 when there is no account."""
    balance: int | None = await connection.fetchval(SQL["get_available"], subject, unit)
    return balance or 0


async def get_balance(connection: "Connection", subject: str, unit: str) -> Row:
    """Balance, what is reserved, and what was charged."""
    row = await connection.fetchrow(SQL["get_balance"], subject, unit)
    assert row is not None, "get_balance always gives a row"  # noqa: S101
    return row


async def list_entries(connection: "Connection", subject: str, unit: str, *, after: UUID | None, limit: int) -> Rows:
    """A page of entries, the newest first."""
    return await connection.fetch(SQL["list_entries"], subject, unit, after, limit)


async def list_imbalances(connection: "Connection") -> Rows:
    """What doesn't add up: nothing, ever."""
    return await connection.fetch(SQL["list_imbalances"])
