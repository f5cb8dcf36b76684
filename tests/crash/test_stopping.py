"""SIGTERM, as at every deployment: what runs may end, and what doesn't is another's at once."""

import signal

from tests.crash.conftest import NewGround
from tests.crash.work import new_job

LONG_LEASE_SECONDS = 300.0


async def test_jobs_of_a_worker_that_leaves_are_taken_up_at_once_and_their_attempt_does_not_count(
    new_ground: NewGround,
) -> None:
    async with new_ground(lease_seconds=LONG_LEASE_SECONDS) as ground:
        jobs = await ground.insert([new_job("slow", steps=4, seconds=0.02, hang_at=2) for _ in range(5)])
        leaving = ground.crew.work()
        for job in jobs:
            await ground.reached(job, 2)
        staying = ground.crew.work()
        await staying.started()

        leaving.send(signal.SIGTERM)
        code = await leaving.ended()
        await ground.settled()

        rows = await ground.fetch("SELECT attempt, max_attempts, losses, started_at, ended_at FROM jobs")
        pauses = await ground.fetch("SELECT clock_timestamp() - min(started_at) AS since FROM jobs")
        resumed = await ground.fetch("SELECT begun_at FROM effects")
        assert code == 0
        assert {(row["attempt"], row["max_attempts"], row["losses"]) for row in rows} == {(2, 6, 0)}
        assert pauses[0]["since"].total_seconds() < LONG_LEASE_SECONDS / 10
        assert [row["begun_at"] for row in resumed] == [2] * len(jobs)
        assert await ground.problems() == []


async def test_jobs_that_end_within_the_grace_period_are_not_given_back(new_ground: NewGround) -> None:
    async with new_ground(lease_seconds=LONG_LEASE_SECONDS, ATELIER_CRASH_GRACE_SECONDS="20") as ground:
        (job,) = await ground.insert([new_job("slow", steps=5, seconds=0.1)])
        leaving = ground.crew.work()
        await ground.running(job)

        leaving.send(signal.SIGTERM)
        code = await leaving.ended()

        row = await ground.job(job)
        assert code == 0
        assert (row["state"], row["attempt"]) == ("SUCCEEDED", 1)
        assert await ground.problems() == []
