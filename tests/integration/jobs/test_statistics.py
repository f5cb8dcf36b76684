"""The queues as metrics and as health."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import structlog
from grpc_health.v1.health_pb2 import HealthCheckResponse
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from pydantic import SecretStr
from structlog.testing import LogCapture

from chassis.errors import Unavailable
from chassis.postgres import Database
from jobs.job import Lane, NewJob
from jobs.kinds import Kind
from jobs.statistics import QueueStatistics
from tests.integration.chassis.conftest import Until
from tests.integration.chassis.conftest import until as until
from tests.integration.jobs.rig import STUCK_SECONDS, Rig

SERVING, NOT_SERVING = HealthCheckResponse.SERVING, HealthCheckResponse.NOT_SERVING


class Seen:
    """Statistics that look often, and the numbers they export."""

    def __init__(self, database: Database, kinds: list[Kind]) -> None:
        self.capture = LogCapture()
        log: Any = structlog.wrap_logger(
            None, processors=[self.capture], wrapper_class=structlog.make_filtering_bound_logger(0)
        )
        self._reader = InMemoryMetricReader()
        self._provider = MeterProvider(metric_readers=[self._reader])
        self.statistics = QueueStatistics(
            database=database,
            kinds={kind.name: kind for kind in kinds},
            stuck_seconds=STUCK_SECONDS,
            meter=self._provider.get_meter("test"),
            log=log,
            look_seconds=0.02,
        )

    def values(self, name: str) -> dict[tuple[str, ...], float]:
        """A gauge's values by its labels."""
        data = self._reader.get_metrics_data()
        if data is None:
            return {}
        points: list[Any] = [
            point
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
            for point in metric.data.data_points
        ]
        return {
            tuple(str(value) for _, value in sorted((point.attributes or {}).items())): point.value for point in points
        }

    def value(self, name: str, *labels: str) -> float | None:
        """One of them."""
        return self.values(name).get(labels)

    def close(self) -> None:
        """Export no more."""
        self._provider.shutdown()


@pytest.fixture
async def seen(database: Database, kinds: list[Kind]) -> AsyncIterator[Seen]:
    seen = Seen(database, kinds)
    yield seen
    await seen.statistics.stop()
    seen.close()


async def test_depth_age_and_counts_follow_the_queues(rig: Rig, seen: Seen, until: Until) -> None:
    (failed,) = await rig.enqueue(NewJob(kind="toil", owner="ann"))
    await rig.end(failed, "FAILED", "INVALID")
    await rig.enqueue(
        *[NewJob(kind="toil", owner="ann", lane=Lane.LOW)] * 3, NewJob(kind="keyed", owner="a", concurrency_key="k")
    )
    await rig.execute("UPDATE jobs SET run_at = now() - interval '1 minute' WHERE lane = 3")

    await seen.statistics.start()

    depth = seen.values("jobs.depth")
    assert (depth["toil", "LOW"], depth["toil", "HIGH"], depth["keyed", "NORMAL"]) == (3, 0, 1)
    assert 60 <= seen.values("jobs.oldest_age_seconds")["toil", "LOW"] < 90
    assert seen.values("jobs.failed") == {("idle",): 0, ("keyed",): 0, ("toil",): 1}
    await rig.claim("toil", limit=2)
    await until(lambda: seen.value("jobs.running", "toil") == 2)
    await rig.execute("UPDATE jobs SET state = 'SCHEDULED' WHERE state = 'QUEUED'")
    await until(lambda: seen.value("jobs.scheduled", "toil") == 1)
    assert seen.values("jobs.depth")["toil", "LOW"] == 0


async def test_a_stuck_queue_fails_its_health_and_is_logged_once_until_it_moves(
    rig: Rig, seen: Seen, until: Until
) -> None:
    await rig.enqueue(NewJob(kind="toil", owner="ann"))
    await seen.statistics.start()
    well = await seen.statistics.check()
    await rig.execute("UPDATE jobs SET run_at = now() - interval '1 hour'")
    await until(lambda: seen.value("jobs.stuck", "toil") == 1)
    ill = await seen.statistics.check()
    await rig.claim("toil")
    await until(lambda: seen.value("jobs.stuck", "toil") == 0)

    assert set(well.values()) == {SERVING}
    assert ill == {"queues": NOT_SERVING, "queue/idle": SERVING, "queue/keyed": SERVING, "queue/toil": NOT_SERVING}
    assert set((await seen.statistics.check()).values()) == {SERVING}
    assert [(one["event"], one["kind"]) for one in seen.capture.entries] == [
        ("queue is stuck", "toil"),
        ("queue moves again", "toil"),
    ]


async def test_health_names_every_queue_and_serves_whatever_becomes_of_them(seen: Seen) -> None:
    dependency = seen.statistics.dependency

    assert (dependency.name, dependency.required) == ("queues", False)
    assert list(dependency.parts) == ["queue/idle", "queue/keyed", "queue/toil"]


async def test_what_is_not_known_is_neither_zero_nor_well(kinds: list[Kind], meter: Any) -> None:
    nowhere = Database(
        url=SecretStr("postgresql://nobody@127.0.0.1:1/x"),
        schema="x",
        pool_size=1,
        statement_timeout_seconds=5,
        meter=meter,
    )
    seen = Seen(nowhere, kinds)
    await nowhere.start()
    try:
        await seen.statistics.start()

        assert seen.values("jobs.depth") == {}
        with pytest.raises(Unavailable):
            await seen.statistics.check()
    finally:
        await seen.statistics.stop()
        await nowhere.stop()
        seen.close()
