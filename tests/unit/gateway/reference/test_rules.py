"""protovalidate and JSON Schema say the same of a request."""

import copy
import json
from collections.abc import Mapping
from typing import Any

import pytest
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message_factory import GetMessageClass

from chassis.validation import violations
from gateway.json import from_json
from gateway.reference.examples import UUID, Examples
from gateway.reference.rules import in_words, keywords, needed_fields, remarks, rules_of
from gateway.schema import load_services, methods_of
from tests.unit.gateway.reference.conftest import Validators

METHODS = methods_of(load_services())
JOB = "resolver/jobs/" + UUID


def is_taken(method: MethodDescriptor, body: Any) -> bool:
    """Whether protovalidate finds nothing wrong with the JSON."""
    return not violations(from_json(json.dumps(body).encode(), GetMessageClass(method.input_type)))


@pytest.mark.parametrize("path", sorted(METHODS))
def test_every_example_keeps_the_rules_of_both(
    path: str, validator_of: Validators, comments: Mapping[str, str]
) -> None:
    method = METHODS[path]

    example = Examples(comments).of(method.input_type)

    assert is_taken(method, example)
    assert validator_of(method.input_type.full_name).is_valid(example)


@pytest.mark.parametrize("path", sorted(METHODS))
def test_without_what_is_needed_both_refuse(path: str, validator_of: Validators, comments: Mapping[str, str]) -> None:
    method = METHODS[path]
    example = Examples(comments).of(method.input_type)

    for name in needed_fields(method.input_type):
        less = copy.deepcopy(example)
        del less[name]
        assert not is_taken(method, less)
        assert not validator_of(method.input_type.full_name).is_valid(less)


@pytest.mark.parametrize(
    ("method", "body", "fine"),
    [
        ("resolver.v1.ScanService/GetScan", {"scanId": UUID}, True),
        ("resolver.v1.ScanService/GetScan", {"scanId": UUID + "0"}, False),
        ("resolver.v1.ScanService/CreateScan", {"requestId": "a" * 101, "detections": [{"detectionId": "a"}]}, False),
        ("resolver.v1.ScanService/CreateScan", {"requestId": "\0", "detections": [{"detectionId": "a"}]}, False),
        ("resolver.v1.ScanService/CreateScan", {"requestId": "a", "detections": []}, False),
        ("jobs.v1.JobsService/GetJob", {"name": JOB}, True),
        ("jobs.v1.JobsService/GetJob", {"name": JOB.upper()}, False),
        ("gateway.v1.GatewayService/GetOverview", {"latest": 50}, True),
        ("gateway.v1.GatewayService/GetOverview", {"latest": 51}, False),
        ("gateway.v1.GatewayService/GetOverview", {"latest": -1}, False),
        ("gateway.v1.GatewayService/SubmitBatch", {"requestId": "a", "items": [{}]}, False),
        ("gateway.v1.GatewayService/SubmitBatch", {"requestId": "a", "items": [{"scan": {}}]}, True),
        ("gateway.v1.GatewayService/SubmitBatch", {"requestId": "a", "items": [{"scan": {}}] * 201}, False),
        ("gateway.v1.GatewayService/WatchBatch", {"names": ["resolver/scans/" + UUID] * 2}, False),
        ("reviewer.v1.QuotaService/SetPlan", {"owner": "a", "plan": "PLAN_UNSPECIFIED"}, False),
    ],
)
def test_both_judge_alike(method: str, body: Any, fine: bool, validator_of: Validators) -> None:
    descriptor = METHODS[f"/atelier.{method}"]

    assert is_taken(descriptor, body) is fine
    assert validator_of(descriptor.input_type.full_name).is_valid(body) is fine


def test_what_schemas_cannot_say_is_said_in_words() -> None:
    request: Any = METHODS["/atelier.generator.v1.GenerationService/CreateGeneration"].input_type

    told = [words for field in request.fields for words in remarks(rules_of(field))]

    assert "must be 0, or 64 to 2048 and a multiple of 8" in told


def test_rules_are_told_in_words() -> None:
    request = METHODS["/atelier.gateway.v1.GatewayService/SubmitBatch"].input_type
    fields = request.fields_by_name

    assert list(in_words(keywords(rules_of(fields["request_id"])))) == ["1 to 100 characters"]
    assert list(in_words(keywords(rules_of(fields["items"])))) == ["1 to 200 items"]
