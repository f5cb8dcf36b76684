"""What is kept, for how long, and what is deleted after that."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
import structlog

from chassis.postgres import Database
from jobs import janitor
from jobs.janitor import Janitor
from jobs.kinds import Kind
from tests.integration.jobs.engine import Engine, Engines

MONTHLY = Kind(name="work", keep_ended=timedelta(days=7), keep_failed=timedelta(days=30))
HOURLY = Kind(name="hourly", keep_ended=timedelta(hours=1), keep_failed=timedelta(hours=2))

ENDED = """
INSERT INTO jobs (kind, owner, state, lane, run_at, max_attempts, payload, ended_at)
SELECT $1, 'ann', $2, 2, now(), 5, '', now() - make_interval(secs => age) FROM unnest($3::double precision []) AS age
"""


async def ended(own: Engine, kind: str, state: str, *ages: timedelta) -> None:
    """Have jobs that ended so long ago."""
    await own.fetch(ENDED, kind, state, [age.total_seconds() for age in ages])


async def kept(own: Engine) -> Sequence[tuple[str, str, int]]:
    """Kind, state and how many."""
    rows = await own.fetch("SELECT kind, state, count(*) AS jobs FROM jobs GROUP BY kind, state ORDER BY kind, state")
    return [(row["kind"], row["state"], row["jobs"]) for row in rows]


@pytest.fixture
def tidier(database: Database, log: structlog.stdlib.BoundLogger) -> Janitor:
    return Janitor(database=database, kinds=[MONTHLY, HOURLY], log=log)


async def test_each_state_of_each_kind_is_kept_for_its_own_time(engine: Engines, tidier: Janitor) -> None:
    own = await engine([MONTHLY, HOURLY])
    for state in ("SUCCEEDED", "CANCELLED", "FAILED"):
        await ended(own, "work", state, timedelta(days=6.9), timedelta(days=7.1), timedelta(days=29.9), timedelta(30.1))
        await ended(own, "hourly", state, timedelta(hours=0.9), timedelta(hours=1.1), timedelta(hours=2.1))

    deleted = await tidier.tidy()

    assert deleted == 3 + 3 + 1 + 2 + 2 + 1
    assert await kept(own) == [
        ("hourly", "CANCELLED", 1),
        ("hourly", "FAILED", 2),
        ("hourly", "SUCCEEDED", 1),
        ("work", "CANCELLED", 1),
        ("work", "FAILED", 3),
        ("work", "SUCCEEDED", 1),
    ]


async def test_what_has_not_ended_is_kept_for_ever(engine: Engines, tidier: Janitor) -> None:
    own = await engine([MONTHLY])
    await own.start_job()
    await own.start_job(run_at=await own.count("SELECT now() + interval '1 hour'"))
    await own.fetch("UPDATE jobs SET created_at = '2020-01-01'")

    assert await tidier.tidy() == 0
    assert await own.count("SELECT count(*) FROM jobs") == 2


async def test_more_than_a_batch_is_deleted_at_once(
    engine: Engines, tidier: Janitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(janitor, "BATCH", 10)
    own = await engine([MONTHLY])
    await ended(own, "work", "SUCCEEDED", *[timedelta(days=8)] * 35)

    assert await tidier.tidy() == 35


async def test_workers_that_are_long_silent_are_forgotten(engine: Engines, tidier: Janitor) -> None:
    own = await engine([MONTHLY])
    await own.fetch(
        "INSERT INTO workers (id, place, kinds, lease_seconds, seen_at) VALUES"
        " (uuidv4(), 'here:1', '{work}', 15, now() - interval '61 minutes'),"
        " (uuidv4(), 'here:2', '{work}', 15, now() - interval '59 minutes')"
    )

    await tidier.tidy()

    assert [row["place"] for row in await own.fetch("SELECT place FROM workers")] == ["here:2"]
