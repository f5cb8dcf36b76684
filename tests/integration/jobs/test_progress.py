"""What a running job shows and keeps: progress for those who watch, a checkpoint for its next attempt."""

import asyncio

import pytest

from jobs import store
from jobs.bell import Ring
from jobs.job import ErrorClass
from jobs.outcomes import Done, Failed, Outcome
from jobs.running import CHECKPOINT_BYTES, Job
from jobs.transactions import Transaction
from tests.integration.jobs.engine import WORK, Engines, done, within


@pytest.mark.parametrize("with_effect", [False, True])
async def test_progress_is_seen_while_it_runs_and_is_final_at_its_end(engine: Engines, with_effect: bool) -> None:
    halfway = asyncio.Event()

    async def write(transaction: Transaction) -> None:
        await transaction.connection.execute("UPDATE catalogue SET revision = 1")

    async def work(job: Job) -> Outcome:
        job.progress(5, 10)
        await halfway.wait()
        job.progress(10, 10)
        return Done(write if with_effect else None)

    own = await engine([WORK], {"work": work})
    client = await engine()

    job_id = await client.start_job()
    seen = await client.until_row(job_id, lambda row: row["progress_done"] == 5)
    halfway.set()
    row = await client.until(job_id)

    assert (seen["state"], seen["progress_done"], seen["progress_total"]) == ("RUNNING", 5, 10)
    assert (row["state"], row["progress_done"], row["progress_total"]) == ("SUCCEEDED", 10, 10)
    assert own.database is client.database


async def test_a_checkpoint_is_there_for_the_next_attempt_and_gone_at_the_end(engine: Engines) -> None:
    found: list[bytes | None] = []

    async def work(job: Job) -> Outcome:
        found.append(job.checkpoint)
        await job.save_checkpoint(f"page {job.attempt}".encode())
        return Done() if job.attempt == 3 else Failed(ErrorClass.NETWORK, "Cut off.", after_seconds=0)

    own = await engine([WORK], {"work": work})

    row = await own.until(await own.start_job())

    assert found == [None, b"page 1", b"page 2"]
    assert (row["state"], row["checkpoint"]) == ("SUCCEEDED", None)


async def test_a_checkpoint_is_there_after_its_worker_left(engine: Engines) -> None:
    saved, found = asyncio.Event(), asyncio.Queue[bytes | None]()

    async def save_and_hang(job: Job) -> Outcome:
        await job.save_checkpoint(b"page 1")
        saved.set()
        await asyncio.sleep(60)
        return Done()

    async def look(job: Job) -> Outcome:
        found.put_nowait(job.checkpoint)
        return Done()

    leaving = await engine([WORK], {"work": save_and_hang}, grace_seconds=0)
    await leaving.start_job()
    await within(saved.wait())
    await leaving.worker.stop()
    await engine([WORK], {"work": look})

    assert await within(found.get()) == b"page 1"


async def test_a_checkpoint_that_is_too_large_is_refused_and_the_one_before_stays(engine: Engines) -> None:
    async def work(job: Job) -> Outcome:
        await job.save_checkpoint(b"x" * CHECKPOINT_BYTES)
        with pytest.raises(ValueError, match="a checkpoint may have 1048576 bytes, not 1048577"):
            await job.save_checkpoint(b"x" * (CHECKPOINT_BYTES + 1))
        assert job.checkpoint is not None
        return Failed(ErrorClass.INVALID, f"{len(job.checkpoint)} bytes are kept.")

    own = await engine([WORK], {"work": work})

    assert (await own.until(await own.start_job()))["error_message"] == "1048576 bytes are kept."


async def test_a_checkpoint_of_a_job_that_is_no_longer_ours_stops_its_handler(engine: Engines) -> None:
    ended = asyncio.Event()
    own = await engine([WORK])

    async def work(job: Job) -> Outcome:
        await own.fetch(
            "UPDATE jobs SET state = 'QUEUED', lease_token = NULL, lease_expires_at = NULL, worker_id = NULL,"
            " run_at = now() + interval '1 hour' WHERE id = $1",
            job.id,
        )
        try:
            await job.save_checkpoint(b"from the grave")
        finally:
            ended.set()
        raise AssertionError("it went on")

    client = await engine([WORK], {"work": work}, lease_seconds=60)
    job_id = await client.start_job()
    await within(ended.wait())
    await within(client.worker.stop())

    assert (await own.row(job_id))["checkpoint"] is None
    assert (await own.row(job_id))["error_class"] is None


async def test_a_second_attempt_that_tells_no_progress_shows_none_of_the_first(engine: Engines) -> None:
    own = await engine([WORK], {"work": done})

    row = await own.until(await own.start_job())

    assert (row["progress_done"], row["progress_total"]) == (0, 0)


async def test_an_attempt_that_was_lost_is_stopped_by_the_next_one_in_its_worker_and_saves_nothing_more(
    engine: Engines,
) -> None:
    began, buried, saved = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def work(job: Job) -> Outcome:
        if job.attempt == 2:
            await within(buried.wait())
            await job.save_checkpoint(b"second")
            saved.set()
            await asyncio.sleep(60)
        began.set()
        try:
            await asyncio.sleep(60)
        finally:
            try:
                await job.save_checkpoint(b"first")
            finally:
                buried.set()
        raise AssertionError("it went on")

    own = await engine([WORK], {"work": work}, lease_seconds=60)
    job_id = await own.start_job()
    await within(began.wait())
    async with own.database.connection() as connection:
        await store.rescue_jobs(connection, [job_id], "Its worker was frozen.")
    own.runtime.bell.ring("work", Ring(1))
    await within(saved.wait())

    row = await own.row(job_id)
    assert (row["attempt"], row["checkpoint"]) == (2, b"second")
