"""Jobs for later: never early, hardly late; and deadlines, after which a job is given up."""

import asyncio
from datetime import datetime, timedelta

from jobs.job import ErrorClass, NewJob
from jobs.kinds import Kind
from jobs.outcomes import Done, Failed, Outcome
from jobs.running import Job
from tests.integration.jobs.engine import WORK, Blocking, Engine, Engines, done

NOW = "SELECT clock_timestamp()"
# Sooner than a timer looks by itself, so that it was woken for the job; how late in milliseconds is for `make bench`.
LATE = timedelta(seconds=2.5)


async def later(own: Engine, seconds: float) -> datetime:
    """The database's time in so many seconds."""
    now: datetime = await own.count(NOW)
    return now + timedelta(seconds=seconds)


async def waited(own: Engine, *ids: object) -> list[timedelta]:
    """From each job's due time to its start, by the database's clock."""
    rows = await own.fetch("SELECT started_at - run_at AS waited FROM jobs WHERE id = any($1)", list(ids))
    return [row["waited"] for row in rows]


async def idle(own: Engine) -> None:
    """Return once the worker has nothing to do and listens."""
    await own.until(await own.start_job())


async def test_a_job_is_never_early_and_hardly_late(engine: Engines) -> None:
    own = await engine([WORK], {"work": done})
    await idle(own)

    ids = [await own.start_job(run_at=await later(own, seconds)) for seconds in (0.9, 0.6, 0.3)]
    await own.until_all_ended()

    assert all(timedelta() <= late < LATE for late in await waited(own, *ids))


async def test_a_job_for_soon_is_not_forgotten_beside_one_for_now(engine: Engines) -> None:
    own = await engine([WORK], {"work": done})
    await idle(own)

    _, soon = await own.enqueue(
        NewJob(kind="work", owner="ann"),
        NewJob(kind="work", owner="ann", run_at=await later(own, 0.5)),
    )
    await own.until_all_ended()

    (late,) = await waited(own, soon.id)
    assert timedelta() <= late < LATE


async def test_a_job_enqueued_elsewhere_is_on_time_too(engine: Engines) -> None:
    own = await engine([WORK], {"work": done})
    client = await engine()
    await idle(own)

    soon = await client.start_job(run_at=await later(client, 0.5))
    await client.until(soon)

    (late,) = await waited(own, soon)
    assert timedelta() <= late < LATE


async def test_a_job_whose_deadline_passes_while_it_waits_is_given_up(engine: Engines) -> None:
    own = await engine([WORK], {"work": done}, lease_seconds=0.5)
    await own.fetch("INSERT INTO paused_queues (kind) VALUES ('work')")

    queued = await own.start_job(deadline=await later(own, 0.2))
    scheduled = await own.start_job(run_at=await later(own, 60), deadline=await later(own, 0.2))
    given_up = [await own.until(one) for one in (queued, scheduled)]

    assert [(row["state"], row["error_class"], row["attempt"]) for row in given_up] == [("FAILED", "TIMEOUT", 0)] * 2
    assert given_up[0]["error_message"] == "Its deadline passed before it was done."


async def test_a_job_whose_deadline_passes_while_it_runs_is_stopped(engine: Engines) -> None:
    blocking = Blocking()
    own = await engine([WORK], {"work": blocking})

    row = await own.until(await own.start_job(deadline=await later(own, 0.5)))

    assert (row["state"], row["error_class"], row["attempt"]) == ("FAILED", "TIMEOUT", 1)
    assert row["error_message"].startswith("The job's deadline passed while it ran.")
    assert row["ended_at"] >= row["deadline"]
    assert not blocking.running


async def test_a_job_whose_next_attempt_would_be_too_late_is_given_up_at_once(engine: Engines) -> None:
    async def limited(job: Job) -> Outcome:
        return Failed(ErrorClass.RATE_LIMITED, "Not so fast.", after_seconds=60)

    own = await engine([WORK], {"work": limited})

    row = await own.until(await own.start_job(deadline=await later(own, 30)))

    assert (row["state"], row["error_class"]) == ("FAILED", "RATE_LIMITED")
    assert row["error_message"] == "Not so fast. The next attempt would come after the job's deadline."
    assert row["ended_at"] < row["deadline"]


async def test_a_job_that_is_overdue_is_not_started(engine: Engines) -> None:
    started = asyncio.Event()

    async def start(job: Job) -> Outcome:
        started.set()
        return Done()

    client = await engine([Kind(name="work")])
    job_id = await client.start_job(deadline=await later(client, -1))
    own = await engine([WORK], {"work": start}, lease_seconds=0.5)
    row = await own.until(job_id)

    assert (row["state"], row["attempt"]) == ("FAILED", 0)
    assert not started.is_set()
