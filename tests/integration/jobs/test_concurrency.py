"""How many jobs run at once: per kind and process, and per key over all workers."""

import asyncio
import random
import time
from collections import Counter

import pytest

from jobs.job import NewJob
from jobs.kinds import Kind
from jobs.outcomes import Done, Outcome
from jobs.running import Job
from jobs.transactions import Transaction
from tests.integration.jobs.engine import Blocking, Engine, Engines, done, until, within


class Crowd:
    """A handler that counts how many of each key run, and lets others run meanwhile."""

    def __init__(self) -> None:
        self.running: Counter[bytes] = Counter()
        self.most: Counter[bytes] = Counter()
        self.ran: Counter[bytes] = Counter()

    async def __call__(self, job: Job) -> Outcome:
        key = job.payload
        self.running[key] += 1
        self.most[key] = max(self.most[key], self.running[key])
        self.ran[key] += 1
        await asyncio.sleep(0.005)
        self.running[key] -= 1
        return Done()


def keyed(*keys: str) -> list[NewJob]:
    return [NewJob(kind="work", owner="ann", concurrency_key=key, payload=key.encode()) for key in keys]


@pytest.mark.parametrize("concurrency", [1, 3, 8])
async def test_a_process_runs_as_many_of_a_kind_as_it_has_slots(engine: Engines, concurrency: int) -> None:
    blocking = Blocking()
    own = await engine([Kind(name="work", concurrency=concurrency)], {"work": blocking})

    await own.enqueue(*[NewJob(kind="work", owner="ann") for _ in range(concurrency + 3)])
    for _ in range(concurrency):
        await blocking.next()
    running = await own.count("SELECT count(*) FROM jobs WHERE state = 'RUNNING'")
    blocking.let_go()
    await own.until_all_ended()

    assert (running, blocking.most) == (concurrency, concurrency)


async def test_the_last_slot_beside_long_jobs_is_used(engine: Engines) -> None:
    blocking = Blocking()
    own = await engine([Kind(name="work", concurrency=8)], {"work": blocking})
    await own.enqueue(*[NewJob(kind="work", owner="ann") for _ in range(7)])
    for _ in range(7):
        await blocking.next()

    last = await own.start_job()
    started = await blocking.next()
    blocking.let_go()

    assert started.id == last


async def test_kinds_do_not_take_each_others_slots(engine: Engines) -> None:
    slow, quick = Blocking(), Blocking()
    kinds = [Kind(name="work", concurrency=1), Kind(name="quick", concurrency=1)]
    own = await engine(kinds, {"work": slow, "quick": quick})

    await own.enqueue(*[NewJob(kind="work", owner="ann") for _ in range(3)], NewJob(kind="quick", owner="ann"))
    await slow.next()
    job = await quick.next()
    slow.let_go()
    quick.let_go()

    assert job.kind == "quick"


@pytest.mark.parametrize("seed", range(3))
async def test_no_key_ever_has_more_running_than_it_may_over_three_workers(engine: Engines, seed: int) -> None:
    chance = random.Random(seed)
    max_running, crowd = chance.randint(1, 3), Crowd()
    counts = {f"key {number}": chance.randint(1, 12) for number in range(chance.randint(1, 20))}
    kind = Kind(name="work", concurrency=chance.randint(2, 8), max_running_per_key=max_running)
    client, *_ = [await engine([kind], {"work": crowd}) for _ in range(3)]

    jobs = keyed(*[key for key, count in counts.items() for _ in range(count)])
    chance.shuffle(jobs)
    for start in range(0, len(jobs), 10):
        await client.enqueue(*jobs[start : start + 10])
    await client.until_all_ended()

    assert max(crowd.most.values()) <= max_running
    assert crowd.ran == {key.encode(): count for key, count in counts.items()}


async def test_jobs_of_one_key_follow_each_other_without_a_pause(engine: Engines) -> None:
    crowd = Crowd()
    own = await engine([Kind(name="work", max_running_per_key=1)], {"work": crowd})

    await own.enqueue(*keyed(*["account"] * 30))
    await within(own.until_all_ended(), 10)

    assert (crowd.most[b"account"], crowd.ran[b"account"]) == (1, 30)


async def test_a_busy_key_keeps_no_other_waiting(engine: Engines) -> None:
    blocking = Blocking()
    own = await engine([Kind(name="work", max_running_per_key=1)], {"work": blocking})
    await own.enqueue(*keyed(*["busy"] * 300))
    await blocking.next()

    await own.enqueue(*keyed("idle"))
    job = await blocking.next()

    assert job.payload == b"idle"
    assert blocking.started.empty()


async def test_a_job_whose_key_another_worker_is_just_claiming_from_is_not_forgotten(engine: Engines) -> None:
    # As if the other had counted a moment before this job was there: nobody rings for it again.
    own = await engine([Kind(name="work", max_running_per_key=1)], {"work": done})
    await own.until(await own.start_job(concurrency_key="account"))
    locked, unlock = asyncio.Event(), asyncio.Event()

    async def claim(transaction: Transaction) -> None:
        await transaction.connection.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('work' || chr(31) || 'account', 0))"
        )
        locked.set()
        await unlock.wait()

    claiming = asyncio.create_task(own.transact(claim))
    await within(locked.wait())
    job_id = await own.start_job(concurrency_key="account")
    await until(lambda: left_out(own))
    began = time.monotonic()
    unlock.set()
    await claiming
    await own.until(job_id)

    assert time.monotonic() - began < 1


async def left_out(own: Engine) -> bool:
    """Whether its worker has met a key that another claims from."""
    (consumer,) = own.worker._consumers
    return consumer._left_out
