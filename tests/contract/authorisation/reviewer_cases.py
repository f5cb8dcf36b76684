"""The reviewer's methods: all there is has an owner."""

from collections.abc import Mapping

from atelier.reviewer.v1 import overview_service_pb2 as overview_pb
from atelier.reviewer.v1 import quota_service_pb2 as quota_pb
from atelier.reviewer.v1 import repository_service_pb2 as repository_pb
from atelier.reviewer.v1 import review_service_pb2 as pb

from tests.contract.authorisation.case import Case, of_caller, of_one, of_owner
from tests.contract.authorisation.requests import repository_of, review_of, snapshot_of
from tests.contract.authorisation.things import OWNER, Things


def architecture_of(own: Things) -> pb.CreateReviewRequest:
    """A review of a snapshot's architecture."""
    target = pb.ArchitectureTarget(snapshot_id=own.snapshot_id)
    return pb.CreateReviewRequest(request_id="architecture", architecture=target)


MISSING = "REVIEW_NOT_FOUND"

CASES: Mapping[str, list[Case]] = {
    "CreateReview": [of_caller(lambda _: review_of("ended")), of_one("SNAPSHOT_NOT_FOUND", architecture_of)],
    "GetReview": [of_one(MISSING, lambda own: pb.GetReviewRequest(review_id=own.review_id))],
    "ListReviews": [
        of_owner(lambda _: pb.ListReviewsRequest(owner=OWNER)),
        of_caller(lambda _: pb.ListReviewsRequest()),
    ],
    "WatchReview": [of_one(MISSING, lambda own: pb.WatchReviewRequest(review_id=own.review_id))],
    "CancelReview": [of_one(MISSING, lambda own: pb.CancelReviewRequest(review_id=own.waiting_review_id))],
    "ExportSarif": [of_one(MISSING, lambda own: pb.ExportSarifRequest(review_id=own.review_id), shown=False)],
    "DismissFinding": [
        of_one("FINDING_NOT_FOUND", lambda own: pb.DismissFindingRequest(finding_id=own.finding_id, reason="Known."))
    ],
    "CreateRepository": [of_caller(lambda _: repository_of("code"))],
    "ListRepositories": [of_caller(lambda _: repository_pb.ListRepositoriesRequest())],
    "CreateSnapshot": [of_one("REPOSITORY_NOT_FOUND", lambda own: snapshot_of(own.repository_id))],
    "ListSnapshots": [
        of_one(
            "REPOSITORY_NOT_FOUND",
            lambda own: repository_pb.ListSnapshotsRequest(repository_id=own.repository_id),
        )
    ],
    "ReviewSnapshot": [
        of_one(
            "SNAPSHOT_NOT_FOUND",
            lambda own: repository_pb.ReviewSnapshotRequest(request_id="snapshot", snapshot_id=own.snapshot_id),
        )
    ],
    "GetQuota": [
        of_owner(lambda _: quota_pb.GetQuotaRequest(owner=OWNER)),
        of_caller(lambda _: quota_pb.GetQuotaRequest()),
    ],
    "GetOverview": [
        of_owner(lambda _: overview_pb.GetOverviewRequest(owner=OWNER)),
        of_caller(lambda _: overview_pb.GetOverviewRequest()),
    ],
    "SetPlan": [of_owner(lambda _: quota_pb.SetPlanRequest(owner=OWNER, plan=quota_pb.PLAN_PRO))],
}
