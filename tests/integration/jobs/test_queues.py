"""What an operator sees of queues, and pausing them."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from jobs import store
from jobs.errors import QueueNotFound
from jobs.job import Lane, NewJob
from jobs.outcomes import Done, Outcome
from jobs.queues import QueueView
from jobs.running import Job
from tests.integration.chassis.conftest import Until
from tests.integration.chassis.conftest import until as until
from tests.integration.jobs.rig import Rig, toil

TOIL = "mill/queues/toil"


async def counts(rig: Rig, *columns: str) -> list[Any]:
    """Columns of what is known of `toil`."""
    view = await rig.queues.get_queue(TOIL)
    return [view.counts[column] for column in columns]


async def is_stuck(rig: Rig) -> bool:
    (stuck,) = await counts(rig, "stuck")
    return bool(stuck)


async def age(rig: Rig) -> None:
    """Have everything happened an hour ago."""
    await rig.execute(
        "UPDATE jobs SET run_at = run_at - interval '1 hour', started_at = started_at - interval '1 hour', "
        "ended_at = ended_at - interval '1 hour', lease_expires_at = lease_expires_at - interval '1 hour'"
    )


async def test_every_kind_has_a_queue_and_they_are_ordered_by_name(rig: Rig) -> None:
    views = await rig.queues.list_queues()

    assert [view.counts["kind"] for view in views] == ["idle", "keyed", "toil"]
    assert [list(view.counts["lanes"]) for view in views] == [[], [], []]
    assert not any(view.counts["stuck"] for view in views)


@pytest.mark.parametrize("name", ["mill/queues/nothing", "other/queues/toil"])
async def test_another_queue_is_not_found(rig: Rig, name: str) -> None:
    for act in (rig.queues.get_queue, rig.queues.pause_queue, rig.queues.resume_queue):
        with pytest.raises(QueueNotFound):
            await act(name)


async def test_jobs_are_counted_by_state_and_lane(rig: Rig) -> None:
    names = await rig.enqueue(*[toil() for _ in range(6)])
    for name, state in zip(
        names, ["SUCCEEDED", "SUCCEEDED", "SUCCEEDED", "FAILED", "FAILED", "CANCELLED"], strict=True
    ):
        await rig.end(name, state, "INVALID" if state == "FAILED" else None)
    await rig.enqueue(toil())
    await rig.claim("toil")
    await rig.enqueue(toil(lane=Lane.HIGH), toil(lane=Lane.HIGH), toil(lane=Lane.LOW), NewJob(kind="idle", owner="bob"))
    await rig.execute("UPDATE jobs SET run_at = run_at - interval '30 seconds' WHERE lane = 3")
    await rig.execute("UPDATE jobs SET ended_at = ended_at - interval '2 minutes' WHERE state = 'CANCELLED'")
    (waits,) = await rig.enqueue(toil())
    await rig.execute("UPDATE jobs SET state = 'SCHEDULED' WHERE id = $1", rig.names.job_id(waits))

    lanes, waiting, ages = await counts(rig, "lanes", "waiting", "oldest_seconds")
    assert (lanes, waiting) == ([1, 3], [2, 1])
    assert ages[0] < 20 < 30 < ages[1] < 50
    assert await counts(rig, "scheduled", "running", "done", "failed", "cancelled") == [1, 1, 3, 2, 1]
    assert await counts(rig, "ended_last_minute") == [5]


async def test_workers_are_shown_with_what_they_hold_and_whether_they_are_lost(rig: Rig) -> None:
    alive, lost = uuid4(), uuid4()
    await rig.sign(lost, "toil", "idle", lease_seconds=15)
    await rig.sign(alive, "toil")
    await rig.execute("UPDATE workers SET seen_at = now() - interval '16 seconds' WHERE id = $1", lost)
    await rig.enqueue(toil(), toil(), NewJob(kind="idle", owner="ann"))
    await rig.claim("toil", limit=2, worker_id=lost)
    await rig.claim("idle", worker_id=lost)

    idle, keyed, queue = await rig.queues.list_queues()

    def held(view: QueueView) -> dict[Any, Any]:
        return {row["id"]: (row["running"], row["lost"]) for row in view.workers}

    assert held(queue) == {lost: (2, True), alive: (0, False)}
    assert held(idle) == {lost: (1, True)}
    assert held(keyed) == {}


async def test_held_keys_are_shown_with_what_held_them(rig: Rig) -> None:
    async def work(connection: Any) -> None:
        await store.hold_key(connection, "keyed", "account-1", error_class="AUTH", error_message="Refused.")

    await rig.database.run(work)

    view = await rig.queues.get_queue("mill/queues/keyed")

    (held,) = view.held_keys
    assert (held["concurrency_key"], held["error_class"], held["error_message"]) == ("account-1", "AUTH", "Refused.")


async def test_a_paused_queue_starts_nothing_until_it_is_resumed(rig: Rig) -> None:
    done = asyncio.Event()

    async def handle(job: Job) -> Outcome:
        done.set()
        return Done()

    paused = await rig.queues.pause_queue(TOIL)
    again = await rig.queues.pause_queue(TOIL)
    await rig.enqueue(toil())
    await rig.claim("toil")
    (waiting,) = await counts(rig, "waiting")
    async with rig.working({"toil": handle}), asyncio.timeout(20):
        resumed = await rig.queues.resume_queue(TOIL)
        await done.wait()

    assert (paused.counts["paused"], again.counts["paused"], resumed.counts["paused"]) == (True, True, False)
    assert list(waiting) == [1]


async def test_a_queue_is_stuck_when_jobs_are_due_and_nothing_moves(rig: Rig) -> None:
    await rig.enqueue(toil())
    fresh = await is_stuck(rig)
    await age(rig)

    assert not fresh
    assert await is_stuck(rig)


@pytest.mark.parametrize(
    "moving",
    [
        "INSERT INTO paused_queues (kind) VALUES ('toil')",
        # One holds a live lease, one has just ended, waits for its next attempt, or was given back.
        "UPDATE jobs SET state = 'RUNNING', lease_token = uuidv7(), lease_expires_at = now() + interval '9 s', "
        "started_at = now() - interval '1 hour' WHERE lane = 1",
        "UPDATE jobs SET state = 'FAILED', ended_at = now() WHERE lane = 1",
        "UPDATE jobs SET state = 'SCHEDULED', started_at = now() WHERE lane = 1",
        "UPDATE jobs SET started_at = now() WHERE lane = 1",
    ],
)
async def test_a_queue_that_is_paused_or_moves_is_not_stuck(rig: Rig, moving: str) -> None:
    await rig.enqueue(toil(), toil(lane=Lane.HIGH))
    await age(rig)

    await rig.execute(moving)

    assert not await is_stuck(rig)


@pytest.mark.parametrize(
    "idle",
    [
        # A lease that has run out, an end long ago, and a job for later are no movement.
        "UPDATE jobs SET state = 'RUNNING', lease_token = uuidv7(), lease_expires_at = now() - interval '1 s', "
        "started_at = now() - interval '1 hour' WHERE lane = 1",
        "UPDATE jobs SET state = 'SUCCEEDED', ended_at = now() - interval '1 hour' WHERE lane = 1",
        "UPDATE jobs SET state = 'SCHEDULED', run_at = now() + interval '1 hour' WHERE lane = 1",
    ],
)
async def test_what_lies_long_behind_or_ahead_is_no_movement(rig: Rig, idle: str) -> None:
    await rig.enqueue(toil(), toil(lane=Lane.HIGH))
    await age(rig)

    await rig.execute(idle)

    assert await is_stuck(rig)


async def test_jobs_of_held_keys_do_not_make_a_queue_stuck(rig: Rig) -> None:
    async def work(connection: Any) -> None:
        await store.hold_key(connection, "toil", "account-1", error_class="AUTH", error_message="Refused.")

    await rig.database.run(work)
    await rig.enqueue(toil(concurrency_key="account-1"))
    await age(rig)
    held = await is_stuck(rig)
    await rig.enqueue(toil(concurrency_key="account-2"))
    await age(rig)

    assert not held
    assert await is_stuck(rig)


async def test_the_bell_is_shown_while_redis_is_there(rig_with_redis: Rig, until: Until) -> None:
    rig = rig_with_redis
    listener = rig.runtime.bell.listener("toil", uuid4())
    assert listener is not None
    await listener.listen(0.01)  # Makes the group.

    async def bell() -> Any:
        return (await rig.queues.get_queue(TOIL)).bell

    async def says(length: int, *pending: int) -> bool:
        described = await bell()
        return described is not None and (described[0], *described[1].values()) == (length, *pending)

    silent = await bell()
    await rig.enqueue(toil())
    await until(lambda: says(1))
    await listener.listen(10)
    heard = await bell()
    await listener.acknowledge()

    assert silent == (0, {})
    assert (heard[0], list(heard[1].values())) == (1, [1])
    assert await bell() == (0, {})


async def test_without_redis_there_is_no_bell(rig: Rig) -> None:
    assert (await rig.queues.get_queue(TOIL)).bell is None
