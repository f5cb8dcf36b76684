"""The parts of an overview: what each service is asked, and where its answer is shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from atelier.engager.v1 import engagement_service_pb2 as engager_pb
from atelier.engager.v1.engagement_service_pb2_grpc import EngagementServiceStub
from atelier.gateway.v1 import gateway_service_pb2 as pb
from atelier.generator.v1 import credit_service_pb2 as credit_pb
from atelier.generator.v1 import generation_service_pb2 as generation_pb
from atelier.generator.v1.credit_service_pb2_grpc import CreditServiceStub
from atelier.generator.v1.generation_service_pb2_grpc import GenerationServiceStub
from atelier.jobs.v1 import jobs_service_pb2 as jobs_pb
from atelier.jobs.v1.jobs_service_pb2_grpc import JobsServiceStub
from atelier.resolver.v1 import scan_service_pb2 as scan_pb
from atelier.resolver.v1.scan_service_pb2_grpc import ScanServiceStub
from atelier.reviewer.v1 import quota_service_pb2 as quota_pb
from atelier.reviewer.v1 import review_service_pb2 as review_pb
from atelier.reviewer.v1.quota_service_pb2_grpc import QuotaServiceStub
from atelier.reviewer.v1.review_service_pb2_grpc import ReviewServiceStub

from gateway.fanout.services import Method

RUNNING_TOLD = 100
UNENDED_JOBS = (jobs_pb.STATE_SCHEDULED, jobs_pb.STATE_QUEUED, jobs_pb.STATE_RUNNING)
UNENDED_ACTIVITIES = (
    engager_pb.ACTIVITY_STATE_WAITING,
    engager_pb.ACTIVITY_STATE_HELD,
    engager_pb.ACTIVITY_STATE_RUNNING,
)


@dataclass(frozen=True, slots=True)
class Part:
    """One part, `<service>/<what>`. `request` is made of the owner and how many of the latest to tell."""

    name: str
    method: Method
    request: Callable[[str, int], Any]
    show: Callable[[pb.GetOverviewResponse, Any], None]

    @property
    def service(self) -> str:
        """Who is asked."""
        return self.name.partition("/")[0]


def _jobs(service: str) -> Part:
    return Part(
        f"{service}/jobs",
        lambda channel: JobsServiceStub(channel).ListJobs,
        lambda owner, _: jobs_pb.ListJobsRequest(
            parent=service, states=UNENDED_JOBS, owner=owner, page_size=RUNNING_TOLD
        ),
        lambda overview, answer: overview.running.extend(answer.jobs),
    )


PARTS: Sequence[Part] = (
    Part(
        "resolver/collection",
        lambda channel: ScanServiceStub(channel).GetCollection,
        lambda owner, _: scan_pb.GetCollectionRequest(owner=owner),
        lambda overview, answer: overview.collection.CopyFrom(answer),
    ),
    Part(
        "resolver/scans",
        lambda channel: ScanServiceStub(channel).ListScans,
        lambda owner, latest: scan_pb.ListScansRequest(owner=owner, page_size=latest),
        lambda overview, answer: overview.scans.extend(answer.scans),
    ),
    _jobs("resolver"),
    Part(
        "generator/credits",
        lambda channel: CreditServiceStub(channel).GetBalance,
        lambda owner, _: credit_pb.GetBalanceRequest(owner=owner),
        lambda overview, answer: overview.credits.CopyFrom(answer.balance),
    ),
    Part(
        "generator/generations",
        lambda channel: GenerationServiceStub(channel).ListGenerations,
        lambda owner, latest: generation_pb.ListGenerationsRequest(owner=owner, page_size=latest),
        lambda overview, answer: overview.generations.extend(answer.generations),
    ),
    _jobs("generator"),
    Part(
        "reviewer/quota",
        lambda channel: QuotaServiceStub(channel).GetQuota,
        lambda owner, _: quota_pb.GetQuotaRequest(owner=owner),
        lambda overview, answer: overview.quota.CopyFrom(answer.quota),
    ),
    Part(
        "reviewer/reviews",
        lambda channel: ReviewServiceStub(channel).ListReviews,
        lambda owner, latest: review_pb.ListReviewsRequest(owner=owner, page_size=latest),
        lambda overview, answer: overview.reviews.extend(answer.reviews),
    ),
    _jobs("reviewer"),
    Part(
        "engager/activities",
        lambda channel: EngagementServiceStub(channel).ListActivities,
        lambda owner, latest: engager_pb.ListActivitiesRequest(
            owner=owner, states=UNENDED_ACTIVITIES, page_size=latest
        ),
        lambda overview, answer: overview.activities.extend(answer.activities),
    ),
    _jobs("engager"),
)
