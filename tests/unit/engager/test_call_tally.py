"""Calls of connectors as metrics."""

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from jobs.job import ErrorClass
from services.engager.call_tally import CallTally
from services.engager.connectors.connector import Answer, Failure, Happened, Uncertain


def test_calls_are_counted_by_connector_outcome_and_class_of_error() -> None:
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader])
    tally = CallTally(provider.get_meter("test"))

    for _ in range(2):
        tally.count("WEBHOOK", Happened(Answer(status=200)))
    tally.count("WEBHOOK", Failure(Answer(status=401), ErrorClass.AUTH, "No."))
    tally.count("WEBHOOK", Uncertain(Answer(), ErrorClass.TIMEOUT, "It gave no answer."))
    data = reader.get_metrics_data()
    provider.shutdown()

    assert data is not None
    [metric] = data.resource_metrics[0].scope_metrics[0].metrics
    counts = {tuple((point.attributes or {}).values()): point.value for point in metric.data.data_points}  # type: ignore[union-attr]
    assert metric.name == "engager.calls"
    assert counts == {
        ("WEBHOOK", "SUCCEEDED", ""): 2,
        ("WEBHOOK", "FAILED", "AUTH"): 1,
        ("WEBHOOK", "UNCERTAIN", "TIMEOUT"): 1,
    }
