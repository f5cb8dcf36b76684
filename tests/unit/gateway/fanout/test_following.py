"""Which stream tells of which work."""

from collections.abc import Mapping
from typing import Any

from atelier.engager.v1 import engagement_service_pb2 as engager_pb
from atelier.gateway.v1 import gateway_service_pb2 as pb
from atelier.generator.v1 import generation_service_pb2 as generation_pb
from atelier.resolver.v1 import scan_service_pb2 as scan_pb
from atelier.reviewer.v1 import review_service_pb2 as review_pb

from chassis.validation import violations
from gateway.fanout.following import courses_of
from gateway.fanout.watched import ACTIVITY_STATES, COURSES, GENERATION_STATES, REVIEW_STATES, SCAN_STATES


def test_activities_share_one_stream_and_all_else_has_its_own() -> None:
    names = [
        "resolver/scans/1",
        "engager/activities/1",
        "resolver/scans/2",
        "reviewer/reviews/1",
        "engager/activities/2",
    ]

    found = [(course.service, those) for course, those in courses_of(names)]

    assert found == [
        ("resolver", ["resolver/scans/1"]),
        ("resolver", ["resolver/scans/2"]),
        ("reviewer", ["reviewer/reviews/1"]),
        ("engager", ["engager/activities/1", "engager/activities/2"]),
    ]


def test_every_kind_of_work_that_can_be_watched_may_be_named() -> None:
    request = pb.WatchBatchRequest(names=[f"{kind}/0190a0b0-0000-7000-8000-000000000001" for kind in COURSES])

    assert violations(request) == []


def test_every_state_of_every_kind_of_work_is_a_state_of_work() -> None:
    kinds: list[tuple[Mapping[Any, Any], Any]] = [
        (SCAN_STATES, scan_pb.ScanState),
        (GENERATION_STATES, generation_pb.GenerationState),
        (REVIEW_STATES, review_pb.ReviewState),
        (ACTIVITY_STATES, engager_pb.ActivityState),
    ]

    for states, enum in kinds:
        assert set(states) == set(enum.values()) - {0}
