"""Leases are kept by a living worker, whatever its other jobs do to the database meanwhile."""

import asyncio
from typing import Any

from chassis.postgres import Database
from jobs.job import NewJob
from jobs.kinds import Kind
from jobs.outcomes import Done, Outcome
from jobs.running import Job
from jobs.transactions import Transaction
from tests.conftest import Schema
from tests.integration.jobs.engine import Blocking, Engine, Engines, done, within

LEASE_SECONDS = 2.5  # Which a worker keeps on a busy machine too.
LONG_SECONDS = 2.2 * LEASE_SECONDS
KINDS = [Kind(name="work"), Kind(name="other")]


async def bystander(own: Engine, blocking: Blocking) -> Any:
    """A job that just runs on, and must not be taken from its worker."""
    job_id = await own.start_job("other")
    await blocking.next()
    return job_id


async def test_an_effect_that_takes_long_costs_no_other_job_its_lease(engine: Engines) -> None:
    blocking = Blocking()

    async def write(transaction: Transaction) -> None:
        await transaction.connection.execute("SELECT pg_sleep($1)", LONG_SECONDS)

    async def work(job: Job) -> Outcome:
        job.progress(1, 2)
        return Done(write)

    own = await engine(KINDS, {"work": work, "other": blocking}, lease_seconds=LEASE_SECONDS)
    # Another process, which only looks for lost jobs.
    await engine([*KINDS, Kind(name="idle")], {"idle": done}, lease_seconds=LEASE_SECONDS)
    beside = await bystander(own, blocking)

    slow = await own.until(await own.start_job())
    blocking.let_go()
    other = await own.until(beside)

    assert (slow["state"], slow["attempt"], slow["losses"]) == ("SUCCEEDED", 1, 0)
    assert (other["state"], other["attempt"], other["losses"]) == ("SUCCEEDED", 1, 0)


async def test_progress_is_written_beside_an_effect_that_takes_long(engine: Engines) -> None:
    written = asyncio.Event()

    async def write(transaction: Transaction) -> None:
        await within(written.wait())

    async def work(job: Job) -> Outcome:
        job.progress(1, 2)
        return Done(write)

    async def other(job: Job) -> Outcome:
        job.progress(1, 2)
        await written.wait()
        return Done()

    own = await engine(KINDS, {"work": work, "other": other}, lease_seconds=60)
    (slow, _) = await own.enqueue(NewJob(kind="work", owner="ann"), NewJob(kind="work", owner="ann"))
    await own.until(slow.id, "RUNNING")
    beside = await own.start_job("other")

    row = await within(own.until_row(beside, lambda row: row["progress_done"] == 1), 5)
    written.set()

    assert row["state"] == "RUNNING"
    assert (await own.until(slow.id))["state"] == "SUCCEEDED"


async def test_handlers_that_hold_every_connection_cost_no_job_its_lease(
    engine: Engines, schema: Schema, meter: Any
) -> None:
    crowded = Database(url=schema.url, schema=schema.name, pool_size=4, statement_timeout_seconds=30, meter=meter)
    await crowded.start()

    async def work(job: Job) -> Outcome:
        async with crowded.connection() as connection:
            await connection.execute("SELECT pg_sleep($1)", LONG_SECONDS)
        return Done()

    own = await engine(
        [Kind(name="work", concurrency=4)], {"work": work}, database=crowded, lease_seconds=LEASE_SECONDS
    )
    client = await engine([Kind(name="work"), Kind(name="idle")], {"idle": done}, lease_seconds=LEASE_SECONDS)
    made = await client.enqueue(*[NewJob(kind="work", owner="ann") for _ in range(4)])
    rows = [await client.until_row(one.id, lambda row: row["ended_at"] or row["losses"]) for one in made]
    await own.worker.stop()
    await crowded.stop()

    assert [(row["attempt"], row["losses"]) for row in rows] == [(1, 0)] * len(made)
