"""How attempts that fail go on, by the class of what went wrong; the table is in design.md."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from jobs.job import ErrorClass, NewJob
from jobs.kinds import Kind
from jobs.outcomes import Done, Failed, JobError, Outcome
from jobs.running import Handler, Job
from jobs.transactions import Transaction
from tests.integration.jobs.engine import WORK, Blocking, Engines, within


def failing(times: int, outcome: Callable[[], Outcome]) -> Handler:
    """A handler that fails so often and is then done."""
    failures = iter(range(times))

    async def handle(job: Job) -> Outcome:
        return outcome() if next(failures, None) is not None else Done()

    return handle


def class_of(name: str) -> NewJob:
    """A job whose payload says how it fails."""
    return NewJob(kind="work", owner="ann", payload=name.encode())


async def test_a_job_without_attempts_left_is_on_the_shelf_with_its_last_error(engine: Engines) -> None:
    async def fail(job: Job) -> Outcome:
        return Failed(ErrorClass.UNKNOWN, f"Attempt {job.attempt} went wrong.", after_seconds=0)

    own = await engine([Kind(name="work", max_attempts=3)], {"work": fail})

    row = await own.until(await own.start_job())

    assert (row["state"], row["attempt"], row["max_attempts"]) == ("FAILED", 3, 3)
    assert (row["error_class"], row["error_message"]) == ("UNKNOWN", "Attempt 3 went wrong.")
    assert row["error_at"] <= row["ended_at"]


async def test_being_rate_limited_uses_no_attempt_and_waits_as_long_as_the_peer_said(engine: Engines) -> None:
    limited = failing(3, lambda: Failed(ErrorClass.RATE_LIMITED, "Not so fast.", after_seconds=0.3))
    own = await engine([Kind(name="work", max_attempts=1)], {"work": limited})

    row = await own.until(await own.start_job())

    assert (row["state"], row["attempt"], row["max_attempts"]) == ("SUCCEEDED", 4, 4)
    assert row["started_at"] - row["created_at"] >= timedelta(seconds=0.9)


async def test_what_may_pass_is_tried_again_within_half_a_second_at_first(engine: Engines) -> None:
    async def fail_once(job: Job) -> Outcome:
        return Failed(ErrorClass(job.payload.decode()), "It happens.") if job.attempt == 1 else Done()

    own = await engine([WORK], {"work": fail_once})
    made = await own.enqueue(*[class_of(one) for one in ("NETWORK", "TIMEOUT", "UNKNOWN")])

    waiting = [await own.until_row(one.id, lambda row: row["error_at"] is not None) for one in made]
    ended = [await own.until(one.id) for one in made]

    assert [row["error_class"] for row in ended] == ["NETWORK", "TIMEOUT", "UNKNOWN"]
    assert all((row["state"], row["attempt"], row["error_message"]) == ("SUCCEEDED", 2, "It happens.") for row in ended)
    assert all(row["started_at"] - row["error_at"] < timedelta(seconds=1) for row in ended)
    assert all(row["run_at"] - row["error_at"] <= timedelta(seconds=0.5) for row in waiting)


async def test_what_would_fail_again_is_not_tried_again(engine: Engines) -> None:
    async def fail(job: Job) -> Outcome:
        return Failed(ErrorClass(job.payload.decode()), "No.")

    own = await engine([WORK], {"work": fail})
    made = await own.enqueue(*[class_of(one) for one in ("AUTH", "NOT_FOUND", "INVALID", "QUOTA")])

    rows = [await own.until(one.id) for one in made]

    assert [(row["state"], row["attempt"], row["error_class"]) for row in rows] == [
        ("FAILED", 1, "AUTH"), ("FAILED", 1, "NOT_FOUND"), ("FAILED", 1, "INVALID"), ("FAILED", 1, "QUOTA"),
    ]  # fmt: skip


async def test_a_refused_account_is_held_and_others_go_on(engine: Engines) -> None:
    revoked = {"ann": True}

    async def publish(job: Job) -> Outcome:
        return Failed(ErrorClass.AUTH, "The token was revoked.") if revoked.get(job.payload.decode()) else Done()

    def job(account: str) -> NewJob:
        return NewJob(kind="work", owner=account, payload=account.encode(), concurrency_key=account)

    own = await engine([Kind(name="work", max_running_per_key=1)], {"work": publish})
    refused, waiting, others = await own.enqueue(job("ann"), job("ann"), job("bob"))
    assert (await own.until(refused.id))["state"] == "FAILED"
    assert (await own.until(others.id))["state"] == "SUCCEEDED"
    (held,) = await own.fetch("SELECT * FROM held_keys")
    assert (held["concurrency_key"], held["error_class"], held["error_message"]) == (
        "ann", "AUTH", "The token was revoked.",
    )  # fmt: skip
    assert (await own.row(waiting.id))["state"] == "QUEUED"

    async def resume(transaction: Transaction) -> None:
        await transaction.release_key("work", "ann")

    revoked["ann"] = False
    await own.transact(resume)

    assert (await own.until(waiting.id))["state"] == "SUCCEEDED"


async def test_what_a_handler_raises_is_judged_by_its_type(engine: Engines) -> None:
    # All of them stand in tests/unit/jobs/test_failures.py.
    errors = [
        ConnectionResetError(104, "a secret"),
        JobError(ErrorClass.QUOTA, "No budget left."),
        KeyError("a secret"),
    ]

    async def fail(job: Job) -> Outcome:
        raise errors[int(job.payload)]

    own = await engine([Kind(name="work", max_attempts=1)], {"work": fail})
    made = await own.enqueue(*[class_of(str(place)) for place in range(len(errors))])

    rows = [await own.until(one.id) for one in made]

    assert [(row["state"], row["error_class"]) for row in rows] == [
        ("FAILED", "NETWORK"), ("FAILED", "QUOTA"), ("FAILED", "UNKNOWN"),
    ]  # fmt: skip
    assert not any("a secret" in row["error_message"] for row in rows)


async def test_a_cancellation_that_nobody_asked_for_is_a_failure_like_any_other(engine: Engines) -> None:
    # A library's task that was cancelled, say, and awaited: nothing told this handler to stop.
    async def await_the_dead(job: Job) -> Outcome:
        dead = asyncio.create_task(asyncio.Event().wait())
        dead.cancel()
        await dead
        return Done()

    own = await engine([Kind(name="work", max_attempts=1)], {"work": await_the_dead})

    row = await own.until(await own.start_job())

    assert (row["state"], row["error_class"], row["attempt"]) == ("FAILED", "UNKNOWN", 1)


async def test_a_handler_that_returns_no_outcome_has_failed(engine: Engines) -> None:
    async def forget(job: Job) -> Outcome:
        return None  # type: ignore[return-value]

    own = await engine([Kind(name="work", max_attempts=1)], {"work": forget})

    row = await own.until(await own.start_job())

    assert (row["state"], row["error_class"], row["attempt"]) == ("FAILED", "UNKNOWN", 1)


async def test_a_message_that_postgresql_cannot_hold_is_told_as_far_as_it_can(engine: Engines) -> None:
    own = await engine([WORK], {"work": failing(1, lambda: Failed(ErrorClass.INVALID, "a\0b\ud800c" + "x" * 5_000))})

    row = await own.until(await own.start_job())

    assert (row["state"], row["error_class"], row["attempt"]) == ("FAILED", "INVALID", 1)
    assert row["error_message"].startswith("a")
    assert len(row["error_message"]) <= 1_000


@pytest.mark.parametrize("progress", [(0.5, 1), (2**63, 2**63), (-1, 1)], ids=str)
async def test_progress_that_is_none_fails_its_own_job_only(engine: Engines, progress: tuple[int, int]) -> None:
    blocking = Blocking()

    async def mismeasure(job: Job) -> Outcome:
        job.progress(*progress)
        return await blocking(job)

    kinds = [Kind(name="work", max_attempts=1), Kind(name="other")]
    own = await engine(kinds, {"work": mismeasure, "other": blocking})
    wrong, right = await own.enqueue(NewJob(kind="work", owner="ann"), NewJob(kind="other", owner="ann"))
    await within(own.until(wrong.id))
    blocking.let_go()

    assert (await own.row(wrong.id))["state"] == "FAILED"
    assert (await own.until(right.id))["state"] == "SUCCEEDED"
