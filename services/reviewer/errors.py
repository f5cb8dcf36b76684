"""What can be wrong with a request to the reviewer that its proto's rules can't say."""

from collections.abc import Sequence

import grpc
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import error_details_pb2

from chassis.errors import AlreadyExists, AtelierError, FailedPrecondition, NotFound

DOMAIN = "reviewer.atelier"


class ReviewNotFound(NotFound):
    """There is no such review, or it is another owner's."""

    reason = "REVIEW_NOT_FOUND"

    def __init__(self, review_id: str) -> None:
        super().__init__(f"There is no review {review_id!r}.", metadata={"review_id": review_id})


class FindingNotFound(NotFound):
    """There is no such finding, or it is another owner's."""

    reason = "FINDING_NOT_FOUND"

    def __init__(self, finding_id: str) -> None:
        super().__init__(f"There is no finding {finding_id!r}.", metadata={"finding_id": finding_id})


class RepositoryNotFound(NotFound):
    """There is no such repository, or it is another owner's."""

    reason = "REPOSITORY_NOT_FOUND"

    def __init__(self, repository_id: str) -> None:
        super().__init__(f"There is no repository {repository_id!r}.", metadata={"repository_id": repository_id})


class SnapshotNotFound(NotFound):
    """There is no such snapshot, or it is another owner's."""

    reason = "SNAPSHOT_NOT_FOUND"

    def __init__(self, snapshot_id: str) -> None:
        super().__init__(f"There is no snapshot {snapshot_id!r}.", metadata={"snapshot_id": snapshot_id})


class SnapshotTooLarge(AtelierError):
    """There are more files, or more bytes, than a snapshot may have; nothing of it was kept."""

    code = grpc.StatusCode.RESOURCE_EXHAUSTED
    reason = "SNAPSHOT_TOO_LARGE"

    def __init__(self, *, what: str, most: int) -> None:
        """`what`: `files` or `bytes`."""
        super().__init__(
            f"A snapshot has {most:,} {what} at most; send the files that count, such as those that Git knows.",
            metadata={"what": what, "most": str(most)},
        )


class RequestIdUsed(AlreadyExists):
    """The owner has sent something else under the same request id."""

    reason = "REQUEST_ID_USED"

    def __init__(self, request_id: str) -> None:
        super().__init__(
            f"The request_id {request_id!r} was used with other content; choose another one.",
            metadata={"field": "request_id", "request_id": request_id},
        )


class BudgetExhausted(AtelierError):
    """The month's budget can't pay for what was asked; nothing was set aside, and nothing was spent."""

    code = grpc.StatusCode.RESOURCE_EXHAUSTED
    reason = "BUDGET_EXHAUSTED"

    def __init__(self, owner: str, *, what: str, asked: int, left: int, resets_at: str, reset_seconds: int) -> None:
        """`what`: `tokens` or `requests`. The budget begins anew at `resets_at`, in `reset_seconds`."""
        super().__init__(
            f"It may take {asked:,} {what}, and {left:,} are left until {resets_at}; send less, or get another plan.",
            metadata={"what": what, "asked": str(asked), "left": str(left), "resets_at": resets_at},
        )
        self._subject = f"{what}:{owner}"
        self._reset_seconds = reset_seconds

    def details(self) -> Sequence[Message]:
        violation = error_details_pb2.QuotaFailure.Violation(subject=self._subject, description=self.message)
        return (
            error_details_pb2.QuotaFailure(violations=[violation]),
            error_details_pb2.RetryInfo(retry_delay=Duration(seconds=self._reset_seconds)),
        )


class ReviewEnded(FailedPrecondition):
    """The review can't be cancelled, as it is over."""

    reason = "REVIEW_ENDED"

    def __init__(self, review_id: str, state: str) -> None:
        super().__init__(
            f"The review has ended {state}; there is nothing to cancel.",
            metadata={"review_id": review_id, "state": state},
        )


class ReviewRunning(FailedPrecondition):
    """The review is still worked on."""

    reason = "REVIEW_RUNNING"

    def __init__(self, review_id: str) -> None:
        super().__init__("The review hasn't ended; watch it, or cancel it first.", metadata={"review_id": review_id})


class JobOfReview(FailedPrecondition):
    """The job is a review's, whose budget came back when it ended; a new review does it again."""

    reason = "JOB_OF_REVIEW"

    def __init__(self, review_id: str) -> None:
        super().__init__(
            f"It is a job of the review {review_id}, which has ended; create a new review.",
            metadata={"review_id": review_id},
        )


class ContentDamaged(AtelierError):
    """The object store gave something else than was put there."""

    reason = "CONTENT_DAMAGED"

    def __init__(self, sha256: str) -> None:
        super().__init__(f"The object store's copy of {sha256} is damaged.", metadata={"sha256": sha256})
