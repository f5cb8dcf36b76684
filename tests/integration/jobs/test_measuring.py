"""What the metrics of a worker say, and what it costs when there is nothing to do."""

import asyncio
from collections.abc import AsyncIterator, Mapping

import pytest
from opentelemetry.metrics import Meter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from jobs.job import ErrorClass, NewJob
from jobs.kinds import Kind
from jobs.outcomes import Done, Failed, Outcome
from jobs.running import Job
from tests.conftest import Schema
from tests.counted_database import CountedDatabase
from tests.integration.jobs.engine import WORK, Engines, done


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
async def counted(schema: Schema, meter: Meter) -> AsyncIterator[CountedDatabase]:
    """The test's schema, which counts its users: the server tells those of all tests in one."""
    database = CountedDatabase(
        url=schema.url, schema=schema.name, pool_size=10, statement_timeout_seconds=30, meter=meter
    )
    await database.start()
    yield database
    await database.stop()


async def test_an_idle_worker_leaves_the_database_in_peace(engine: Engines, counted: CountedDatabase) -> None:
    kinds = [Kind(name=name) for name in ("work", "second", "third")]
    own = await engine(kinds, {kind.name: done for kind in kinds}, lease_seconds=15, database=counted)
    await own.until(await own.start_job())
    seconds = 10.0

    await asyncio.sleep(1)  # for what comes after the job
    before = counted.used
    await asyncio.sleep(seconds)
    used = counted.used - before

    # Three kinds that look every five seconds, a timer, a reaper, a renewal.
    assert 0 < used <= 2 * seconds
