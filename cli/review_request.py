"""What the options of `atelier review` ask for, as the messages it is sent as."""

from collections.abc import Sequence
from dataclasses import dataclass

from atelier.reviewer.v1.repository_service_pb2 import ReviewSnapshotRequest
from atelier.reviewer.v1.review_service_pb2 import CreateReviewRequest, DebugTarget, FileTarget, SourceFile

from cli.work_options import content_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is asked for alike of every review of a command. `prefix` is what its request id begins with.

    Without a `lane`, the many files of a snapshot let all others go first.
    """

    project: str
    secret_policy: str
    lane: str | None
    prefix: str

    def of_files(self, files: Sequence[SourceFile]) -> CreateReviewRequest:
        """A review of up to 100 files."""
        return self._create(CreateReviewRequest(review=FileTarget(files=files)))

    def of_error(self, error: str, files: Sequence[SourceFile]) -> CreateReviewRequest:
        """An explanation of an error by the code around it."""
        return self._create(CreateReviewRequest(debug=DebugTarget(files=files, error=error)))

    def of_snapshot(self, snapshot_id: str) -> ReviewSnapshotRequest:
        """A review of a whole repository."""
        lane = self.lane or "LANE_LOW"
        request = ReviewSnapshotRequest(snapshot_id=snapshot_id, secret_policy=self.secret_policy, lane=lane)
        request.request_id = content_id(self.prefix, request)
        return request

    def _create(self, request: CreateReviewRequest) -> CreateReviewRequest:
        common = CreateReviewRequest(project=self.project, secret_policy=self.secret_policy, lane=self.lane)
        request.MergeFrom(common)
        request.request_id = content_id(self.prefix, request)
        return request
