"""Activities of twenty accounts, carried out by workers that are killed at random, with calls that fail in many ways.

`python -m tests.crash.engager_storm [SEED]` storms 2,000 of them on servers of its own, prints what went wrong, and
exits 1 if anything did; the tests storm fewer.
"""

import asyncio
import random
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from chassis.migrate import migrate
from tests.conftest import Schema
from tests.crash.crew import Member, until
from tests.crash.engager_ground import EngagerGround, open_engager_ground
from tests.crash.servers import SERVICE, open_servers
from tests.integration.engager.receiver import Behaviour
from tests.shared_data import REPOSITORY

ACCOUNTS, WORKERS = 20, 3
FAILURES = [Behaviour.CUT_AFTER, Behaviour.CUT_BEFORE, Behaviour.FAULT, Behaviour.HANG_AFTER, Behaviour.RESET]
# Of an account: fewer than an activity has attempts, so that none uses all of its own.
FAILING, BETWEEN = 4, 6
END_SECONDS = 300.0
FOLDERS = [REPOSITORY / "jobs/migrations", REPOSITORY / "services/engager/migrations"]


@dataclass(frozen=True, kw_only=True)
class Storm:
    """How much of it. The limits are those within the ground's hours and days."""

    each: int
    kills: int
    within_seconds: float
    per_hour: int
    per_day: int

    async def rage(self, ground: EngagerGround, chance: random.Random) -> list[str]:
        """Carry out all of them: what went wrong."""
        await ground.schedule(
            ACCOUNTS,
            self.each,
            within_seconds=self.within_seconds,
            behaviours=[_behaviours(chance) for _ in range(ACCOUNTS)],
            per_hour=self.per_hour,
            per_day=self.per_day,
        )
        workers = [ground.worker() for _ in range(WORKERS)]
        for _ in range(self.kills):
            await _kill_one(ground, chance, workers)
            workers.append(ground.worker())
        await ground.ended(seconds=END_SECONDS)
        missing = ACCOUNTS * self.each - len(ground.receiver.done)
        problems = await ground.problems(per_hour=self.per_hour, per_day=self.per_day)
        return [*problems, *[f"{missing} never happened"] * bool(missing)]


def _behaviours(chance: random.Random) -> list[Behaviour]:
    behaviours = [*chance.choices(FAILURES, k=FAILING), *[Behaviour.OK] * BETWEEN]
    chance.shuffle(behaviours)
    return behaviours


async def _kill_one(ground: EngagerGround, chance: random.Random, workers: list[Member]) -> None:
    """At some moment of its work, but not while a job is alone with it that was lost twice: that would be its fault."""
    struck = workers.pop(chance.randrange(len(workers)))
    await struck.started()
    await asyncio.sleep(chance.uniform(0.0, 1.0))

    async def nobody_is_suspected() -> bool:
        return await ground.fetch("SELECT FROM jobs WHERE state = 'RUNNING' AND losses > 1") == []

    await until(nobody_is_suspected, "no suspect is alone")
    struck.send(signal.SIGKILL)


async def main(seed: int) -> int:
    """Storm 2,000 activities."""
    storm = Storm(each=100, kills=20, within_seconds=10.0, per_hour=25, per_day=40)
    with TemporaryDirectory(prefix="atelier-storm-") as folder:
        async with open_servers() as (postgres, redis):
            await asyncio.to_thread(migrate, url=postgres.url, schema=SERVICE, folders=FOLDERS)
            async with open_engager_ground(
                schema=Schema(SERVICE, postgres.url), secret=postgres.secret, redis_url=redis.url, folder=Path(folder)
            ) as ground:
                began = time.monotonic()
                problems = await storm.rage(ground, random.Random(seed))
                calls, done, seconds = len(ground.receiver.calls), len(ground.receiver.done), time.monotonic() - began
    told = f"seed {seed}: {done} activities by {calls} calls in {seconds:.0f} s, {storm.kills} workers killed"
    sys.stdout.write("\n".join([told, *problems]) + "\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)))
