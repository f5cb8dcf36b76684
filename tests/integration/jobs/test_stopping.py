"""Handlers that are told to stop: by the clock, by a person, and those that won't hear."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import Unavailable
from jobs import keeper, store
from jobs.job import ErrorClass, NewJob
from jobs.kinds import Kind
from jobs.outcomes import Done, Failed, Outcome
from jobs.running import Job
from jobs.transactions import Transaction
from tests.integration.jobs.engine import WORK, Blocking, Engine, Engines, done, within


async def cancel(own: Engine, job_id: UUID, *, tell: bool = True) -> None:
    """Do to a RUNNING job what CancelJob does."""

    async def work(transaction: Transaction) -> None:
        await store.lock_job(transaction.connection, job_id, owner=None)
        await store.request_cancel(transaction.connection, job_id)

    await own.transact(work)
    if tell:
        own.runtime.events.tell([job_id], stop=True)


async def test_a_timeout_stops_the_handler_and_the_job_is_tried_again(engine: Engines) -> None:
    stopped: list[int] = []

    async def hang_once(job: Job) -> Outcome:
        try:
            await asyncio.sleep(0 if stopped else 60)
        finally:
            stopped.append(job.attempt)
        return Done()

    own = await engine([Kind(name="work", timeout_seconds=0.2)], {"work": hang_once})

    row = await own.until(await own.start_job())

    assert (row["state"], row["attempt"], row["error_class"]) == ("SUCCEEDED", 2, "TIMEOUT")
    assert row["error_message"] == "The attempt took longer than 0.2 s and was stopped."
    assert stopped == [1, 2]


async def test_handlers_with_less_time_are_stopped_beside_one_with_more_that_began_before(engine: Engines) -> None:
    stopped: set[str] = set()

    async def hang(job: Job) -> Outcome:
        try:
            await asyncio.sleep(60)
        finally:
            stopped.add(job.kind)
        return Done()

    limits = {"long": 50.0, "short": 0.1, "middle": 0.3}
    kinds = [Kind(name=name, timeout_seconds=seconds, max_attempts=1) for name, seconds in limits.items()]
    own = await engine(kinds, dict.fromkeys(limits, hang))
    (long,) = await own.enqueue(NewJob(kind="long", owner="ann"))
    await own.until(long.id, "RUNNING")
    made = await own.enqueue(NewJob(kind="middle", owner="ann"), NewJob(kind="short", owner="ann"))

    ended = [await own.until(one.id) for one in made]

    assert stopped == {"short", "middle"}
    assert [row["error_class"] for row in ended] == ["TIMEOUT"] * 2
    assert all((row["ended_at"] - row["started_at"]).total_seconds() >= limits[row["kind"]] for row in ended)


async def test_a_cancellation_reaches_a_handler_in_another_process_at_once(engine: Engines) -> None:
    blocking = Blocking()
    own = await engine([WORK], {"work": blocking}, lease_seconds=60)
    client = await engine()
    job_id = await client.start_job()
    await blocking.next()

    await cancel(client, job_id)
    row = await within(client.until(job_id), 5)

    assert (row["state"], row["error_class"]) == ("CANCELLED", None)
    assert row["ended_at"] - row["started_at"] < timedelta(seconds=5)
    assert not blocking.running
    assert own.worker.id != client.worker.id


async def test_a_cancellation_that_nobody_was_told_of_is_seen_at_the_next_renewal(engine: Engines) -> None:
    blocking = Blocking()
    own = await engine([WORK], {"work": blocking}, redis_url=None, lease_seconds=1.5)
    job_id = await own.start_job()
    await blocking.next()

    await cancel(own, job_id, tell=False)

    assert (await own.until(job_id))["state"] == "CANCELLED"
    assert not blocking.running


async def test_a_handler_that_fails_over_being_cancelled_is_cancelled_nevertheless(engine: Engines) -> None:
    started = asyncio.Event()

    async def stumble(job: Job) -> Outcome:
        try:
            started.set()
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise ConnectionResetError("closed half-way") from None
        return Done()

    own = await engine([WORK], {"work": stumble})
    job_id = await own.start_job()
    await within(started.wait())

    await cancel(own, job_id)

    assert (await own.until(job_id))["state"] == "CANCELLED"


async def test_a_handler_that_is_done_nevertheless_is_done(engine: Engines) -> None:
    started = asyncio.Event()

    async def finish(job: Job) -> Outcome:
        try:
            started.set()
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return Done()
        return Failed(ErrorClass.UNKNOWN, "It was never cancelled.")

    own = await engine([WORK], {"work": finish})
    job_id = await own.start_job()
    await within(started.wait())

    await cancel(own, job_id)

    assert (await own.until(job_id))["state"] == "SUCCEEDED"


async def test_a_job_cancelled_while_its_attempt_fails_is_not_tried_again(engine: Engines) -> None:
    own = await engine([WORK])

    async def fail(job: Job) -> Outcome:
        await cancel(own, job.id, tell=False)
        return Failed(ErrorClass.RATE_LIMITED, "Later.", after_seconds=3_600)

    await engine([WORK], {"work": fail}, lease_seconds=60)

    row = await own.until(await own.start_job())

    assert (row["state"], row["attempt"]) == ("CANCELLED", 1)


async def test_a_job_whose_handler_ignores_being_stopped_goes_on_elsewhere(
    engine: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "IGNORES_STOP_SECONDS", 0.2)
    stubborn = asyncio.Event()

    async def ignore(job: Job) -> Outcome:
        while not stubborn.is_set():
            try:
                await stubborn.wait()
            except asyncio.CancelledError:
                continue
        return Done()

    kind = Kind(name="work", timeout_seconds=0.2, concurrency=1)
    first = await engine([kind], {"work": ignore}, lease_seconds=1)
    job_id = await first.start_job()
    await first.until(job_id, "RUNNING")
    other = await engine([kind], {"work": done}, lease_seconds=1)

    row = await within(other.until(job_id))
    stubborn.set()
    # Whatever it does after that isn't written: the fence is passed by one of them only (I3).
    await within(first.worker.stop())

    assert (row["state"], row["attempt"], row["losses"]) == ("SUCCEEDED", 2, 1)
    assert dict(await other.row(job_id)) == dict(row)


async def test_a_cancelled_suspect_does_not_wait_for_its_turn(engine: Engines) -> None:
    blocking = Blocking()
    own = await engine([WORK], {"work": blocking}, lease_seconds=60)
    await own.start_job()
    await blocking.next()

    async def enqueue_suspect(transaction: Transaction) -> UUID:
        (made,) = await transaction.enqueue([NewJob(kind="work", owner="ann")])
        await transaction.connection.execute("UPDATE jobs SET losses = 2 WHERE id = $1", made.id)
        return made.id

    suspect = await own.transact(enqueue_suspect)
    await own.until(suspect, "RUNNING")
    await cancel(own, suspect)
    row = await within(own.until(suspect), 5)
    blocking.let_go()

    assert row["state"] == "CANCELLED"
    assert blocking.most == 1


async def test_a_cancelled_job_is_told_to_its_kinds_hook_in_the_same_transaction(engine: Engines) -> None:
    blocking = Blocking()
    told: list[Any] = []

    async def refuse_once(transaction: Transaction, job: Any) -> None:
        told.append(job)
        await transaction.connection.execute("UPDATE catalogue SET revision = revision + 1")
        if len(told) == 1:
            raise Unavailable("gone for a moment", reason="POSTGRES_UNAVAILABLE")

    kind = Kind(name="work", on_end=refuse_once)
    own = await engine([kind], {"work": blocking})
    (made,) = await own.enqueue(NewJob(kind="work", owner="ann", payload=b"x"))
    await blocking.next()

    await cancel(own, made.id)
    row = await own.until(made.id)

    assert (row["state"], await own.count("SELECT revision FROM catalogue")) == ("CANCELLED", 1)
    assert [(job.id, job.state, job.payload) for job in told] == [(made.id, "CANCELLED", b"x")] * 2
