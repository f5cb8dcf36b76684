"""Workers that come, show that they live, leave in order, or are lost."""

import asyncio
import time
from typing import Any

import pytest
import structlog
from structlog.testing import LogCapture

from jobs import store
from jobs.job import NewJob
from jobs.kinds import Kind
from jobs.outcomes import Done, Outcome
from jobs.running import Job
from jobs.transactions import Transaction
from tests.integration.jobs.engine import WORK, Blocking, Engine, Engines, done, until, within

LOSE = """
UPDATE jobs SET state = 'RUNNING', attempt = attempt + 1, lease_token = uuidv4(), worker_id = uuidv4(), losses = $2,
    started_at = now(), lease_expires_at = now() - interval '1 second'
WHERE id = $1
"""


def jobs(count: int) -> list[NewJob]:
    return [NewJob(kind="work", owner="ann") for _ in range(count)]


async def signs(own: Engine) -> list[Any]:
    """The workers that show that they live."""
    return await own.fetch("SELECT * FROM workers ORDER BY started_at")


async def test_a_worker_shows_that_it_lives_until_it_leaves(engine: Engines) -> None:
    own = await engine([WORK, Kind(name="other")], {"work": done, "other": done}, lease_seconds=0.5)

    async def seen_again() -> bool:
        rows = await signs(own)
        return bool(rows) and rows[0]["seen_at"] > rows[0]["started_at"]

    await until(seen_again)
    (row,) = await signs(own)
    await own.worker.stop()

    assert (row["id"], row["kinds"], row["lease_seconds"]) == (own.worker.id, ["other", "work"], 0.5)
    assert await signs(own) == []


async def test_a_long_job_is_not_taken_from_a_living_worker(engine: Engines) -> None:
    blocking = Blocking()
    own = await engine([WORK], {"work": blocking}, lease_seconds=2.5)
    # Another process, which only looks for lost jobs.
    await engine([WORK, Kind(name="idle")], {"idle": done}, lease_seconds=2.5)
    job_id = await own.start_job()
    await own.until(job_id, "RUNNING")
    start = (await own.row(job_id))["lease_expires_at"]

    async def two_leases_long() -> bool:
        return bool(((await own.row(job_id))["lease_expires_at"] - start).total_seconds() > 5)

    await until(two_leases_long)
    blocking.let_go()
    row = await own.until(job_id)

    assert (row["state"], row["attempt"], row["losses"]) == ("SUCCEEDED", 1, 0)


async def test_a_leaving_worker_waits_for_what_runs(engine: Engines) -> None:
    blocking = Blocking()
    own = await engine([WORK], {"work": blocking}, grace_seconds=10)
    job_id = await own.start_job()
    await blocking.next()

    leaving = asyncio.create_task(own.worker.stop())
    after = await own.start_job()
    blocking.let_go()
    await within(leaving, 5)

    assert (await own.row(job_id))["state"] == "SUCCEEDED"
    assert (await own.row(after))["state"] == "QUEUED"


async def test_a_leaving_worker_gives_back_what_takes_too_long_and_another_goes_on_at_once(engine: Engines) -> None:
    first, second = Blocking(), Blocking()
    leaving = await engine([WORK], {"work": first}, lease_seconds=60, grace_seconds=0.1)
    made = await leaving.enqueue(*jobs(3))
    for _ in made:
        await first.next()
    other = await engine([WORK], {"work": second}, lease_seconds=60)

    began = time.monotonic()
    await leaving.worker.stop()
    for _ in made:
        await second.next()
    took = time.monotonic() - began
    second.let_go()
    rows = [await other.until(one.id) for one in made]

    assert took < 2
    assert [(row["state"], row["attempt"], row["max_attempts"], row["losses"]) for row in rows] == [
        ("SUCCEEDED", 2, 6, 0)
    ] * 3
    assert not first.running


async def test_a_worker_leaves_without_redis_too(engine: Engines) -> None:
    blocking = Blocking()
    own = await engine([WORK], {"work": blocking}, redis_url=None, grace_seconds=0)
    job_id = await own.start_job()
    await blocking.next()

    await within(own.worker.stop(), 5)
    await within(own.worker.stop(), 1)

    row = await own.row(job_id)
    assert (row["state"], row["attempt"], row["max_attempts"], row["lease_token"]) == ("QUEUED", 1, 6, None)


async def test_what_was_done_is_finished_before_the_worker_has_left(engine: Engines) -> None:
    # Somebody looks at one row for long, so the batch that would end it waits, and more gather behind it.
    started, looked, look_away, all_ran = asyncio.Event(), asyncio.Event(), asyncio.Event(), asyncio.Event()
    ran: list[Any] = []

    async def work(job: Job) -> Outcome:
        ran.append(job.id)
        if len(ran) == 1:
            started.set()
            await looked.wait()
        if len(ran) == 1_500:
            all_ran.set()
        return Done()

    async def look(transaction: Transaction) -> None:
        await transaction.connection.execute("SELECT FROM jobs WHERE id = $1 FOR UPDATE", ran[0])
        looked.set()
        await look_away.wait()

    own = await engine([Kind(name="work", concurrency=100)], {"work": work}, lease_seconds=60)
    await own.start_job()
    await within(started.wait())
    looking = asyncio.create_task(own.transact(look))
    await own.enqueue(*jobs(1_499))
    await within(all_ran.wait())
    leaving = asyncio.create_task(own.worker.stop())
    look_away.set()
    await within(asyncio.gather(looking, leaving))

    assert await own.count("SELECT count(*) FROM jobs WHERE state = 'SUCCEEDED' AND attempt = 1") == 1_500


async def test_what_was_claimed_while_the_worker_leaves_is_done_before_it_has_left(
    engine: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaving: list[asyncio.Task[None]] = []
    claim_jobs = store.claim_jobs

    async def claim_and_leave(*arguments: Any, **named: Any) -> Any:
        rows = await claim_jobs(*arguments, **named)
        if rows and not leaving:
            leaving.append(asyncio.create_task(own.worker.stop()))
            await asyncio.sleep(0)
        return rows

    own = await engine([Kind(name="work", concurrency=4)], {"work": done})
    monkeypatch.setattr(store, "claim_jobs", claim_and_leave)
    await own.enqueue(*jobs(6))
    await until(lambda: asyncio.sleep(0, bool(leaving)))
    await within(leaving[0])

    assert await own.count("SELECT count(*) FROM jobs WHERE state = 'SUCCEEDED' AND attempt = 1") == 4
    assert await own.count("SELECT count(*) FROM jobs WHERE state = 'QUEUED' AND attempt = 0") == 2


async def test_a_lost_workers_job_is_taken_over_without_using_an_attempt(engine: Engines) -> None:
    client = await engine()
    job_id = await client.start_job()
    await client.fetch(LOSE, job_id, 0)
    await engine([WORK], {"work": done}, lease_seconds=0.5)

    row = await client.until(job_id)

    assert (row["state"], row["attempt"], row["max_attempts"], row["losses"]) == ("SUCCEEDED", 2, 6, 1)
    assert row["error_message"] == "The worker that ran it was lost."


async def test_a_lost_workers_cancelled_job_is_cancelled_and_its_hook_told(engine: Engines) -> None:
    told: list[Any] = []

    async def note(transaction: Transaction, job: Any) -> None:
        told.append(job.state)
        await transaction.connection.execute("UPDATE catalogue SET revision = 1")

    client = await engine()
    job_id = await client.start_job()
    await client.fetch(LOSE, job_id, 0)
    await client.fetch("UPDATE jobs SET cancel_requested = true WHERE id = $1", job_id)
    await engine([Kind(name="work", on_end=note)], {"work": done}, lease_seconds=0.5)

    row = await client.until(job_id)

    assert (row["state"], told, await client.count("SELECT revision FROM catalogue")) == ("CANCELLED", ["CANCELLED"], 1)


async def test_a_suspect_runs_alone(engine: Engines) -> None:
    together = Crowd()
    client = await engine()
    made = await client.enqueue(*jobs(8))
    suspect = made[3].id
    await client.fetch("UPDATE jobs SET losses = 2 WHERE id = $1", suspect)

    await engine([Kind(name="work", concurrency=4)], {"work": together})
    await client.until_all_ended()

    assert together.beside[suspect] == 0
    assert max(together.beside.values()) > 0
    assert len(together.beside) == 8


class Crowd:
    """A handler that notes how many others run beside each job."""

    def __init__(self) -> None:
        self.beside: dict[Any, int] = {}
        self._running: set[Any] = set()

    async def __call__(self, job: Job) -> Outcome:
        self._running.add(job.id)
        self.beside[job.id] = 0
        for one in self._running:
            self.beside[one] = max(self.beside[one], len(self._running) - 1)
        await asyncio.sleep(0.02)
        self._running.discard(job.id)
        return Done()


async def test_a_worker_that_starts_before_the_tables_are_there_works_once_they_are(engine: Engines) -> None:
    client = await engine()
    await client.fetch("ALTER TABLE jobs RENAME TO jobs_to_come")
    lines = LogCapture()
    log = structlog.wrap_logger(structlog.ReturnLogger(), processors=[lines])
    await engine([WORK], {"work": done}, lease_seconds=0.5, log=log)

    async def all_have_failed() -> bool:
        failed = {str(line.get("loop", line["event"])) for line in lines.entries}
        return {"jobs not claimed", "renew leases", "timer", "reaper"} <= failed

    await until(all_have_failed)
    await client.fetch("ALTER TABLE jobs_to_come RENAME TO jobs")

    assert (await client.until(await client.start_job()))["state"] == "SUCCEEDED"
