"""How attempts that fail go on, by the class of what went wrong; the table is in design.md."""

import asyncio
import socket
from collections.abc import Callable
from datetime import timedelta

import pytest

from jobs import store
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


@pytest.mark.parametrize("error_class", [ErrorClass.NETWORK, ErrorClass.TIMEOUT, ErrorClass.UNKNOWN])
async def test_what_may_pass_is_tried_again_within_half_a_second_at_first(
    engine: Engines, error_class: ErrorClass
) -> None:
    own = await engine([WORK], {"work": failing(1, lambda: Failed(error_class, "It happens."))})

    job_id = await own.start_job()
    waiting = await own.until(job_id, "SCHEDULED")
    row = await own.until(job_id)

    assert (waiting["error_class"], waiting["error_message"]) == (error_class, "It happens.")
    assert waiting["run_at"] - waiting["error_at"] <= timedelta(seconds=0.5)
    assert (row["state"], row["attempt"], row["error_class"]) == ("SUCCEEDED", 2, error_class)


@pytest.mark.parametrize("error_class", [ErrorClass.AUTH, ErrorClass.NOT_FOUND, ErrorClass.INVALID, ErrorClass.QUOTA])
async def test_what_would_fail_again_is_not_tried_again(engine: Engines, error_class: ErrorClass) -> None:
    own = await engine([WORK], {"work": failing(1, lambda: Failed(error_class, "No."))})

    row = await own.until(await own.start_job())

    assert (row["state"], row["attempt"], row["error_class"]) == ("FAILED", 1, error_class)


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

    async def resume(transaction: Transaction) -> bool:
        transaction.ring("work")
        return await store.release_key(transaction.connection, "work", "ann")

    revoked["ann"] = False
    assert await own.transact(resume)

    assert (await own.until(waiting.id))["state"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("error", "error_class"),
    [
        (ConnectionResetError(104, "reset"), "NETWORK"),
        (socket.gaierror(-2, "no such name"), "NETWORK"),
        (TimeoutError(), "TIMEOUT"),
        (JobError(ErrorClass.QUOTA, "No budget left."), "QUOTA"),
        (FileNotFoundError(2, "no such file"), "UNKNOWN"),
        (KeyError("a bug"), "UNKNOWN"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value,
)
async def test_what_a_handler_raises_is_judged_by_its_type(engine: Engines, error: Exception, error_class: str) -> None:
    async def fail(job: Job) -> Outcome:
        raise error

    own = await engine([Kind(name="work", max_attempts=1)], {"work": fail})

    row = await own.until(await own.start_job())

    assert (row["state"], row["error_class"]) == ("FAILED", error_class)
    assert "a bug" not in row["error_message"]


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
