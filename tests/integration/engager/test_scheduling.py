"""Scheduling as many callers at once do it, and as a batch costs."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from atelier.engager.v1 import engagement_service_pb2 as pb

from chassis.errors import AtelierError
from chassis.postgres import Database
from services.engager.scheduling import Scheduled, Scheduling
from tests.conftest import Schema, Servers
from tests.crash.crew import until
from tests.integration.engager.carrying_out import Engager, open_engager

TOMORROW = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
async def engager(database: Database, schema: Schema, servers: Servers, tmp_path: Path) -> AsyncIterator[Engager]:
    """The use cases, and nobody who carries out anything."""
    async with open_engager(database, schema, servers.stack.redis_url, tmp_path) as made:
        yield made


async def likes(engager: Engager, count: int) -> list[pb.NewActivity]:
    """So many likes of a new account, due tomorrow."""
    account_id = await engager.account(dry_run=pb.DryRunConnector())
    [account] = await engager.fetch("SELECT pod_id FROM pod_accounts WHERE id = $1", account_id)
    items = [
        pb.NewActivity(
            pod_id=str(account["pod_id"]),
            account_id=str(account_id),
            post=f"post-{number}",
            kind=pb.ACTIVITY_KIND_LIKE,
        )
        for number in range(count)
    ]
    for item in items:
        item.due_time.FromDatetime(TOMORROW)
    return items


async def schedule(scheduling: Scheduling, items: Sequence[pb.NewActivity]) -> dict[str, tuple[UUID, bool]]:
    """Id and whether it was created, by post."""
    told: dict[str, tuple[UUID, bool]] = {}
    for result in await scheduling.schedule(items):
        assert isinstance(result, Scheduled)
        told[result.row["post"]] = (result.row["activity_id"], result.created)
    return told


async def test_callers_who_schedule_the_same_at_once_are_told_the_same_and_one_has_made_it(engager: Engager) -> None:
    items = await likes(engager, 40)
    orders = [items[place:] + items[:place] for place in range(0, 40, 5)]

    answers = await asyncio.gather(*(schedule(engager.scheduling, order) for order in orders))

    for item in items:
        told = [answer[item.post] for answer in answers]
        assert len({activity_id for activity_id, _ in told}) == 1
        assert sum(created for _, created in told) == 1
    [counted] = await engager.fetch(
        "SELECT count(*) AS activities, count(jobs.id) AS jobs, (SELECT count(*) FROM jobs) AS all_jobs "
        "FROM activities LEFT JOIN jobs ON jobs.id = job_id"
    )
    assert counted == {"activities": 40, "jobs": 40, "all_jobs": 40}


async def test_what_overlaps_with_another_batch_is_made_by_one_of_them(engager: Engager) -> None:
    items = await likes(engager, 60)

    first, second = await asyncio.gather(
        schedule(engager.scheduling, items[:40]), schedule(engager.scheduling, items[20:])
    )

    shared = first.keys() & second.keys()
    assert len(shared) == 20
    assert all(first[post][0] == second[post][0] and first[post][1] != second[post][1] for post in shared)


async def test_a_job_is_due_when_its_activity_is_and_stands_under_the_account(engager: Engager) -> None:
    [item] = await likes(engager, 1)
    item.jitter.FromTimedelta(timedelta(hours=1))

    await schedule(engager.scheduling, [item])

    [row] = await engager.fetch(
        "SELECT jobs.run_at = activity.run_at AS same, activity.run_at > due_at AS jittered, concurrency_key, "
        "account_id::text, deadline > jobs.run_at AS patient FROM activities AS activity JOIN jobs ON jobs.id = job_id"
    )
    assert row == {
        "same": True,
        "jittered": True,
        "concurrency_key": item.account_id,
        "account_id": item.account_id,
        "patient": True,
    }


async def test_what_is_known_is_told_however_late_it_is(engager: Engager) -> None:
    [item] = await likes(engager, 1)
    item.late_policy = pb.LATE_POLICY_SKIP
    item.late_after.FromMilliseconds(500)
    item.due_time.FromDatetime(datetime.now(UTC) + timedelta(seconds=1))
    once = await schedule(engager.scheduling, [item])

    async def passed() -> bool:
        other = pb.NewActivity()
        other.CopyFrom(item)
        other.post = uuid4().hex
        [result] = await engager.scheduling.schedule([other])
        return isinstance(result, AtelierError)

    await until(passed, "others of that time are refused")

    again = await schedule(engager.scheduling, [item])

    assert again == {"post-0": (once["post-0"][0], False)}


async def test_a_full_batch_is_a_handful_of_statements(engager: Engager) -> None:
    items = await likes(engager, 1_000)
    began = time.monotonic()

    answer = await schedule(engager.scheduling, items)

    assert len(answer) == 1_000
    # Under half a second on an idle machine; a statement for each would take many times as long.
    assert time.monotonic() - began < 10
