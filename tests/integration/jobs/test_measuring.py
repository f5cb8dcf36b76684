"""What the metrics of a worker say, and what it costs when there is nothing to do."""

import asyncio
from collections.abc import AsyncIterator, Mapping

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from jobs.job import ErrorClass, NewJob
from jobs.kinds import Kind
from jobs.outcomes import Done, Failed, Outcome
from jobs.running import Job
from tests.conftest import Servers
from tests.integration.jobs.engine import WORK, Engine, Engines, done


def points(reader: InMemoryMetricReader, name: str) -> Mapping[tuple[str, ...], float]:
    """The values of a metric by its labels but the kind, in the labels' order."""
    told = reader.get_metrics_data()
    found: dict[tuple[str, ...], float] = {}
    for resource in told.resource_metrics if told else []:
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                if metric.name == name:
                    for point in metric.data.data_points:
                        labels = {key: str(value) for key, value in (point.attributes or {}).items() if key != "kind"}
                        found[tuple(labels[key] for key in sorted(labels))] = point.value  # type: ignore[union-attr]
    return found


async def test_attempts_outcomes_and_rings_are_counted(engine: Engines) -> None:
    async def work(job: Job) -> Outcome:
        if job.payload == b"bad":
            return Failed(ErrorClass.INVALID, "No.")
        if job.payload == b"slow" and job.attempt == 1:
            return Failed(ErrorClass.NETWORK, "Cut off.", after_seconds=0)
        return Done()

    reader = InMemoryMetricReader()
    meter = MeterProvider([reader]).get_meter("test")
    own = await engine([WORK], {"work": work}, meter=meter)
    await own.enqueue(*[NewJob(kind="work", owner="ann", payload=told) for told in (b"bad", b"slow", b"good", b"good")])
    await own.until_all_ended()

    assert points(reader, "jobs.attempts") == {(): 5}
    # In the order of error class, outcome.
    assert points(reader, "jobs.outcomes") == {
        ("INVALID", "FAILED"): 1,
        ("NETWORK", "SCHEDULED"): 1,
        ("", "SUCCEEDED"): 3,
    }
    assert points(reader, "jobs.rings_sent")[()] >= 2
    assert points(reader, "jobs.rings_missed") == {}


async def test_how_long_jobs_wait_and_run_is_measured_in_buckets(engine: Engines) -> None:
    async def work(job: Job) -> Outcome:
        await asyncio.sleep(0.06)
        return Done()

    reader = InMemoryMetricReader()
    meter = MeterProvider([reader]).get_meter("test")
    own = await engine([WORK], {"work": work}, meter=meter)
    past = await own.count("SELECT now() - interval '20 seconds'")
    await own.until(await own.start_job(run_at=past))

    waited = points(reader, "jobs.pickup_seconds.bucket")
    ran = points(reader, "jobs.run_seconds.bucket")
    assert (waited["10",], waited["30",], waited["+Inf",]) == (0, 1, 1)
    assert (ran["0.05",], ran["+Inf",]) == (0, 1)
    assert 20 <= points(reader, "jobs.pickup_seconds.sum")[()] < 30


@pytest.fixture
async def unattended(servers: Servers) -> AsyncIterator[None]:
    """Let the server vacuum nothing by itself, as that is told among its transactions."""
    await servers.execute("ALTER SYSTEM SET autovacuum = off")
    await servers.execute("SELECT pg_reload_conf()")
    yield
    await servers.execute("ALTER SYSTEM RESET autovacuum")
    await servers.execute("SELECT pg_reload_conf()")


async def statements(own: Engine) -> int:
    """How many transactions the database has had, as far as sessions have told: idle ones do so within 10 seconds."""
    await own.fetch("SELECT pg_stat_force_next_flush()")
    return int(
        await own.count(
            "SELECT pg_stat_get_db_xact_commit(oid) + pg_stat_get_db_xact_rollback(oid)"
            " FROM pg_database WHERE datname = current_database()"
        )
    )


async def sessions(own: Engine) -> list[str]:
    """Who else could have had them, and what it did last."""
    rows = await own.fetch(
        "SELECT concat_ws(' ', application_name, usename, state, state_change::time, left(query, 80))"
        " FROM pg_stat_activity WHERE datname IS NOT NULL"
    )
    return [str(row[0]) for row in rows]


async def test_an_idle_worker_leaves_the_database_in_peace(engine: Engines, unattended: None) -> None:
    kinds = [Kind(name=name) for name in ("work", "second", "third")]
    own = await engine(kinds, {kind.name: done for kind in kinds}, lease_seconds=15)
    await own.until(await own.start_job())
    seconds = 10.0

    counts = [await statements(own)]
    while len(counts) < 5 and (len(counts) == 1 or counts[-1] - counts[-2] > 4 * seconds):
        await asyncio.sleep(seconds)
        counts.append(await statements(own))

    # Three kinds that look every five seconds, a timer, a reaper, a renewal. What was done before is told in the first
    # ten seconds, or later where the machine is busy; what is done all the time is in every count.
    assert counts[-1] - counts[-2] <= 4 * seconds, f"{counts}, sessions: {await sessions(own)}"
