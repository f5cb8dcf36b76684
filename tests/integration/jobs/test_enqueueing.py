"""Enqueueing: jobs commit with their caller's rows, once each, and ring after that."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis.asyncio

from chassis.errors import Unavailable
from jobs.job import Enqueued, Lane, NewJob
from jobs.kinds import Kind
from jobs.transactions import Transaction
from tests.conftest import Schema, Servers
from tests.integration.jobs.engine import WORK, Engines, done, within

RENAME = "UPDATE catalogue SET revision = $1"
REVISION = "SELECT revision FROM catalogue"


def job(**details: Any) -> NewJob:
    return NewJob(**({"kind": "work", "owner": "ann"} | details))


async def test_a_job_commits_with_its_callers_rows(engine: Engines) -> None:
    own = await engine()

    async def accept(transaction: Transaction) -> list[Enqueued]:
        await transaction.connection.execute(RENAME, 7)
        return await transaction.enqueue([job(payload=b"x")])

    (made,) = await own.transact(accept)

    assert await own.count(REVISION) == 7
    assert (await own.row(made.id))["payload"] == b"x"


async def test_a_rollback_leaves_no_job_and_rings_nobody(engine: Engines, servers: Servers, schema: Schema) -> None:
    own = await engine()

    async def refuse(transaction: Transaction) -> None:
        await transaction.connection.execute(RENAME, 7)
        await transaction.enqueue([job()])
        raise LookupError("on second thoughts")

    with pytest.raises(LookupError):
        await own.transact(refuse)
    await own.runtime.bell.stop()

    assert (await own.count(REVISION), await own.count("SELECT count(*) FROM jobs")) == (0, 0)
    async with redis.asyncio.Redis.from_url(servers.stack.redis_url) as client:
        assert not await client.exists(own.runtime.bell.stream("work"))


@pytest.mark.parametrize("details", [{}, {"concurrency_key": "k", "lane": Lane.HIGH}], ids=["plain", "detailed"])
async def test_thousands_are_one_statement_and_one_ring(engine: Engines, details: dict[str, Any]) -> None:
    own = await engine()
    jobs = [job(payload=str(number).encode(), **details) for number in range(5_000)]
    statements: list[str] = []

    async def enqueue(transaction: Transaction) -> list[Enqueued]:
        with transaction.connection.query_logger(lambda record: statements.append(record.query)):
            return await transaction.enqueue(jobs)

    made = await own.transact(enqueue)
    await own.runtime.bell.stop()

    assert sum("jobs" in statement for statement in statements) == 1  # asyncpg asks for types that are new to it.
    assert await own.runtime.bell.describe("work") == (1, {})
    rows = await own.fetch("SELECT id, payload, lane, concurrency_key FROM jobs ORDER BY id")
    assert [row["id"] for row in rows] == [one.id for one in made]
    assert [NewJob(kind="work", owner="ann", **_details(row)) for row in rows] == jobs


async def test_a_lone_batch_needs_no_transaction(engine: Engines) -> None:
    own = await engine()

    (made,) = await own.runtime.transactions.enqueue([job(payload=b"x")])

    assert (await own.row(made.id))["payload"] == b"x"


async def test_an_empty_batch_is_no_jobs(engine: Engines) -> None:
    own = await engine()

    assert await own.enqueue() == []


async def test_a_kind_that_is_unknown_here_is_refused(engine: Engines) -> None:
    own = await engine()

    with pytest.raises(ValueError, match="'shop' is not a kind of job here"):
        await own.enqueue(job(kind="shop"))


async def test_a_kind_with_a_limit_for_each_key_demands_a_key(engine: Engines) -> None:
    own = await engine([Kind(name="work", max_running_per_key=1)])

    with pytest.raises(ValueError, match="needs a concurrency key"):
        await own.enqueue(job())


async def test_the_same_idempotency_key_gives_the_same_job(engine: Engines) -> None:
    own = await engine()
    (first,) = await own.enqueue(job(idempotency_key="once", payload=b"x"))

    (again,) = await own.enqueue(job(idempotency_key="once", payload=b"x"))
    (differs,) = await own.enqueue(job(idempotency_key="once", payload=b"y"))

    assert (first.created, first.same) == (True, True)
    assert (again.id, again.created, again.same) == (first.id, False, True)
    assert (differs.id, differs.created, differs.same) == (first.id, False, False)
    assert (await own.row(first.id))["payload"] == b"x"


async def test_an_idempotency_key_is_its_owners_own(engine: Engines) -> None:
    own = await engine()

    anns, bobs = await own.enqueue(job(idempotency_key="once"), job(owner="bob", idempotency_key="once"))

    assert anns.id != bobs.id
    assert anns.created
    assert bobs.created


async def test_a_batch_may_repeat_itself(engine: Engines) -> None:
    own = await engine()

    made = await own.enqueue(
        job(idempotency_key="a", payload=b"1"),
        job(payload=b"2"),
        job(idempotency_key="b", payload=b"3"),
        job(idempotency_key="a", payload=b"1"),
        job(idempotency_key="a", payload=b"other"),
        job(payload=b"2"),
    )

    assert [(one.created, one.same) for one in made] == [
        (True, True), (True, True), (True, True), (False, True), (False, False), (True, True),
    ]  # fmt: skip
    assert made[0].id == made[3].id == made[4].id
    assert await own.count("SELECT count(*) FROM jobs") == 4


async def test_twenty_callers_at_once_make_one_job(engine: Engines) -> None:
    own = await engine()

    answers = await asyncio.gather(*(own.enqueue(job(idempotency_key="once", payload=b"x")) for _ in range(20)))

    made = [one for (one,) in answers]
    assert len({one.id for one in made}) == 1
    assert [one.created for one in made].count(True) == 1
    assert all(one.same for one in made)


async def test_batches_that_share_keys_in_different_orders_all_come_through(engine: Engines) -> None:
    # Each may hold what the other waits for: PostgreSQL ends one of the two, and it is run again.
    own = await engine()
    keys = [f"key {number}" for number in range(200)]

    async def enqueue(ordered: list[str]) -> list[Enqueued]:
        return await own.enqueue(*[job(idempotency_key=key) for key in ordered])

    forwards, backwards = await asyncio.gather(enqueue(keys), enqueue(keys[::-1]))

    assert [one.id for one in forwards] == [one.id for one in reversed(backwards)]
    assert sum(one.created for one in (*forwards, *backwards)) == 200


async def test_a_known_job_is_not_rung_for_again(engine: Engines) -> None:
    own = await engine()
    await own.enqueue(job(idempotency_key="once"))
    await own.runtime.bell.stop()
    await own.enqueue(job(idempotency_key="once"))
    await own.runtime.bell._send_all()

    assert await own.runtime.bell.describe("work") == (1, {})


async def test_a_job_for_later_waits_and_one_for_the_past_does_not(engine: Engines) -> None:
    own = await engine()
    now = datetime.now(UTC)

    later, past = await own.enqueue(job(run_at=now + timedelta(hours=1)), job(run_at=now - timedelta(hours=1)))

    assert (await own.row(later.id))["state"] == "SCHEDULED"
    assert (await own.row(past.id))["state"] == "QUEUED"


async def test_nothing_is_accepted_while_postgresql_is_away(engine: Engines) -> None:
    own = await engine()

    async def enqueue_and_be_cut_off(transaction: Transaction) -> None:
        await transaction.enqueue([job()])
        await transaction.connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(Unavailable):
        await own.transact(enqueue_and_be_cut_off)

    assert await own.count("SELECT count(*) FROM jobs") == 0


async def test_a_burst_of_single_jobs_is_carried_out_wholly(engine: Engines) -> None:
    own = await engine([WORK], {"work": done})

    made = await within(asyncio.gather(*(own.enqueue(job()) for _ in range(200))))
    await own.until_all_ended()

    assert len({one.id for (one,) in made}) == 200
    assert await own.count("SELECT count(*) FROM jobs WHERE state = 'SUCCEEDED' AND attempt = 1") == 200


def _details(row: Any) -> dict[str, Any]:
    return {name: row[name] for name in ("payload", "lane", "concurrency_key")}
