"""Only the holder of a lease writes (I3), and a live worker's lease is taken by nobody."""

import signal

import pytest

from tests.crash.conftest import NewGround
from tests.crash.crew import until
from tests.crash.ground import STEADY_LEASE_SECONDS, Ground
from tests.crash.work import new_job


@pytest.fixture
def lease_seconds() -> float:
    return STEADY_LEASE_SECONDS


async def test_a_worker_frozen_past_its_lease_writes_nothing_when_it_wakes(ground: Ground) -> None:
    slow = [new_job("slow", steps=4, seconds=0.02, hang_at=2) for _ in range(2)]
    keyed = new_job("keyed", key="account", steps=4, seconds=0.02, hang_at=2)
    jobs = await ground.insert([*slow, keyed])
    frozen = ground.crew.work()
    for job in jobs:
        await ground.reached(job, 2)

    frozen.send(signal.SIGSTOP)
    await frozen.frozen()
    ground.crew.work()
    await ground.settled()
    before = await ground.everything()
    frozen.send(signal.SIGCONT)
    await frozen.logged("lease lost")
    frozen.send(signal.SIGTERM)
    code = await frozen.ended()

    assert code == 0
    assert await ground.everything() == before
    assert {row["losses"] for row in await ground.fetch("SELECT losses FROM jobs")} == {1}
    assert await ground.problems() == []


async def test_a_frozen_worker_works_on_when_it_wakes(ground: Ground) -> None:
    frozen = ground.crew.work()
    (job,) = await ground.insert([new_job("slow", steps=5, seconds=0.1)])
    await ground.running(job)

    frozen.send(signal.SIGSTOP)
    await frozen.frozen()
    await until(lambda: lease_has_run_out(ground), "the lease has run out")
    frozen.send(signal.SIGCONT)
    await ground.insert([new_job("effect"), new_job("plain")])
    await ground.insert([new_job("effect")], in_seconds=0.2)
    await ground.settled()

    assert await ground.problems() == []


async def test_live_jobs_that_take_longer_than_their_lease_are_never_run_a_second_time(ground: Ground) -> None:
    for _ in range(2):
        await ground.crew.work().started()
    steps = round(2.5 * STEADY_LEASE_SECONDS / 0.1)

    await ground.insert([new_job("slow", steps=steps, seconds=0.1) for _ in range(6)])
    await ground.settled()

    rows = await ground.fetch("SELECT attempt, losses, ended_at - started_at AS took FROM jobs")
    # uvloop counts a sleep from when its round began, so on a busy machine many of them last less than asked for.
    assert all(row["took"].total_seconds() > 2 * STEADY_LEASE_SECONDS for row in rows)
    assert {(row["attempt"], row["losses"]) for row in rows} == {(1, 0)}
    assert await ground.problems() == []


async def test_an_effect_that_takes_longer_than_a_lease_costs_the_worker_s_other_jobs_nothing(
    new_ground: NewGround,
) -> None:
    # A statement may take 3 seconds.
    async with new_ground(lease_seconds=2) as ground:
        for _ in range(2):
            await ground.crew.work().started()

        await ground.insert([new_job("effect", rest_seconds=2.6), *[new_job("slow", steps=30, seconds=0.1)] * 8])
        await ground.settled()

        assert {row["losses"] for row in await ground.fetch("SELECT losses FROM jobs")} == {0}
        assert await ground.problems() == []


async def test_a_job_whose_lease_was_lost_is_not_finished_by_who_lost_it(new_ground: NewGround) -> None:
    # The lease is taken away in the table; its holder lives, and is slow to notice.
    async with new_ground(lease_seconds=30) as ground:
        (job,) = await ground.insert([new_job("slow", steps=10, seconds=0.1)])
        loser = ground.crew.work()
        token = (await ground.running(job))["lease_token"]

        await ground.execute("UPDATE jobs SET lease_token = uuidv7() WHERE id = $1", job)
        await loser.logged("lease lost")
        row = await ground.job(job)

        assert row["state"] == "RUNNING"
        assert row["lease_token"] != token
        assert await ground.fetch("SELECT FROM effects") == []


async def lease_has_run_out(ground: Ground) -> bool:
    """Whether a job runs under a lease that is over."""
    query = "SELECT FROM jobs WHERE state = 'RUNNING' AND lease_expires_at < clock_timestamp()"
    return bool(await ground.fetch(query))
