"""A job while it runs: progress that PostgreSQL can hold, and the first reason to stop stands."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.kinds import Kind
from jobs.running import HeldJob, Job, Stop

KIND = Kind(name="work")


def job() -> Job:
    async def save(job: Job, checkpoint: bytes) -> None:
        raise AssertionError("nothing is saved here")

    return Job(job_id=uuid4(), kind=KIND, owner="ann", payload=b"", attempt=1, checkpoint=None, save=save)


def held(remaining_seconds: float | None = None) -> HeldJob:
    return HeldJob(
        job=job(),
        kind=KIND,
        token=uuid4(),
        max_attempts=5,
        losses=0,
        cancel_requested=False,
        concurrency_key=None,
        remaining_seconds=remaining_seconds,
    )


@given(done=st.integers(0, 2**63 - 1), total=st.integers(0, 2**63 - 1))
def test_progress_is_any_count(done: int, total: int) -> None:
    one = job()

    one.progress(done, total)

    assert (one.done, one.total) == (done, total)
    assert one.progressed is ((done, total) != (0, 0))


@pytest.mark.parametrize("done", [-1, 2**63])
def test_progress_that_cannot_be_counted_is_refused(done: int) -> None:
    with pytest.raises(ValueError, match="progress is counted from 0"):
        job().progress(done, 1)


@pytest.mark.parametrize("done", [0.5, "1", None])
def test_progress_that_is_no_whole_number_is_refused(done: Any) -> None:
    with pytest.raises(TypeError):
        job().progress(done, 1)


async def test_the_first_reason_to_stop_stands() -> None:
    one = held()
    one.task = asyncio.create_task(asyncio.Event().wait())  # type: ignore[arg-type]

    one.end(Stop.TIMEOUT)
    one.end(Stop.CANCELLED)
    await asyncio.gather(one.task, return_exceptions=True)

    assert one.stop is Stop.TIMEOUT
    assert one.task.cancelled()


async def test_nobody_stops_a_handler_that_has_ended_but_a_leaving_worker() -> None:
    one = held()
    one.ending = True

    one.end(Stop.CANCELLED)
    assert one.stop is None
    one.end(Stop.RELEASED)

    assert one.stop is Stop.RELEASED


def test_what_is_left_until_the_deadline_grows_less() -> None:
    one = held(10.0)
    one.started -= 4.0

    left = one.deadline_left()

    assert left is not None
    assert 5.0 < left <= 6.0
    assert held().deadline_left() is None
