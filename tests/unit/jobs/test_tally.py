"""Counts and histograms as Prometheus knows them, for a tenth of an instrument's cost."""

from collections.abc import Mapping

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from jobs.tally import BUCKETS_SECONDS, Tally


@pytest.fixture
def reader() -> InMemoryMetricReader:
    return InMemoryMetricReader()


@pytest.fixture
def tally(reader: InMemoryMetricReader) -> Tally:
    return Tally(MeterProvider([reader]).get_meter("test"))


def told(reader: InMemoryMetricReader, name: str) -> Mapping[tuple[str, ...], float]:
    """The points of a metric, by the values of their labels in the labels' order."""
    data = reader.get_metrics_data()
    metrics = [
        metric
        for resource in (data.resource_metrics if data else [])
        for scope in resource.scope_metrics
        for metric in scope.metrics
        if metric.name == name
    ]
    return {
        tuple(str(value) for _, value in sorted((point.attributes or {}).items())): point.value  # type: ignore[union-attr]
        for metric in metrics
        for point in metric.data.data_points
    }


def test_what_was_counted_is_told_by_kind(tally: Tally, reader: InMemoryMetricReader) -> None:
    tally.attempts("scan", 3)
    tally.attempts("scan", 2)
    tally.attempts("render", 1)

    assert told(reader, "jobs.attempts") == {("scan",): 5, ("render",): 1}


def test_outcomes_are_told_by_class_of_error(tally: Tally, reader: InMemoryMetricReader) -> None:
    tally.outcome("scan", "SUCCEEDED", count=7)
    tally.outcome("scan", "FAILED", "QUOTA")

    # In the order error class, kind, outcome.
    assert told(reader, "jobs.outcomes") == {("", "scan", "SUCCEEDED"): 7, ("QUOTA", "scan", "FAILED"): 1}


@pytest.mark.parametrize(
    ("record", "name"),
    [
        (lambda tally: tally.lease_lost("scan"), "jobs.leases_lost"),
        (lambda tally: tally.rescue("scan"), "jobs.rescues"),
        (lambda tally: tally.release("scan"), "jobs.releases"),
        (lambda tally: tally.rings_sent("scan"), "jobs.rings_sent"),
        (lambda tally: tally.rings_heard("scan", 1), "jobs.rings_heard"),
        (lambda tally: tally.rings_missed("scan"), "jobs.rings_missed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_count_has_a_name(tally: Tally, reader: InMemoryMetricReader, record: object, name: str) -> None:
    record(tally)  # type: ignore[operator]

    assert told(reader, name) == {("scan",): 1}


def test_a_bucket_counts_all_that_took_no_longer(tally: Tally, reader: InMemoryMetricReader) -> None:
    for seconds in (-0.5, 0.0, 0.001, 0.0011, 0.3, 7_200.0):
        tally.run.record("scan", seconds)

    buckets = {bound: count for (_, bound), count in told(reader, "jobs.run_seconds.bucket").items()}
    assert len(buckets) == len(BUCKETS_SECONDS) + 1
    assert [buckets[bound] for bound in ("0.001", "0.0025", "0.25", "0.5", "1800", "+Inf")] == [3, 4, 4, 5, 5, 6]
    assert told(reader, "jobs.run_seconds.sum")["scan",] == pytest.approx(7_200.3021)


def test_nothing_is_told_of_kinds_that_did_nothing(tally: Tally, reader: InMemoryMetricReader) -> None:
    assert told(reader, "jobs.pickup_seconds.bucket") == {}
