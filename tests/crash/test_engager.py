"""A worker of the engager is killed or frozen at every step of an activity; each happens once, whoever goes on."""

import random
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, Schema, Servers
from tests.crash.engager_ground import EngagerGround, open_engager_ground
from tests.crash.engager_storm import Storm

POINTS = ("activity.read", "activity.begun", "activity.called", "activity.written")
OF_THE_RUNTIME = ("finish.fenced", "finish.written")


@pytest.fixture
async def ground(schema: Schema, servers: Servers, tmp_path: Path) -> AsyncIterator[EngagerGround]:
    stack = servers.stack
    async with open_engager_ground(
        schema=schema, secret=stack.layout.jwt_secret, redis_url=stack.redis_url, folder=tmp_path
    ) as made:
        yield made


@pytest.mark.parametrize("point", [*POINTS, *OF_THE_RUNTIME])
async def test_a_worker_killed_at_any_step_leaves_every_activity_done_once(ground: EngagerGround, point: str) -> None:
    await ground.schedule(2, 2)

    struck = ground.worker(aim=f"{point}=KILL")
    assert await struck.ended() == -signal.SIGKILL
    ground.worker()
    await ground.ended()

    assert await ground.problems() == []
    assert len(ground.receiver.calls) == 4


@pytest.mark.parametrize("point", ["activity.begun", "activity.called", "activity.written"])
async def test_a_frozen_worker_that_wakes_up_late_calls_nobody_and_changes_nothing(
    ground: EngagerGround, point: str
) -> None:
    await ground.schedule(1, 2)

    struck = ground.worker(aim=f"{point}=STOP")
    await struck.frozen()
    ground.worker()
    await ground.ended()
    before = await ground.everything()
    struck.send(signal.SIGCONT)
    struck.send(signal.SIGTERM)
    assert await struck.ended() == 0

    assert await ground.everything() == before
    assert await ground.problems() == []
    assert len(ground.receiver.calls) == 2


async def test_a_cancel_that_meets_a_killed_worker_says_whether_it_happened(ground: EngagerGround) -> None:
    [happened] = await ground.schedule(1, 1)

    struck = ground.worker(aim="activity.called=KILL")
    assert await struck.ended() == -signal.SIGKILL
    await ground.cancelling.cancel(str(happened))
    ground.worker()
    await ground.ended()

    assert await ground.problems() == []
    assert len(ground.receiver.calls) == 1


async def test_workers_killed_at_random_leave_every_activity_done_once_in_time_and_within_limits(
    ground: EngagerGround,
) -> None:
    storm = Storm(each=10, kills=5, within_seconds=2.0, per_hour=6, per_day=10)

    assert await storm.rage(ground, random.Random(6)) == []


def test_every_point_in_the_source_is_struck() -> None:
    sources = (REPOSITORY / "services" / "engager").glob("*.py")

    points = {name for path in sources for name in re.findall(r'reached\("([\w.]+)"\)', path.read_text())}

    assert points == {*POINTS}
