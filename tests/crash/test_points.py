"""A process is killed, frozen or told to end between every two steps of a job; another ends what it began."""

import asyncio
import re
import signal
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from tests.conftest import REPOSITORY
from tests.crash.conftest import NewGround
from tests.crash.crew import Member, until
from tests.crash.ground import Ground
from tests.crash.work import new_job

# Where a worker is hit as soon as it comes there.
AT_ONCE = (
    "claim.woken",
    "claim.committed",
    "run.started",
    "run.ended",
    "finish.gathered",
    "finish.committed",
    "finish.fenced",
    "finish.written",
    "retry.written",
    "timer.queued",
    "reaper.settled",
)
# These the timer reaches too, before there is any work; so a worker is aimed at from its first handler on.
IN_ITS_MIDST = ("enqueue.written", "transaction.worked", "transaction.committed")
WHILE_STOPPING = ("worker.stopped_claiming", "worker.released")
WHILE_ACCEPTING = ("enqueue.written", "transaction.worked", "transaction.committed")
WHILE_SUSPECTED = ("run.alone",)
ROLES = {"work": AT_ONCE + IN_ITS_MIDST, "suspect": WHILE_SUSPECTED, "stop": WHILE_STOPPING, "accept": WHILE_ACCEPTING}
BLOWS = ("KILL", "STOP", "TERM")
AT_ONE_TIME = 8


@dataclass(frozen=True)
class Case:
    """A process doing `role` is struck by `blow` at `point`."""

    role: str
    point: str
    blow: str

    @property
    def aim(self) -> str:
        """As ATELIER_TEST_POINT has it."""
        return f"{self.point}={self.blow}"


CASES = [Case(role, point, blow) for blow in BLOWS for role, points in ROLES.items() for point in points]


@pytest.fixture(scope="module")
async def verdicts(
    request: pytest.FixtureRequest, new_ground: NewGround
) -> AsyncIterator[Mapping[Case, asyncio.Task[list[str]]]]:
    """The verdict on every case that this run asks for. Several at a time, as most of it is waiting for leases."""
    limit = asyncio.Semaphore(AT_ONE_TIME)

    async def judge(case: Case) -> list[str]:
        async with limit, new_ground() as ground:
            given_up = await SCENES[case.role](ground, case)
            return await ground.problems(given_up=given_up)

    specs = [getattr(item, "callspec", None) for item in request.session.items if item.path == request.path]
    wanted = [spec.params["case"] for spec in specs if spec is not None and "case" in spec.params]
    tasks = {case: asyncio.create_task(judge(case)) for case in wanted}
    yield tasks
    for task in tasks.values():
        task.cancel()
    await asyncio.gather(*tasks.values(), return_exceptions=True)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.role}-{case.point}-{case.blow}")
async def test_whatever_happens_to_a_process_between_two_steps_every_job_is_done_once(
    case: Case, verdicts: Mapping[Case, asyncio.Task[list[str]]]
) -> None:
    assert await verdicts[case] == []


def test_every_point_in_the_source_is_struck() -> None:
    sources = (REPOSITORY / "jobs").glob("*.py")

    points = {name for path in sources for name in re.findall(r'reached\("([\w.]+)"\)', path.read_text())}

    assert points == {case.point for case in CASES}


async def while_working(ground: Ground, case: Case) -> Collection[UUID]:
    """A worker is struck, and another does what is left."""
    await mixed_load(ground)
    later = {"ATELIER_TEST_LATER": "1"} if case.point in IN_ITS_MIDST else {}

    struck = ground.crew.work(aim=case.aim, **later)
    await meet_blow(struck, case)
    ground.crew.work()
    await ground.settled()

    await wake(ground, struck, case)
    return ()


async def while_suspected(ground: Ground, case: Case) -> Collection[UUID]:
    """A worker is struck that runs a job alone since two were lost with it: the job is given up, and no other is."""
    await mixed_load(ground)
    suspects = await ground.insert([new_job("effect"), new_job("slow", steps=3, seconds=0.05)])
    await ground.execute("UPDATE jobs SET losses = 2 WHERE id = any($1::uuid [])", suspects)

    struck = ground.crew.work(aim=case.aim)
    await meet_blow(struck, case)
    alone = await ground.fetch("SELECT id FROM jobs WHERE alone AND state = 'RUNNING'")
    ground.crew.work()
    await ground.settled()

    await wake(ground, struck, case)
    assert len(alone) == (0 if case.blow == "TERM" else 1)
    return {row["id"] for row in alone}


async def while_stopping(ground: Ground, case: Case) -> Collection[UUID]:
    """A worker that was told to end with work in hand is struck before it has ended."""
    await mixed_load(ground)
    (long,) = await ground.insert([new_job("slow", steps=15, seconds=0.1)])

    struck = ground.crew.work(aim=case.aim)
    await ground.running(long)
    struck.send(signal.SIGTERM)
    await meet_blow(struck, case)
    ground.crew.work()
    await ground.settled()

    await wake(ground, struck, case)
    return ()


async def while_accepting(ground: Ground, case: Case) -> Collection[UUID]:
    """A process that accepts is struck in its second transaction, and its caller asks another for all of it again."""
    first: list[dict[str, Any]] = [{"key": "a", "kind": "effect"}, {"key": "b", "kind": "parent"}]
    second: list[dict[str, Any]] = [{"key": "c", "kind": "effect"}, {"key": "d", "kind": "plain", "in_seconds": 0.2}]
    ground.crew.work()

    struck = ground.crew.accept(aim=case.aim, ATELIER_TEST_LATER="1")
    accepted = await struck.order(first)
    asking = asyncio.create_task(struck.order(second))
    await meet_blow(struck, case)
    again = ground.crew.accept()
    repeated = await again.order(first)
    await again.order(second)
    await ground.settled()

    await wake(ground, struck, case)
    await asking
    assert accepted is not None
    assert repeated == accepted
    assert len(await ground.fetch("SELECT FROM jobs WHERE idempotency_key IS NOT NULL")) == 4
    return ()


SCENES = {
    "work": while_working,
    "suspect": while_suspected,
    "stop": while_stopping,
    "accept": while_accepting,
}


async def mixed_load(ground: Ground) -> None:
    """Jobs of every kind: some wait, one is due but not queued, and one was left by a worker that is lost."""
    kinds = ["plain", "plain", "effect", "effect", "parent", "parent", "flaky", "peer"]
    slow = new_job("slow", steps=4, seconds=0.05)
    keyed = [new_job("keyed", key="account", steps=1, seconds=0.02) for _ in range(3)]
    await ground.insert([*map(new_job, kinds), slow, *keyed])
    (due,) = await ground.insert([new_job("effect")], in_seconds=0.01)
    (left,) = await ground.insert([new_job("effect")])
    await ground.execute(
        """
        UPDATE jobs SET state = 'RUNNING', attempt = 1, lease_token = uuidv7(), worker_id = uuidv7(),
            lease_expires_at = clock_timestamp() - interval '1 second' WHERE id = $1
        """,
        left,
    )

    async def is_due() -> bool:
        return bool(await ground.fetch("SELECT FROM jobs WHERE id = $1 AND run_at < now()", due))

    await until(is_due, "the scheduled job is due")


async def meet_blow(struck: Member, case: Case) -> None:
    """Wait until the blow has fallen, and with TERM until the process has ended as it should."""
    if case.blow == "STOP":
        await struck.frozen()
    else:
        assert await struck.ended() == (-signal.SIGKILL if case.blow == "KILL" else 0)


async def wake(ground: Ground, struck: Member, case: Case) -> None:
    """Let a frozen process go on, which must find that nothing is its own any longer."""
    if case.blow != "STOP":
        return
    before = await ground.everything()
    struck.send(signal.SIGCONT)
    struck.send(signal.SIGTERM)
    assert await struck.ended() == 0
    assert await ground.everything() == before
