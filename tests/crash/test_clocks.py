"""The database's clock decides alone: a worker whose own is an hour wrong runs jobs neither early nor never."""

import json
import re
from datetime import datetime

import pytest

from tests.conftest import REPOSITORY
from tests.crash.ground import STEADY_LEASE_SECONDS, Ground
from tests.crash.work import new_job

HOUR = 3600.0


@pytest.fixture
def lease_seconds() -> float:
    return STEADY_LEASE_SECONDS


@pytest.mark.parametrize("shift_seconds", [HOUR, -HOUR], ids=["ahead", "behind"])
async def test_a_worker_with_a_wrong_clock_runs_jobs_at_their_time(ground: Ground, shift_seconds: float) -> None:
    await ground.insert([new_job("effect"), new_job("plain"), new_job("flaky"), new_job("parent")])
    await ground.insert([new_job("slow", steps=round(1.5 * STEADY_LEASE_SECONDS / 0.1), seconds=0.1)])
    await ground.insert([new_job("effect") for _ in range(5)], in_seconds=2.0)
    wrong = await ground.crew.work_at(shift_seconds)
    right = ground.crew.work()
    await wrong.started()
    await right.started()

    await ground.settled()

    waits = await ground.fetch("SELECT extract(EPOCH FROM started_at - run_at) AS late FROM jobs")
    assert all(row["late"] >= 0 for row in waits)
    assert all(row["losses"] == 0 for row in await ground.fetch("SELECT losses FROM jobs"))
    assert await ground.problems() == []


@pytest.mark.parametrize("shift_seconds", [HOUR, -HOUR], ids=["ahead", "behind"])
async def test_the_process_really_has_a_wrong_clock(ground: Ground, shift_seconds: float) -> None:
    wrong = await ground.crew.work_at(shift_seconds)
    await wrong.started()

    (row,) = await ground.fetch("SELECT now() AS now, $1::timestamptz AS said", said_at(wrong.log))

    assert abs((row["said"] - row["now"]).total_seconds() - shift_seconds) < HOUR / 10


def said_at(log: str) -> datetime:
    """When a process says that it wrote its first line."""
    return datetime.fromisoformat(json.loads(log.splitlines()[0])["timestamp"])


def test_nothing_in_the_runtime_asks_for_the_time_of_day() -> None:
    asking = re.compile(r"time\.time\(|time_ns\(|datetime\.(now|utcnow|today)|clock_gettime|localtime\(")

    askers = [path.name for path in (REPOSITORY / "jobs").glob("*.py") if asking.search(path.read_text())]

    assert askers == []
