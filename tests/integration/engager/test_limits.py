"""The limits of accounts: never more in any window, whoever acts, and whatever was restarted."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from chassis.postgres import Database
from services.engager.attempts import Windows
from tests.conftest import Schema, Servers
from tests.crash.crew import until
from tests.integration.engager.carrying_out import Engager, open_engager
from tests.integration.engager.receiver import Receiver, open_receiver

CALL_SECONDS = 10.0
LONGER = timedelta(seconds=CALL_SECONDS + 5.0)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with open_receiver() as made:
        yield made


@pytest.fixture
async def engager(database: Database, schema: Schema, servers: Servers, tmp_path: Path) -> AsyncIterator[Engager]:
    """Nobody works; of one account three may be carried out at once."""
    redis_url = servers.stack.redis_url
    async with open_engager(
        database, schema, redis_url, tmp_path, account_concurrency=3, call_seconds=CALL_SECONDS
    ) as made:
        yield made


async def acted(engager: Engager, account_id: UUID, *ago: timedelta) -> None:
    """So long ago the account acted."""
    await engager.fetch(
        "INSERT INTO acts SELECT $1, now() - ago, gen_random_uuid(), 1 FROM unnest($2::interval []) AS ago",
        account_id,
        list(ago),
    )


async def put_off(engager: Engager, count: int) -> None:
    """Wait until so many were put off."""

    async def are() -> bool:
        return len(await engager.fetch("SELECT FROM activities WHERE run_at > due_at")) == count

    await until(are, f"{count} wait for their account's limits")


@pytest.mark.parametrize(
    ("limits", "window"), [({"per_hour": 2, "per_day": 10}, HOUR), ({"per_hour": 10, "per_day": 2}, DAY)]
)
async def test_what_is_beyond_a_limit_waits_until_the_first_act_has_left_the_window(
    engager: Engager, receiver: Receiver, limits: dict[str, Any], window: timedelta
) -> None:
    account_id = await engager.webhook(receiver.url(), **limits)
    await engager.schedule(account_id, times=5)

    async with engager.working():
        await put_off(engager, 3)
    [first, _] = await engager.fetch("SELECT acted_at FROM acts ORDER BY acted_at")
    waiting = await engager.fetch("SELECT run_at, attempt, state FROM activities WHERE run_at > due_at")

    assert len(receiver.calls) == 2
    # Each has a turn of its own, as often as tokens come back.
    turns = [first["acted_at"] + window + LONGER + place * (window + LONGER) / 2 for place in range(3)]
    assert sorted(row["run_at"] for row in waiting) == turns
    assert {(row["attempt"], row["state"]) for row in waiting} == {(0, "WAITING")}


async def test_the_stricter_of_two_limits_holds(engager: Engager, receiver: Receiver) -> None:
    account_id = await engager.webhook(receiver.url(), per_hour=2, per_day=3)
    await acted(engager, account_id, 2 * HOUR, 3 * HOUR)
    await engager.schedule(account_id, times=2)

    async with engager.working():
        await put_off(engager, 1)
    [row] = await engager.fetch("SELECT run_at - now() AS waits FROM activities WHERE run_at > due_at")

    assert len(receiver.calls) == 1
    assert DAY - 4 * HOUR < row["waits"] < DAY - 2 * HOUR


async def test_an_act_counts_until_a_call_could_have_ended_a_window_ago_and_is_forgotten_after_a_day(
    engager: Engager, receiver: Receiver
) -> None:
    account_id = await engager.webhook(receiver.url(), per_hour=1)
    await acted(engager, account_id, HOUR + LONGER, DAY + LONGER)
    [activity_id] = await engager.schedule(account_id)

    async with engager.working():
        await engager.ended(activity_id)
    acts = await engager.fetch("SELECT now() - acted_at AS ago FROM acts ORDER BY acted_at")

    assert [act["ago"] > HOUR for act in acts] == [True, False]


async def test_several_workers_together_keep_an_account_within_its_limit(engager: Engager, receiver: Receiver) -> None:
    accounts = [await engager.webhook(receiver.url(), per_hour=3) for _ in range(4)]
    for account_id in accounts:
        await engager.schedule(account_id, times=10)

    async with AsyncExitStack() as workers:
        for _ in range(3):
            await workers.enter_async_context(engager.working())
        await put_off(engager, 4 * 7)

    assert sorted(call.json()["account"] for call in receiver.calls) == sorted(3 * [str(one) for one in accounts])


async def test_accounts_without_limits_keep_no_account_of_their_acts(engager: Engager, receiver: Receiver) -> None:
    ids = await engager.schedule(await engager.webhook(receiver.url()), times=3)

    async with engager.working():
        await engager.ended(*ids)

    assert await engager.fetch("SELECT FROM acts") == []


async def test_no_window_ever_sees_more_acts_at_the_receiver_than_the_limit(
    database: Database, schema: Schema, servers: Servers, receiver: Receiver, tmp_path: Path
) -> None:
    windows = Windows(hour_seconds=0.4, day_seconds=1.0, call_seconds=0.2, pause_seconds=0.1)
    async with open_engager(
        database, schema, servers.stack.redis_url, tmp_path, windows=windows, account_concurrency=3
    ) as engager:
        ids = await engager.schedule(await engager.webhook(receiver.url(), per_hour=3, per_day=5), times=12)

        async with engager.working(), engager.working():
            await engager.ended(*ids)

    times = sorted(call.at for call in receiver.calls)
    assert len(times) == 12
    assert most_within(times, 0.4) <= 3
    assert most_within(times, 1.0) <= 5


def most_within(times: Sequence[float], seconds: float) -> int:
    """The most of them in any window."""
    return max(sum(start <= time < start + seconds for time in times) for start in times)
