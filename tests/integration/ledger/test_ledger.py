"""Accounts that cannot be spent twice, whoever spends at the same time."""

import asyncio
import random
from collections import Counter
from typing import TYPE_CHECKING
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.postgres import Database
from ledger import ledger, store
from ledger.ledger import Account, Balance, TooLittle

if TYPE_CHECKING:
    from chassis.postgres import Connection

ALICE = Account("alice", "credits")


async def balance_of(database: Database, account: Account = ALICE) -> Balance:
    return await database.run(lambda connection: ledger.get_balance(connection, account))


async def grant(database: Database, amount: int, key: str = "g", account: Account = ALICE) -> bool:
    return await database.transact(lambda connection: ledger.grant(connection, account, key, amount))


async def grant_up_to(database: Database, total: int) -> int:
    return await database.transact(lambda connection: ledger.grant_up_to(connection, ALICE, f"to-{total}", total))


async def reserve(database: Database, account: Account = ALICE, /, **amounts: int) -> None:
    await database.transact(lambda connection: ledger.reserve(connection, account, amounts))


async def settle(database: Database, key: str, actual: int, account: Account = ALICE) -> int | None:
    return await database.transact(lambda connection: ledger.settle(connection, account, key, actual))


async def release(database: Database, *keys: str, account: Account = ALICE) -> int:
    return await database.transact(lambda connection: ledger.release(connection, account, keys))


async def imbalances(database: Database) -> list[asyncpg.Record]:
    return await database.run(store.list_imbalances)


async def test_a_grant_is_given_once_for_its_key(database: Database) -> None:
    first = await grant(database, 5)
    second = await grant(database, 5)

    assert (first, second) == (True, False)
    assert await balance_of(database) == Balance(available=5, reserved=0, used=0)


async def test_a_reservation_is_set_aside_and_settled_at_its_actual_cost(database: Database) -> None:
    await grant(database, 10)

    await reserve(database, job=6)
    reserved = await balance_of(database)
    charged = await settle(database, "job", 4)

    assert reserved == Balance(available=4, reserved=6, used=0)
    assert charged == 4
    assert await balance_of(database) == Balance(available=6, reserved=0, used=4)


async def test_a_cost_above_the_reservation_is_charged_as_far_as_the_balance_goes(database: Database) -> None:
    await grant(database, 10)
    await reserve(database, job=6)

    charged = await settle(database, "job", 100)

    assert charged == 10
    assert await balance_of(database) == Balance(available=0, reserved=0, used=10)


async def test_a_reservation_ends_once_settled_or_released(database: Database) -> None:
    await grant(database, 10)
    await reserve(database, a=3, b=3)

    ends = [await settle(database, "a", 3), await release(database, "a"), await settle(database, "a", 1)]
    released = [await release(database, "b"), await release(database, "b"), await settle(database, "b", 3)]

    assert ends == [3, 0, None]
    assert released == [1, 0, None]
    assert await balance_of(database) == Balance(available=7, reserved=0, used=3)


async def test_a_batch_of_reservations_is_taken_whole_or_not_at_all(database: Database) -> None:
    await grant(database, 5)

    with pytest.raises(TooLittle) as refused:
        await reserve(database, a=3, b=3)

    assert (refused.value.asked, refused.value.balance) == (6, 5)
    assert await balance_of(database) == Balance(available=5, reserved=0, used=0)


async def test_nobody_spends_from_an_account_that_was_never_opened(database: Database) -> None:
    with pytest.raises(TooLittle):
        await reserve(database, a=1)

    assert await balance_of(database) == Balance(available=0, reserved=0, used=0)


async def test_what_is_rolled_back_was_never_spent(database: Database) -> None:
    await grant(database, 5)

    async def spend_and_fail(connection: "Connection") -> None:
        await ledger.reserve(connection, ALICE, {"a": 5})
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await database.transact(spend_and_fail)

    assert await balance_of(database) == Balance(available=5, reserved=0, used=0)


async def test_of_ten_spenders_on_a_balance_for_three_three_succeed(database: Database) -> None:
    await grant(database, 3)

    results = await asyncio.gather(
        *(reserve(database, ALICE, **{f"s{n}": 1}) for n in range(10)), return_exceptions=True
    )

    assert Counter(type(result) for result in results) == {type(None): 3, TooLittle: 7}
    assert await balance_of(database) == Balance(available=0, reserved=3, used=0)


@pytest.mark.parametrize("actual", [4, 10], ids=["less", "just what was reserved"])
async def test_many_who_end_one_reservation_at_once_end_it_once(database: Database, actual: int) -> None:
    await grant(database, 10)
    await reserve(database, job=10)

    settled, released = await asyncio.gather(
        asyncio.gather(*(settle(database, "job", actual) for _ in range(10))),
        asyncio.gather(*(release(database, "job") for _ in range(10))),
    )

    ends = [charged for charged in settled if charged is not None] + [count for count in released if count]
    assert len(ends) == 1
    assert (await balance_of(database)).reserved == 0
    assert await imbalances(database) == []


async def test_a_settlement_at_just_what_was_reserved_waits_for_nobody(database: Database) -> None:
    await grant(database, 10)
    await reserve(database, job=6, other=4)

    async def hold(connection: "Connection") -> int | None:
        await ledger.settle(
            connection, ALICE, "job", 5
        )  # Its balance moves, so the account is locked until the commit.
        async with asyncio.timeout(10):
            return await settle(database, "other", 4)

    charged = await database.transact(hold)

    assert charged == 4
    assert await balance_of(database) == Balance(available=1, reserved=0, used=9)
    assert await imbalances(database) == []


async def test_reservations_of_several_are_settled_in_full_each_once_and_waiting_for_nobody(
    database: Database,
) -> None:
    bob = Account("bob", "credits")
    await grant(database, 10)
    await grant(database, 10, account=bob)
    await reserve(database, a=1, b=2, c=3)
    await reserve(database, bob, a=4)
    await release(database, "c")

    async def hold(connection: "Connection") -> None:
        await ledger.settle(connection, ALICE, "b", 1)
        async with asyncio.timeout(10):
            await database.transact(settle_all)

    async def settle_all(connection: "Connection") -> None:
        ended = [("alice", "a"), ("bob", "a"), ("alice", "c"), ("bob", "unknown"), ("bob", "a")]
        await ledger.settle_in_full(connection, "credits", ended)

    await database.transact(hold)
    await database.transact(settle_all)

    assert await balance_of(database) == Balance(available=8, reserved=0, used=2)
    assert await balance_of(database, bob) == Balance(available=6, reserved=0, used=4)
    assert await imbalances(database) == []


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
async def test_the_balance_is_the_sum_of_entries_after_any_storm_of_spenders(database: Database, seed: int) -> None:
    chance = random.Random(seed)
    account = Account(f"subject-{uuid4()}", "credits")
    granted = chance.randrange(20, 60)
    await grant(database, granted, account=account)

    async def spend(name: str, amount: int, end: str) -> int:
        try:
            await reserve(database, account, **{name: amount})
        except TooLittle:
            return 0
        match end:
            case "settle":
                return await settle(database, name, chance.randrange(amount + 1), account) or 0
            case "release":
                await release(database, name, account=account)
                return 0
            case _:
                return amount

    plans = [(f"r{n}", chance.randrange(1, 8), chance.choice(["settle", "release", "leave"])) for n in range(40)]
    spent = sum(await asyncio.gather(*(spend(*plan) for plan in plans)))

    left = await balance_of(database, account)
    entries = await database.run(
        lambda connection: store.list_entries(connection, account.subject, account.unit, after=None, limit=1000)
    )
    assert left.available == granted - spent
    assert left.available == sum(entry["amount"] for entry in entries)
    assert await imbalances(database) == []


async def test_a_total_is_granted_as_far_as_it_is_lacking(database: Database) -> None:
    await grant(database, 3)

    assert [await grant_up_to(database, total) for total in (5, 5, 4, 9, 9)] == [5, 5, 5, 9, 9]
    assert await balance_of(database) == Balance(available=9, reserved=0, used=0)
    assert await imbalances(database) == []


async def test_totals_that_are_granted_at_once_come_to_the_largest(database: Database) -> None:
    totals = random.Random(7).sample(range(1, 21), 20)

    granted = await asyncio.gather(*(grant_up_to(database, total) for total in totals))

    assert all(one >= total for one, total in zip(granted, totals, strict=True))
    assert await balance_of(database) == Balance(available=20, reserved=0, used=0)
    assert await imbalances(database) == []


async def test_what_a_reservation_leaves_is_told(database: Database) -> None:
    await grant(database, 10)

    left = await database.transact(lambda connection: ledger.reserve(connection, ALICE, {"job": 4}))

    assert left == await database.run(lambda connection: ledger.available(connection, ALICE)) == 6


async def test_nobody_has_anything_before_it_is_granted(database: Database) -> None:
    async with database.connection() as connection:
        assert (await ledger.available(connection, ALICE), await ledger.granted(connection, ALICE)) == (0, 0)


async def test_of_a_total_no_more_is_spent_whatever_was_granted_beyond_it(database: Database) -> None:
    await grant(database, 10)

    async def reserve_of(total: int, **amounts: int) -> int:
        return await database.transact(lambda connection: ledger.reserve(connection, ALICE, amounts, total=total))

    assert await reserve_of(7, a=5) == 5
    for total, asked in ((7, 3), (11, 1)):
        with pytest.raises(TooLittle) as refused:
            await reserve_of(total, b=asked)
        assert (refused.value.asked, refused.value.balance) == (asked, 5)
    assert await reserve_of(7, b=2) == 3
    assert await balance_of(database) == Balance(available=3, reserved=7, used=0)


async def test_of_ten_who_spend_of_a_total_for_three_three_succeed(database: Database) -> None:
    await grant(database, 10)

    async def spend(key: str) -> int:
        return await database.transact(lambda connection: ledger.reserve(connection, ALICE, {key: 1}, total=3))

    results = await asyncio.gather(*(spend(f"s{n}") for n in range(10)), return_exceptions=True)

    assert Counter(type(result) for result in results) == {int: 3, TooLittle: 7}
    assert await balance_of(database) == Balance(available=7, reserved=3, used=0)


async def test_what_is_paid_at_once_was_reserved_and_has_ended(database: Database) -> None:
    await grant(database, 10)

    left = await database.run(lambda connection: ledger.reserve(connection, ALICE, {"a": 3, "b": 4}, settled=True))

    assert left == 3
    assert await balance_of(database) == Balance(available=3, reserved=0, used=7)
    assert [await release(database, "a"), await settle(database, "b", 1)] == [0, None]
    assert await imbalances(database) == []
