"""The kinds of work a batch watches: how each service is asked for its stream, and what its answers say of the work."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from atelier.engager.v1 import engagement_service_pb2 as engager_pb
from atelier.engager.v1.engagement_service_pb2_grpc import EngagementServiceStub
from atelier.gateway.v1 import gateway_service_pb2 as pb
from atelier.generator.v1 import generation_service_pb2 as generation_pb
from atelier.generator.v1.generation_service_pb2_grpc import GenerationServiceStub
from atelier.jobs.v1.jobs_service_pb2 import Progress
from atelier.resolver.v1 import scan_service_pb2 as scan_pb
from atelier.resolver.v1.scan_service_pb2_grpc import ScanServiceStub
from atelier.reviewer.v1 import review_service_pb2 as review_pb
from atelier.reviewer.v1.review_service_pb2_grpc import ReviewServiceStub

from gateway.fanout.services import Method

RUNNING, SUCCEEDED, FAILED, CANCELLED = (
    pb.WORK_STATE_RUNNING,
    pb.WORK_STATE_SUCCEEDED,
    pb.WORK_STATE_FAILED,
    pb.WORK_STATE_CANCELLED,
)
# A newer service's own.
UNKNOWN = pb.WORK_STATE_UNSPECIFIED
SCAN_STATES = {
    scan_pb.SCAN_STATE_PENDING: RUNNING,
    scan_pb.SCAN_STATE_SUCCEEDED: SUCCEEDED,
    scan_pb.SCAN_STATE_FAILED: FAILED,
    scan_pb.SCAN_STATE_CANCELLED: CANCELLED,
}
GENERATION_STATES = {
    generation_pb.GENERATION_STATE_RUNNING: RUNNING,
    generation_pb.GENERATION_STATE_SUCCEEDED: SUCCEEDED,
    generation_pb.GENERATION_STATE_PARTIALLY_SUCCEEDED: pb.WORK_STATE_PARTIALLY_SUCCEEDED,
    generation_pb.GENERATION_STATE_FAILED: FAILED,
    generation_pb.GENERATION_STATE_CANCELLED: CANCELLED,
}
REVIEW_STATES = {
    review_pb.REVIEW_STATE_RUNNING: RUNNING,
    review_pb.REVIEW_STATE_SUCCEEDED: SUCCEEDED,
    review_pb.REVIEW_STATE_FAILED: FAILED,
    review_pb.REVIEW_STATE_CANCELLED: CANCELLED,
}
ACTIVITY_STATES = {
    engager_pb.ACTIVITY_STATE_WAITING: RUNNING,
    engager_pb.ACTIVITY_STATE_HELD: RUNNING,
    engager_pb.ACTIVITY_STATE_RUNNING: RUNNING,
    engager_pb.ACTIVITY_STATE_SUCCEEDED: SUCCEEDED,
    engager_pb.ACTIVITY_STATE_FAILED: FAILED,
    engager_pb.ACTIVITY_STATE_UNCERTAIN: FAILED,
    engager_pb.ACTIVITY_STATE_SKIPPED: FAILED,
    engager_pb.ACTIVITY_STATE_CANCELLED: CANCELLED,
}


class Look(NamedTuple):
    """How one piece of work is asked for by its id."""

    method: Method
    request: Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Course:
    """How work of one kind is watched.

    Without `look` each piece has a stream of its own, whose end is its end. With it all have one, which is refused when
    one of them isn't there; each is told whole by every answer, and to look finds out which.
    """

    service: str
    method: Method
    request: Callable[[list[str]], Any]
    told: Callable[[Any], Iterable[pb.WatchedWork]]
    look: Look | None = None


def _scan(answer: scan_pb.WatchScanResponse) -> Iterator[pb.WatchedWork]:
    scan = answer.scan
    name, state = f"resolver/scans/{scan.scan_id}", SCAN_STATES.get(scan.state, UNKNOWN)
    yield pb.WatchedWork(name=name, state=state, progress=scan.progress, scan=scan)


def _generation(answer: generation_pb.WatchGenerationResponse) -> Iterator[pb.WatchedWork]:
    one = answer.generation
    name, state = f"generator/generations/{one.generation_id}", GENERATION_STATES.get(one.state, UNKNOWN)
    yield pb.WatchedWork(name=name, state=state, progress=one.progress, generation=one)


def _review(answer: review_pb.WatchReviewResponse) -> Iterator[pb.WatchedWork]:
    review = answer.review
    name, state = f"reviewer/reviews/{review.review_id}", REVIEW_STATES.get(review.state, UNKNOWN)
    yield pb.WatchedWork(name=name, state=state, progress=review.progress, review=review)


def _activities(answer: engager_pb.WatchActivitiesResponse) -> Iterator[pb.WatchedWork]:
    for one in answer.activities:
        name, state = f"engager/activities/{one.activity_id}", ACTIVITY_STATES.get(one.state, UNKNOWN)
        progress = Progress(done=int(state not in (RUNNING, UNKNOWN)), total=1)
        yield pb.WatchedWork(name=name, state=state, progress=progress, activity=one)


# By the part of a name before its id.
COURSES: Mapping[str, Course] = {
    "resolver/scans": Course(
        service="resolver",
        method=lambda channel: ScanServiceStub(channel).WatchScan,
        request=lambda ids: scan_pb.WatchScanRequest(scan_id=ids[0]),
        told=_scan,
    ),
    "generator/generations": Course(
        service="generator",
        method=lambda channel: GenerationServiceStub(channel).WatchGeneration,
        request=lambda ids: generation_pb.WatchGenerationRequest(generation_id=ids[0]),
        told=_generation,
    ),
    "reviewer/reviews": Course(
        service="reviewer",
        method=lambda channel: ReviewServiceStub(channel).WatchReview,
        request=lambda ids: review_pb.WatchReviewRequest(review_id=ids[0]),
        told=_review,
    ),
    "engager/activities": Course(
        service="engager",
        method=lambda channel: EngagementServiceStub(channel).WatchActivities,
        request=lambda ids: engager_pb.WatchActivitiesRequest(activity_ids=ids),
        told=_activities,
        look=Look(
            method=lambda channel: EngagementServiceStub(channel).GetActivity,
            request=lambda activity_id: engager_pb.GetActivityRequest(activity_id=activity_id),
        ),
    ),
}
