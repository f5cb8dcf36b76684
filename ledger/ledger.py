"""What happens to accounts, each inside the transaction of whatever it pays for (I4, I5).

An account is a subject and a unit, such as `credits` or `tokens:2026-11`. Amounts are whole numbers of the unit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger import store

if TYPE_CHECKING:
    from chassis.postgres import Connection


class TooLittle(Exception):
    """The account can't pay what was asked; nothing was taken. `asked` and `balance` tell how far apart they are."""

    def __init__(self, *, asked: int, balance: int) -> None:
        super().__init__(f"{asked} asked, {balance} there")
        self.asked = asked
        self.balance = balance


@dataclass(frozen=True, slots=True)
class Account:
    """Whose, and of what."""

    subject: str
    unit: str


@dataclass(frozen=True, slots=True)
class Balance:
    """What can be spent, what is set aside for reservations that haven't ended, and what the others were charged."""

    available: int
    reserved: int
    used: int


async def grant(connection: "Connection", account: Account, key: str, amount: int) -> bool:
    """Add `amount`, above zero, once for `key`; whether this call did. The account is made if there is none."""
    await store.open_account(connection, account.subject, account.unit)
    return await store.grant(connection, account.subject, account.unit, key, amount) is not None


async def grant_up_to(connection: "Connection", account: Account, key: str, total: int) -> int:
    """Grant what all grants together lack of `total`, once for `key`; what they come to then, which may be more."""
    known = await granted(connection, account)
    if known < total:
        await store.open_account(connection, account.subject, account.unit)
        # Whoever else is about to has its turn first, and its grant is seen below.
        await store.lock_account(connection, account.subject, account.unit)
        known = await granted(connection, account)
    if known < total:
        await store.grant(connection, account.subject, account.unit, key, total - known)
    return max(known, total)


async def granted(connection: "Connection", account: Account) -> int:
    """What all grants come to."""
    return await store.get_granted(connection, account.subject, account.unit)


async def find_grant(connection: "Connection", account: Account, key: str) -> int | None:
    """The amount that was granted under the key; None: nothing was."""
    return await store.find_grant(connection, account.subject, account.unit, key)


async def reserve(
    connection: "Connection",
    account: Account,
    amounts: Mapping[str, int],
    *,
    total: int | None = None,
    settled: bool = False,
) -> int:
    """Set the amounts aside, each under its key, all or none; what is left.

    `total`: what may be spent of the account in all, whatever was granted beyond it; it must have been granted that
    much. `settled`: the reservations end at once, at just what was set aside. Raises TooLittle, whose balance is the
    account's, and `asyncpg.UniqueViolationError` for a key that was reserved before.
    """
    keys, wanted = list(amounts), list(amounts.values())
    balance = await store.reserve(connection, account.subject, account.unit, keys, wanted, total=total, settled=settled)
    if balance is None:
        raise TooLittle(asked=sum(amounts.values()), balance=await available(connection, account))
    return balance


async def settle(connection: "Connection", account: Account, key: str, actual: int) -> int | None:
    """End a reservation at its actual cost, and give back the rest; what was charged.

    A cost above what was reserved is charged as far as the balance goes. None, and nothing done, when the reservation
    has ended or never was.
    """
    return await store.settle(connection, account.subject, account.unit, key, actual)


async def settle_in_full(connection: "Connection", unit: str, reservations: Sequence[tuple[str, str]]) -> None:
    """End reservations, each a subject and its key, at just what was set aside. Those that had ended stay so."""
    subjects, keys = zip(*reservations, strict=True)
    await store.settle_in_full(connection, subjects, keys, unit)


async def release(connection: "Connection", account: Account, keys: Sequence[str]) -> int:
    """End reservations without cost; how many this call ended. Those that had ended stay as they are."""
    return await store.release(connection, account.subject, account.unit, keys)


async def available(connection: "Connection", account: Account) -> int:
    """What can be spent; 0 when there is no account. Quicker than `get_balance` where much was reserved."""
    return await store.get_available(connection, account.subject, account.unit)


async def get_balance(connection: "Connection", account: Account) -> Balance:
    """What the account has; zeros when there is none."""
    row = await store.get_balance(connection, account.subject, account.unit)
    return Balance(available=row["balance"], reserved=row["reserved"], used=row["used"])
