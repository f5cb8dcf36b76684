"""Effects: what came of a job, its end, and the jobs that follow commit together or not at all (I4)."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from jobs import events
from jobs.job import EndedJob, ErrorClass, NewJob
from jobs.kinds import Kind
from jobs.outcomes import Done, Failed, Joint, Later, Outcome
from jobs.running import Job
from jobs.transactions import Transaction
from tests.integration.jobs.engine import WORK, Blocking, Engine, Engines, done, within

COUNT = "UPDATE catalogue SET revision = revision + 1"
COUNTED = "SELECT revision FROM catalogue"
TOGETHER = Kind(name="work", concurrency=4, max_attempts=1)


class Together:
    """A handler whose jobs are done at the same moment, once so many have begun, and an effect that they share."""

    def __init__(self, jobs: int) -> None:
        self.lots: list[list[bytes]] = []
        self.all_begun = asyncio.Event()
        self.go = asyncio.Event()
        self._left = jobs

    async def __call__(self, job: Job) -> Outcome:
        self._left -= 1
        if not self._left:
            self.all_begun.set()
        await self.go.wait()
        return Done(Joint(self._write, job.payload))

    async def _write(self, transaction: Transaction, payloads: Sequence[bytes]) -> None:
        self.lots.append(sorted(payloads))
        for _ in payloads:
            await transaction.connection.execute(COUNT)
        if b"broken" in payloads:
            raise LookupError("a bug")


async def enqueue_payloads(own: Engine, *payloads: bytes) -> list[UUID]:
    made = await own.enqueue(*[NewJob(kind="work", owner="ann", payload=payload) for payload in payloads])
    return [one.id for one in made]


async def test_an_effect_commits_with_its_job(engine: Engines) -> None:
    async def write(transaction: Transaction) -> None:
        await transaction.connection.execute(COUNT)

    async def work(job: Job) -> Outcome:
        return Done(write)

    own = await engine([WORK], {"work": work})

    row = await own.until(await own.start_job())

    assert (row["state"], await own.count(COUNTED)) == ("SUCCEEDED", 1)


async def test_follow_up_jobs_commit_with_the_effect_and_start_at_once(engine: Engines) -> None:
    async def follow(transaction: Transaction) -> None:
        await transaction.enqueue([NewJob(kind="after", owner="ann", payload=b"next")])

    async def work(job: Job) -> Outcome:
        return Done(follow)

    blocking = Blocking()
    own = await engine([WORK, Kind(name="after")], {"work": work, "after": blocking})

    await own.start_job()
    next_job = await blocking.next()
    blocking.let_go()

    assert (next_job.payload, next_job.owner) == (b"next", "ann")


async def test_an_effect_that_raises_writes_nothing_and_is_tried_again(engine: Engines) -> None:
    async def write(transaction: Transaction) -> None:
        await transaction.connection.execute(COUNT)
        await transaction.enqueue([NewJob(kind="work", owner="ann")])
        raise LookupError("a bug")

    async def work(job: Job) -> Outcome:
        return Done(write)

    own = await engine([Kind(name="work", max_attempts=2)], {"work": work})

    row = await own.until(await own.start_job())

    assert (row["state"], row["attempt"], row["error_class"]) == ("FAILED", 2, "UNKNOWN")
    assert (await own.count(COUNTED), await own.count("SELECT count(*) FROM jobs")) == (0, 1)


async def test_an_effect_whose_own_wait_was_cancelled_is_tried_again(engine: Engines) -> None:
    async def await_the_dead(transaction: Transaction) -> None:
        dead = asyncio.create_task(asyncio.Event().wait())
        dead.cancel()
        await dead

    async def work(job: Job) -> Outcome:
        return Done(await_the_dead if job.attempt == 1 else None)

    own = await engine([WORK], {"work": work})

    row = await own.until(await own.start_job())

    assert (row["state"], row["attempt"], row["error_class"]) == ("SUCCEEDED", 2, "UNKNOWN")


async def test_an_effect_in_conflict_with_another_is_run_again_whole(engine: Engines) -> None:
    runs: list[int] = []

    async def write(transaction: Transaction) -> None:
        runs.append(len(runs))
        await transaction.connection.execute(COUNT)
        await transaction.enqueue([NewJob(kind="after", owner="ann")])
        if len(runs) == 1:
            raise asyncpg.SerializationError("could not serialize access")

    async def work(job: Job) -> Outcome:
        return Done(write)

    own = await engine([WORK, Kind(name="after")], {"work": work, "after": done})

    row = await own.until(await own.start_job())
    await own.until_all_ended()

    assert (row["state"], row["attempt"], runs) == ("SUCCEEDED", 1, [0, 1])
    assert (await own.count(COUNTED), await own.count("SELECT count(*) FROM jobs WHERE kind = 'after'")) == (1, 1)


@pytest.mark.parametrize("committed", [True, False])
async def test_a_lost_connection_at_the_commit_writes_the_effect_once(
    engine: Engines, monkeypatch: pytest.MonkeyPatch, committed: bool
) -> None:
    # Whoever watches isn't told of a commit whose answer was lost, and looks by himself.
    monkeypatch.setattr(events, "LOOK_AGAIN_SECONDS", 0.3)
    runs: list[int] = []
    starts: list[int] = []

    async def write(transaction: Transaction) -> None:
        runs.append(len(runs))
        await transaction.connection.execute(COUNT)
        if len(runs) == 1:
            if committed:
                await transaction.connection.execute("COMMIT")
            await transaction.connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    async def work(job: Job) -> Outcome:
        starts.append(job.attempt)
        return Done(write)

    own = await engine([WORK], {"work": work})

    row = await own.until(await own.start_job())

    assert (row["state"], row["attempt"], starts) == ("SUCCEEDED", 1, [1])
    assert await own.count(COUNTED) == 1


async def test_joint_effects_of_jobs_that_are_done_at_once_are_written_together(engine: Engines) -> None:
    together = Together(3)
    own = await engine([TOGETHER], {"work": together})
    await enqueue_payloads(own, b"1", b"2", b"3")

    await within(together.all_begun.wait())
    together.go.set()
    await own.until_all_ended()

    assert together.lots == [[b"1", b"2", b"3"]]
    assert await own.count("SELECT count(*) FROM jobs WHERE state = 'SUCCEEDED'") == await own.count(COUNTED) == 3


async def test_a_joint_effect_that_cannot_be_written_fails_its_own_job_and_no_other(engine: Engines) -> None:
    together = Together(3)
    own = await engine([TOGETHER], {"work": together})
    broken, *others = await enqueue_payloads(own, b"broken", b"1", b"2")

    await within(together.all_begun.wait())
    together.go.set()
    await own.until_all_ended()

    assert [(await own.row(one))["state"] for one in (broken, *others)] == ["FAILED", "SUCCEEDED", "SUCCEEDED"]
    assert sorted(together.lots) == [[b"1"], [b"1", b"2", b"broken"], [b"2"], [b"broken"]]
    assert await own.count(COUNTED) == 2


async def test_of_joint_effects_that_of_a_job_whose_lease_was_lost_is_left_out(engine: Engines) -> None:
    together = Together(3)
    own = await engine([TOGETHER], {"work": together}, lease_seconds=60)
    lost, *others = await enqueue_payloads(own, b"lost", b"1", b"2")

    await within(together.all_begun.wait())
    await own.fetch("UPDATE jobs SET lease_token = gen_random_uuid() WHERE id = $1", lost)
    together.go.set()
    for one in others:
        assert (await own.until(one))["state"] == "SUCCEEDED"

    assert (together.lots, (await own.row(lost))["state"]) == ([[b"1", b"2"]], "RUNNING")
    assert await own.count(COUNTED) == 2


async def test_a_failure_with_an_effect_writes_it_only_when_the_job_ends_by_it(engine: Engines) -> None:
    async def write(transaction: Transaction) -> None:
        await transaction.connection.execute(COUNT)

    async def work(job: Job) -> Outcome:
        return Failed(ErrorClass.NETWORK, "Cut off.", after_seconds=0, effect=write)

    own = await engine([Kind(name="work", max_attempts=3)], {"work": work})

    row = await own.until(await own.start_job())

    assert (row["state"], row["attempt"], await own.count(COUNTED)) == ("FAILED", 3, 1)


async def test_what_a_failure_writes_meanwhile_is_written_at_every_attempt_but_the_last(engine: Engines) -> None:
    async def write(transaction: Transaction) -> None:
        await transaction.connection.execute(COUNT)

    async def work(job: Job) -> Outcome:
        return Failed(ErrorClass.NETWORK, "Cut off.", after_seconds=0, meanwhile=write)

    own = await engine([Kind(name="work", max_attempts=3)], {"work": work})

    row = await own.until(await own.start_job())

    assert (row["state"], row["attempt"], await own.count(COUNTED)) == ("FAILED", 3, 2)


async def test_a_job_whose_time_has_not_come_goes_back_without_an_error_or_an_attempt_used(engine: Engines) -> None:
    async def write(transaction: Transaction) -> None:
        await transaction.connection.execute(COUNT)

    async def work(job: Job) -> Outcome:
        return Later(0.01, write) if job.attempt < 4 else Done()

    own = await engine([Kind(name="work", max_attempts=1)], {"work": work})

    row = await own.until(await own.start_job())

    assert (row["state"], row["attempt"], row["max_attempts"]) == ("SUCCEEDED", 4, 4)
    assert (row["error_class"], row["error_at"], await own.count(COUNTED)) == (None, None, 3)


async def test_a_job_whose_time_would_come_after_its_deadline_is_given_up(engine: Engines) -> None:
    async def work(job: Job) -> Outcome:
        return Later(3600)

    own = await engine([WORK], {"work": work})

    row = await own.until(await own.start_job(deadline=datetime.now(UTC) + timedelta(minutes=1)))

    assert (row["state"], row["error_class"]) == ("FAILED", "TIMEOUT")


async def test_a_job_that_is_cancelled_while_it_goes_back_ends_cancelled(engine: Engines) -> None:
    async def write(transaction: Transaction) -> None:
        await transaction.connection.execute(COUNT)

    async def work(job: Job) -> Outcome:
        async with own.database.connection() as connection:
            await connection.execute("UPDATE jobs SET cancel_requested = true")
        return Later(0, write)

    own = await engine([WORK], {"work": work})

    row = await own.until(await own.start_job())

    assert (row["state"], await own.count(COUNTED)) == ("CANCELLED", 0)


async def test_the_last_words_of_a_failure_are_written_before_its_kinds_hook_is_told(engine: Engines) -> None:
    seen: list[int] = []

    async def write(transaction: Transaction) -> None:
        await transaction.connection.execute(COUNT)

    async def note(transaction: Transaction, job: EndedJob) -> None:
        seen.append(await transaction.connection.fetchval(COUNTED))

    async def work(job: Job) -> Outcome:
        return Failed(ErrorClass.INVALID, "No such card.", effect=write)

    own = await engine([Kind(name="work", on_end=note)], {"work": work})

    await own.until(await own.start_job())

    assert seen == [1]


async def test_a_failed_job_is_told_to_its_kinds_hook_in_the_same_transaction(engine: Engines) -> None:
    told: list[EndedJob] = []

    async def note(transaction: Transaction, job: EndedJob) -> None:
        told.append(job)
        await transaction.connection.execute(COUNT)
        await transaction.enqueue([NewJob(kind="after", owner=job.owner)])

    async def work(job: Job) -> Outcome:
        return Failed(ErrorClass.INVALID, "No such card.")

    own = await engine([Kind(name="work", on_end=note), Kind(name="after")], {"work": work, "after": done})

    job_id = await own.start_job(payload=b"x")
    await own.until(job_id)
    await own.until_all_ended()

    (one,) = told
    assert (one.id, one.owner, one.payload, one.state) == (job_id, "ann", b"x", "FAILED")
    assert (one.error_class, one.error_message) == ("INVALID", "No such card.")
    assert (await own.count(COUNTED), await own.count("SELECT count(*) FROM jobs WHERE kind = 'after'")) == (1, 1)


async def test_a_hook_that_fails_stops_neither_other_jobs_nor_their_rescue(engine: Engines) -> None:
    async def break_for_one(transaction: Transaction, job: EndedJob) -> None:
        if job.payload == b"broken":
            raise LookupError("a bug in the hook")
        await transaction.connection.execute(COUNT)

    own = await engine([Kind(name="work", on_end=break_for_one)], {"work": done}, lease_seconds=0.5)
    overdue = await own.count("SELECT now() - interval '1 second'")
    await own.fetch("INSERT INTO paused_queues (kind) VALUES ('work')")
    broken, *others = await own.enqueue(
        *[NewJob(kind="work", owner="ann", payload=payload, deadline=overdue) for payload in (b"broken", b"1", b"2")]
    )

    for one in others:
        assert (await own.until(one.id))["state"] == "FAILED"
    assert await own.count(COUNTED) == 2
    assert (await own.row(broken.id))["state"] == "QUEUED"


async def test_every_job_ends_once_under_a_mixed_load(engine: Engines) -> None:
    effects: Counter[Any] = Counter()

    async def write(transaction: Transaction) -> None:
        await transaction.connection.execute(COUNT)

    async def work(job: Job) -> Outcome:
        effects[job.id] += 1
        number = int(job.payload)
        if number % 3 == 0:
            return Done(write)
        if number % 7 == 1 and job.attempt == 1:
            raise ConnectionResetError("cut off")
        return Done()

    kind = Kind(name="work", concurrency=20)
    own = await engine([kind], {"work": work})
    await engine([kind], {"work": work})
    await own.enqueue(*[NewJob(kind="work", owner="ann", payload=str(number).encode()) for number in range(300)])

    await within(own.until_all_ended())

    assert await own.count("SELECT count(*) FROM jobs WHERE state = 'SUCCEEDED'") == 300
    assert await own.count(COUNTED) == 100
    assert sum(effects.values()) == await own.count("SELECT sum(attempt) FROM jobs")
