"""What the demo saw."""

from dataclasses import dataclass, field
from typing import Any

from atelier.engager.v1.engagement_service_pb2 import Activity
from atelier.gateway.v1.gateway_service_pb2 import WatchedWork
from atelier.resolver.v1.scan_service_pb2 import GetCollectionResponse
from atelier.reviewer.v1.quota_service_pb2 import Quota
from atelier.reviewer.v1.review_service_pb2 import FileReview

from cli.errors import CliError
from cli.exits import ExitCode
from cli.review_summary import Reviewed
from cli.submitting import Submission


@dataclass(slots=True)
class Report:
    """Rows for the person who watches, and what did not come out as it should."""

    resolved: list[dict[str, Any]] = field(default_factory=list)
    identified: list[dict[str, Any]] = field(default_factory=list)
    coverage: dict[str, Any] = field(default_factory=dict)
    batch: Submission = field(default_factory=Submission)
    scan: dict[str, Any] = field(default_factory=dict)
    collection: GetCollectionResponse = field(default_factory=GetCollectionResponse)
    files: list[dict[str, Any]] = field(default_factory=list)
    reviewed: Reviewed = field(default_factory=Reviewed)
    reviewed_files: list[FileReview] = field(default_factory=list)
    reviewed_again: Reviewed = field(default_factory=Reviewed)
    quota: Quota = field(default_factory=Quota)
    activities: list[Activity] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def work_of(self, kind: str) -> list[WatchedWork]:
        """The work of the batch's items of a kind, as it ended."""
        return [work for sent in self.batch.sent if sent.kind == kind for work in self.batch.board.of(sent.names)]

    def expect(self, holds: bool, sentence: str) -> None:
        """Note a failure unless it holds."""
        if not holds:
            self.failures.append(sentence)

    def check(self) -> None:
        """Raises CliError when anything failed."""
        if self.failures:
            raise CliError(f"The demo did not go as it should: {'; '.join(self.failures)}.", ExitCode.SOFTWARE)
