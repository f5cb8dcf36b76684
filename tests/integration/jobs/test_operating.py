"""Cancelling and retrying jobs."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from chassis.errors import AtelierError
from jobs.errors import JobEnded, JobNotRetryable
from jobs.job import EndedJob, ErrorClass
from jobs.kinds import Kind
from jobs.outcomes import Done, Outcome
from jobs.running import Job
from jobs.transactions import Transaction
from tests.integration.jobs.conftest import Told
from tests.integration.jobs.rig import Rig, called_by, toil


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
