"""Looking at jobs, cancelling and retrying them."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from chassis.auth import Role
from chassis.errors import AtelierError, InvalidArgument
from chassis.postgres import load_statements
from jobs.errors import JobEnded, JobNotFound, JobNotRetryable, OwnerNotAllowed
from jobs.job import EndedJob, ErrorClass, Lane, NewJob
from jobs.kinds import Kind
from jobs.operating import list_unended
from jobs.outcomes import Done, Outcome
from jobs.running import Job
from jobs.transactions import Transaction
from tests.conftest import REPOSITORY
from tests.integration.jobs.conftest import Told
from tests.integration.jobs.rig import Rig, called_by

SQL = load_statements(REPOSITORY / "jobs" / "sql")


def toil(owner: str = "ann", **details: Any) -> NewJob:
    return NewJob(kind="toil", owner=owner, **details)


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


@pytest.mark.parametrize("minutes", [0, 60])
async def test_a_job_that_waits_is_cancelled_at_once_and_its_kind_is_told(rig: Rig, told: Told, minutes: int) -> None:
    run_at = datetime.now(UTC) + timedelta(minutes=minutes) if minutes else None
    (name,) = await rig.enqueue(toil(run_at=run_at, payload=b"what"))

    with called_by("ann"):
        row = await rig.operating.cancel_job(name)
        again = await rig.operating.cancel_job(name)

    ended = EndedJob(
        id=rig.names.job_id(name),
        kind="toil",
        owner="ann",
        payload=b"what",
        state=row["state"],
        error_class=None,
        error_message=None,
    )
    assert row["state"] == "CANCELLED"
    assert row["ended_at"] is not None
    assert again == row
    assert told == [("end", ended)]


async def test_a_hook_that_fails_leaves_the_job_as_it_was(rig: Rig, told: Told, kinds: list[Kind]) -> None:
    async def refuse(transaction: Transaction, job: EndedJob) -> None:
        raise AtelierError("no")

    object.__setattr__(kinds[0], "on_end", refuse)
    object.__setattr__(kinds[0], "on_retry", refuse)
    waiting, failed = await rig.enqueue(toil(), toil())
    await rig.end(failed, "FAILED", "INVALID")

    with called_by("ann"):
        for act, name in ((rig.operating.cancel_job, waiting), (rig.operating.retry_job, failed)):
            with pytest.raises(AtelierError):
                await act(name)

        assert (await rig.operating.get_job(waiting))["state"] == "QUEUED"
        assert (await rig.operating.get_job(failed))["state"] == "FAILED"


async def test_a_running_job_is_told_to_stop_and_ends_cancelled(rig: Rig, told: Told) -> None:
    started, stopped = asyncio.Event(), asyncio.Event()

    async def handle(job: Job) -> Outcome:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()
        return Done()

    async with rig.working({"toil": handle}), asyncio.timeout(20):
        (name,) = await rig.enqueue(toil())
        await started.wait()
        with called_by("ann"):
            row = await rig.operating.cancel_job(name)
            await stopped.wait()
            last = [rows async for rows in rig.watching.watch_named([name], kind="", owner="")][-1]

    assert (row["state"], row["cancel_requested"]) == ("RUNNING", True)
    assert last[0]["state"] == "CANCELLED"
    assert [hook for hook, _ in told] == ["end"]


@pytest.mark.parametrize("state", ["SUCCEEDED", "FAILED"])
async def test_a_job_that_has_ended_otherwise_can_t_be_cancelled(rig: Rig, state: str) -> None:
    (name,) = await rig.enqueue(toil())
    await rig.end(name, state, "INVALID" if state == "FAILED" else None)

    with called_by("ann"), pytest.raises(JobEnded) as caught:
        await rig.operating.cancel_job(name)

    assert caught.value.metadata == {"name": name, "state": state}


async def test_a_failed_job_gets_as_many_attempts_again_and_no_deadline(rig: Rig, told: Told) -> None:
    (name,) = await rig.enqueue(toil(deadline=datetime.now(UTC) + timedelta(hours=1)))
    await rig.claim("toil")
    await rig.end(name, "FAILED", "INVALID")
    await rig.execute("UPDATE jobs SET losses = 2, cancel_requested = true, run_at = run_at - interval '1 day'")

    with called_by("ann"):
        row = await rig.operating.retry_job(name)

    assert (row["state"], row["attempt"], row["max_attempts"]) == ("QUEUED", 1, 4)
    assert (row["deadline"], row["ended_at"], row["cancel_requested"]) == (None, None, False)
    assert (row["error_class"], row["error_message"]) == ("INVALID", "It went wrong.")
    assert datetime.now(UTC) - row["run_at"] < timedelta(minutes=1)
    assert [(hook, job.state, job.error_class) for hook, job in told] == [("retry", "FAILED", ErrorClass.INVALID)]


async def test_a_retried_job_is_worked_on_at_once(rig: Rig) -> None:
    async def handle(job: Job) -> Outcome:
        return Done()

    (name,) = await rig.enqueue(toil())
    await rig.end(name, "CANCELLED")

    async with rig.working({"toil": handle}), asyncio.timeout(20):
        with called_by("ann"):
            await rig.operating.retry_job(name)
            last = [rows async for rows in rig.watching.watch_named([name], kind="", owner="")][-1]

    assert (last[0]["state"], last[0]["attempt"]) == ("SUCCEEDED", 1)


async def test_a_job_that_waits_for_its_next_attempt_starts_it_now(rig: Rig, told: Told) -> None:
    (name,) = await rig.enqueue(toil())
    await rig.execute(
        "UPDATE jobs SET state = 'SCHEDULED', attempt = 1, run_at = now() + interval '1 hour', error_class = 'NETWORK'"
    )

    with called_by("ann"):
        row = await rig.operating.retry_job(name)

    assert (row["state"], row["attempt"], row["max_attempts"]) == ("QUEUED", 1, 3)
    assert row["run_at"] <= datetime.now(UTC)
    assert told == []


async def test_a_job_that_was_accepted_for_later_is_never_early(rig: Rig) -> None:
    (name,) = await rig.enqueue(toil(run_at=datetime.now(UTC) + timedelta(hours=1)))

    with called_by("ann"), pytest.raises(JobNotRetryable) as caught:
        await rig.operating.retry_job(name)

    assert caught.value.metadata["state"] == "SCHEDULED"


@pytest.mark.parametrize("state", ["QUEUED", "RUNNING", "SUCCEEDED"])
async def test_a_job_in_any_other_state_can_t_be_retried(rig: Rig, state: str) -> None:
    (name,) = await rig.enqueue(toil())
    if state == "RUNNING":
        await rig.claim("toil")
    if state == "SUCCEEDED":
        await rig.end(name, "SUCCEEDED")

    with called_by("ann"), pytest.raises(JobNotRetryable) as caught:
        await rig.operating.retry_job(name)

    assert (caught.value.reason, caught.value.metadata["state"]) == ("JOB_NOT_RETRYABLE", state)


async def test_of_many_who_steer_one_job_at_once_each_kind_of_steering_happens_once(rig: Rig, told: Told) -> None:
    (name,) = await rig.enqueue(toil())

    with called_by("ann"):
        await asyncio.gather(*(rig.operating.cancel_job(name) for _ in range(10)))
        answers = await asyncio.gather(*(rig.operating.retry_job(name) for _ in range(10)), return_exceptions=True)

    assert [hook for hook, _ in told] == ["end", "retry"]
    assert sum(isinstance(answer, JobNotRetryable) for answer in answers) == 9
