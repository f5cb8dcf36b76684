"""Looking at jobs."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from chassis.auth import Role
from chassis.errors import InvalidArgument
from chassis.postgres import load_statements
from jobs.errors import JobNotFound, OwnerNotAllowed
from jobs.job import Lane, NewJob
from jobs.operating import list_unended
from tests.conftest import REPOSITORY
from tests.integration.jobs.rig import Rig, called_by, toil

SQL = load_statements(REPOSITORY / "jobs" / "sql")


async def listed(rig: Rig, **filters: Any) -> list[str]:
    """The names on one page."""
    asked: dict[str, Any] = {"states": [], "kind": "", "owner": "", "min_age": timedelta(), "size": 0, "token": ""}
    page = await rig.operating.list_jobs(**(asked | filters))
    return [rig.names.job(row["id"]) for row in page.rows]


async def test_a_job_is_shown_as_it_was_accepted(rig: Rig) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    job = toil(lane=Lane.HIGH, run_at=later, deadline=later, idempotency_key="once", concurrency_key="k")
    (name,) = await rig.enqueue(job)

    with called_by("ann"):
        row = await rig.operating.get_job(name)

    shown = {key: row[key] for key in ("kind", "owner", "state", "lane", "attempt", "max_attempts", "run_at")}
    assert shown == {
        "kind": "toil",
        "owner": "ann",
        "state": "SCHEDULED",
        "lane": 1,
        "attempt": 0,
        "max_attempts": 3,
        "run_at": later,
    }
    assert (row["deadline"], row["idempotency_key"], row["concurrency_key"]) == (later, "once", "k")


async def test_a_user_meets_only_its_own_jobs(rig: Rig) -> None:
    (name,) = await rig.enqueue(toil("ann"))

    with called_by("bob"):
        for act in (rig.operating.get_job, rig.operating.cancel_job, rig.operating.retry_job):
            with pytest.raises(JobNotFound):
                await act(name)
        with pytest.raises(OwnerNotAllowed):
            await listed(rig, owner="ann")
        assert await listed(rig) == []
    with called_by("ops", Role.OPERATOR):
        assert (await rig.operating.get_job(name))["state"] == "QUEUED"


async def test_of_what_hasn_t_ended_those_that_run_come_first_then_the_newest(rig: Rig) -> None:
    (oldest,) = await rig.enqueue(toil())
    await rig.claim("toil")
    middle, newest, _ = await rig.enqueue(toil(), toil(), toil("bob"))

    async with rig.database.connection() as connection:
        found, all_found = [await list_unended(connection, "ann", latest=latest) for latest in (2, 4)]

    assert [rig.names.job(row["id"]) for row in found.rows] == [oldest, newest]
    assert [rig.names.job(row["id"]) for row in all_found.rows] == [oldest, newest, middle]
    assert (found.scheduled, found.queued, found.running) == (0, 2, 1)


@pytest.mark.parametrize("service", ["mill", "other"])
async def test_what_isn_t_there_is_not_found(rig: Rig, service: str) -> None:
    name = f"{service}/jobs/{uuid4()}"

    with called_by("ops", Role.OPERATOR), pytest.raises(JobNotFound) as caught:
        await rig.operating.get_job(name)

    assert caught.value.metadata == {"name": name}


async def test_jobs_are_listed_by_every_filter_and_the_newest_first(rig: Rig) -> None:
    first, second, third = await rig.enqueue(toil("ann"), toil("bob"), toil("ann"))
    (other,) = await rig.enqueue(NewJob(kind="idle", owner="ann"))
    await rig.end(first, "FAILED", "INVALID")
    await rig.execute("UPDATE jobs SET created_at = created_at - interval '1 hour' WHERE owner = 'bob'")

    with called_by("ops", Role.OPERATOR):
        assert await listed(rig) == [other, third, second, first]
        assert await listed(rig, owner="ann") == [other, third, first]
        assert await listed(rig, kind="toil", owner="ann", states=["FAILED", "QUEUED"]) == [third, first]
        assert await listed(rig, states=["FAILED"]) == [first]
        assert await listed(rig, min_age=timedelta(minutes=30)) == [second]
        assert await listed(rig, min_age=timedelta(days=3_650_000)) == []
        assert await listed(rig, kind="nothing") == []
    with called_by("ann"):
        assert await listed(rig) == [other, third, first]


async def test_pages_follow_each_other_without_gap_or_repetition(rig: Rig) -> None:
    names = await rig.enqueue(*[toil() for _ in range(7)])
    seen, token = [], ""

    with called_by("ann"):
        while True:
            page = await rig.operating.list_jobs(
                states=[], kind="toil", owner="", min_age=timedelta(), size=3, token=token
            )
            seen += [rig.names.job(row["id"]) for row in page.rows]
            token = page.next_token
            if not token:
                break

    assert seen == names[::-1]


async def test_a_token_of_another_caller_or_with_other_filters_is_refused(rig: Rig) -> None:
    await rig.enqueue(*[toil() for _ in range(3)])
    with called_by("ann"):
        page = await rig.operating.list_jobs(states=[], kind="", owner="", min_age=timedelta(), size=1, token="")
        with pytest.raises(InvalidArgument):
            await listed(rig, kind="toil", token=page.next_token)

    with called_by("bob"), pytest.raises(InvalidArgument):
        await listed(rig, token=page.next_token)


async def test_a_page_is_read_by_an_index_however_many_jobs_there_are(rig: Rig) -> None:
    await rig.execute(
        "INSERT INTO jobs (kind, owner, state, lane, run_at, max_attempts, payload, ended_at) "
        "SELECT 'toil', 'owner' || n % 100, 'SUCCEEDED', 2, now(), 3, '', now() FROM generate_series(1, 20000) AS n"
    )
    await rig.execute("ANALYZE jobs")

    async def plan(statement: str, *arguments: str) -> str:
        async with rig.database.connection() as connection:
            await connection.execute("SET plan_cache_mode = force_generic_plan")
            try:
                await connection.execute(f"PREPARE listed AS {SQL[statement]}")
                lines = await connection.fetch(f"EXPLAIN EXECUTE listed ({', '.join(arguments)})")
            finally:
                await connection.execute("DEALLOCATE ALL")
                await connection.execute("RESET plan_cache_mode")
        return "\n".join(line[0] for line in lines)

    everybody = await plan("list_jobs", "NULL", "NULL", "0", "NULL", "51")
    owned = await plan("list_owned_jobs", "NULL", "NULL", "0", "NULL", "51", "'owner1'")

    assert "Index Scan Backward using jobs_pkey" in everybody
    assert "Index Scan Backward using jobs_by_owner" in owned
    assert "Sort" not in everybody + owned
