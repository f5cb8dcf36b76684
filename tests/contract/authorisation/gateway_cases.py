"""The gateway's own methods: it asks the services with the caller's token, and each says what it would have said."""

from collections.abc import Callable, Mapping

from atelier.gateway.v1 import gateway_service_pb2 as pb

from tests.contract.authorisation.case import Case, of_all, of_caller, of_one
from tests.contract.authorisation.requests import likes_of, scan_of
from tests.contract.authorisation.reviewer_cases import architecture_of
from tests.contract.authorisation.things import Things


def batch_of(**work: object) -> pb.SubmitBatchRequest:
    """A batch of one item."""
    return pb.SubmitBatchRequest(request_id="authorisation", items=[pb.BatchItem(**work)])  # type: ignore[arg-type]


def review_in_batch(own: Things) -> pb.SubmitBatchRequest:
    """A batch with a review of a snapshot."""
    item = architecture_of(own)
    item.ClearField("request_id")
    return batch_of(review=item)


def watch_of(reason: str, name: Callable[[Things], str]) -> Case:
    """A watch of one piece of work."""
    return of_one(
        reason, lambda own: pb.WatchBatchRequest(names=[name(own)]), inside=lambda answer: answer.work[0].problem
    )


CASES: Mapping[str, list[Case]] = {
    "SubmitBatch": [
        of_caller(lambda _: batch_of(scan=scan_of(""))),
        of_one("SNAPSHOT_NOT_FOUND", review_in_batch, inside=lambda answer: answer.results[0].error),
        of_one(
            "POD_NOT_FOUND",
            lambda own: batch_of(activities=likes_of(own.pod_id, own.account_id, "post-1")),
            alone=True,
            inside=lambda answer: answer.results[0].accepted.activities.results[0].error,
        ),
    ],
    "WatchBatch": [
        watch_of("SCAN_NOT_FOUND", lambda own: f"resolver/scans/{own.scan_id}"),
        watch_of("GENERATION_NOT_FOUND", lambda own: f"generator/generations/{own.generation_id}"),
        watch_of("REVIEW_NOT_FOUND", lambda own: f"reviewer/reviews/{own.review_id}"),
        watch_of("ACTIVITY_NOT_FOUND", lambda own: f"engager/activities/{own.ended_activity_id}"),
    ],
    "GetOverview": [of_caller(lambda _: pb.GetOverviewRequest())],
    "GetSystem": [of_all(lambda _: pb.GetSystemRequest())],
}
