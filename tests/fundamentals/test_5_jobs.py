"""Jobs: work that outlives the call it came with, and the process that does it."""

import asyncio

import pytest

from jobs import store
from jobs.job import ErrorClass, NewJob
from jobs.kinds import Kind
from jobs.outcomes import Done, Failed, Outcome
from jobs.running import Job
from jobs.transactions import Transaction
from tests.integration.jobs.engine import Blocking, Engines

# Each kind of job is a queue. What all its jobs have in common is said once.
GREET = Kind(name="greet", max_attempts=3, timeout_seconds=5)


async def test_a_job_is_accepted_together_with_the_rows_it_is_about(engine: Engines) -> None:
    # `enqueue` writes on the caller's own connection: either the row and its job are there, or neither is.
    service = await engine([GREET])

    async def accept(transaction: Transaction) -> None:
        await transaction.connection.execute("UPDATE catalogue SET revision = 1")
        await transaction.enqueue([NewJob(kind="greet", owner="ann", payload=b"Mew")])
        raise LookupError("on second thoughts")

    with pytest.raises(LookupError):
        await service.transact(accept)

    assert await service.count("SELECT revision FROM catalogue") == 0
    assert await service.count("SELECT count(*) FROM jobs") == 0


async def test_what_comes_of_a_job_commits_with_its_end(engine: Engines) -> None:
    # A handler does its slow work outside any transaction, and then hands over an effect. That runs inside the one
    # which ends the job. So the effect is written once, whatever crashes.
    async def greet(job: Job) -> Outcome:
        greeting = f"Hello, {job.payload.decode()}!"

        async def write(transaction: Transaction) -> None:
            await transaction.connection.execute("CREATE TABLE greetings AS SELECT $1::text AS line", greeting)

        return Done(effect=write)

    service = await engine([GREET], {"greet": greet})

    ended = await service.until(await service.start_job("greet", payload=b"Mew"))

    assert ended["state"] == "SUCCEEDED"
    assert await service.count("SELECT line FROM greetings") == "Hello, Mew!"


async def test_a_request_that_is_sent_again_makes_no_second_job(engine: Engines) -> None:
    # A caller that got no answer asks again. The key is its own: another owner may use the same.
    service = await engine([GREET])
    job = NewJob(kind="greet", owner="ann", payload=b"Mew", idempotency_key="request 7")

    (first,) = await service.enqueue(job)
    (second,) = await service.enqueue(job)

    assert (first.created, second.created) == (True, False)
    assert first.id == second.id


async def test_an_attempt_that_fails_for_now_is_followed_by_another(engine: Engines) -> None:
    # What went wrong has a class, and the class decides. The network may be back in a moment: the job is tried again.
    async def greet(job: Job) -> Outcome:
        return Failed(ErrorClass.NETWORK, "Nobody answered.") if job.attempt == 1 else Done()

    service = await engine([GREET], {"greet": greet})

    ended = await service.until(await service.start_job("greet"))

    assert (ended["state"], ended["attempt"]) == ("SUCCEEDED", 2)
    assert ended["error_message"] == "Nobody answered."


async def test_an_attempt_that_fails_for_good_puts_the_job_on_the_shelf(engine: Engines) -> None:
    # FAILED is not gone: it is listed, read, and tried again when a person says so.
    async def greet(job: Job) -> Outcome:
        return Failed(ErrorClass.INVALID, "It has no name.")

    service = await engine([GREET], {"greet": greet})

    ended = await service.until(await service.start_job("greet"))

    assert (ended["state"], ended["attempt"], ended["error_class"]) == ("FAILED", 1, "INVALID")


async def test_a_running_job_shows_how_far_it_is(engine: Engines) -> None:
    # `progress` costs the handler nothing. It is written, and those who watch are told, a few times a second.
    seen = asyncio.Event()

    async def greet(job: Job) -> Outcome:
        job.progress(3, 10)
        await seen.wait()
        return Done()

    service = await engine([GREET], {"greet": greet})
    job_id = await service.start_job("greet")

    running = await service.until_row(job_id, lambda row: row["progress_total"] > 0)
    seen.set()
    await service.until(job_id)

    assert (running["state"], running["progress_done"], running["progress_total"]) == ("RUNNING", 3, 10)


async def test_a_cancellation_reaches_the_running_handler(engine: Engines) -> None:
    # The table says that the job should stop; an event makes its worker look there at once. The handler is cancelled at
    # its next `await`, and may clean up.
    handler = Blocking()
    service = await engine([GREET], {"greet": handler})
    job_id = await service.start_job("greet")
    await handler.next()

    await service.transact(lambda transaction: store.request_cancel(transaction.connection, job_id))
    service.runtime.events.tell([job_id], stop=True)

    assert (await service.until(job_id))["state"] == "CANCELLED"
    assert not handler.running


async def test_a_paused_queue_takes_jobs_and_starts_none(engine: Engines) -> None:
    # Pausing is a row that every claim of every worker looks at. What was accepted meanwhile waits.
    other = Kind(name="other")
    handler = Blocking()
    service = await engine([GREET, other], {"greet": handler, "other": handler})
    await service.transact(lambda transaction: store.pause_queue(transaction.connection, "greet"))

    paused = await service.start_job("greet")
    await service.start_job("other")
    started = await handler.next()
    assert started.kind == "other"
    assert (await service.row(paused))["state"] == "QUEUED"

    async def resume(transaction: Transaction) -> None:
        await store.resume_queue(transaction.connection, "greet")
        transaction.ring("greet")

    await service.transact(resume)

    assert (await handler.next()).id == paused
    handler.let_go()


async def test_a_worker_that_leaves_gives_back_what_it_has_not_done(engine: Engines) -> None:
    # A deploy isn't a crash: another worker goes on at once, and no attempt is used up.
    slow, quick = Blocking(), Blocking()
    leaving = await engine([GREET], {"greet": slow}, grace_seconds=0)
    job_id = await leaving.start_job("greet")
    await slow.next()

    await leaving.worker.stop()
    staying = await engine([GREET], {"greet": quick})
    quick.let_go()
    ended = await staying.until(job_id)

    assert (ended["state"], ended["max_attempts"] - ended["attempt"]) == ("SUCCEEDED", GREET.max_attempts - 1)
