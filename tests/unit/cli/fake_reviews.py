"""A reviewer on a real socket that finds one thing, `eval(`, in files that it looks at while it is watched."""

import json
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from atelier.jobs.v1.jobs_service_pb2 import Progress
from atelier.reviewer.v1 import quota_service_pb2 as quota_pb
from atelier.reviewer.v1 import repository_service_pb2 as repository_pb
from atelier.reviewer.v1 import review_service_pb2 as pb
from atelier.reviewer.v1.quota_service_pb2_grpc import QuotaServiceServicer
from atelier.reviewer.v1.repository_service_pb2_grpc import RepositoryServiceServicer
from atelier.reviewer.v1.review_service_pb2_grpc import ReviewServiceServicer
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money

from chassis.errors import AtelierError, FailedPrecondition, NotFound, Unavailable
from tests.unit.cli.aborting import abort

LOST = Unavailable("The service is leaving.")
SMELL = "eval("
PATCH = "--- a/app.py\n+++ b/app.py\n@@ -1 +1 @@\n-eval(x)\n+int(x)\n"


class FakeReviews(ReviewServiceServicer):
    """Accepts reviews by their request id. Keeps what it was asked."""

    def __init__(self) -> None:
        self.error: AtelierError | None = None
        self.created: list[pb.CreateReviewRequest] = []
        self.requests: list[Any] = []
        self.reviews: dict[str, pb.Review] = {}
        self.severity: Any = pb.SEVERITY_HIGH
        self.category: Any = pb.CATEGORY_SECURITY
        self.status: Any = pb.FINDING_STATUS_NEW
        self.message = "It runs whatever comes."
        self.summary = ""
        self.coverage = pb.Coverage(
            tools=[pb.ToolRun(tool="ruff", status=pb.ToolRun.STATUS_RAN)],
            model=pb.ModelRun(model="local:m", status=pb.ModelRun.STATUS_RAN),
        )
        self.breaks = 0  # so many streams of changes break after their second message

    async def CreateReview(self, request: Any, context: Any) -> Any:
        if self.error is not None:
            await abort(context, self.error)
        self.created.append(request)
        if request.WhichOneof("target") == "debug":
            files = [pb.SourceFile(content=b"eval(")]
        else:
            files = list(request.review.files)
        return pb.CreateReviewResponse(review=self.accept(request.request_id, request.project, files))

    def accept(self, request_id: str, project: str, files: list[pb.SourceFile]) -> pb.Review:
        """The review of that id, as it is accepted; the same again gives the same."""
        review_id = str(uuid5(NAMESPACE_OID, request_id))
        if review_id not in self.reviews:
            self.reviews[review_id] = pb.Review(
                review_id=review_id,
                owner="local",
                project=project,
                kind="review",
                state=pb.REVIEW_STATE_RUNNING,
                progress=Progress(total=len(files)),
                files=[self._look(file) for file in files],
                counts=pb.FindingCounts(by_severity=[0] * 5),
            )
        return _without_files(self.reviews[review_id])

    async def GetReview(self, request: Any, context: Any) -> Any:
        review = await self._find(request, context)
        first = int(request.page_token or 0)
        page = _without_files(review)
        page.files.extend(review.files[first : first + 2])
        return pb.GetReviewResponse(
            review=page, next_page_token=str(first + 2) if first + 2 < len(review.files) else ""
        )

    async def ListReviews(self, request: Any, context: Any) -> Any:
        self.requests.append(request)
        return pb.ListReviewsResponse(reviews=self.reviews.values())

    async def WatchReview(self, request: Any, context: Any) -> Any:
        review = await self._find(request, context)
        done = review.progress.done
        yield _told(review, review.files[:done])
        for number in range(done, len(review.files)):
            self._end(review, review.files[number])
            yield _told(review, [review.files[number]])
            if self.breaks:
                self.breaks -= 1
                await abort(context, LOST)

    async def CancelReview(self, request: Any, context: Any) -> Any:
        review = await self._find(request, context)
        if review.state != pb.REVIEW_STATE_RUNNING:
            await abort(context, FailedPrecondition("The review has ended SUCCEEDED; there is nothing to cancel."))
        review.state = pb.REVIEW_STATE_CANCELLED
        return pb.CancelReviewResponse(review=_without_files(review))

    async def ExportSarif(self, request: Any, context: Any) -> Any:
        review = await self._find(request, context)
        return pb.ExportSarifResponse(sarif=json.dumps(sarif_of(review)).encode())

    async def DismissFinding(self, request: Any, context: Any) -> Any:
        self.requests.append(request)
        finding = pb.Finding(finding_id=request.finding_id, rule="ruff/S307", path="app.py", dismissal=request.reason)
        return pb.DismissFindingResponse(finding=finding)

    async def _find(self, request: Any, context: Any) -> pb.Review:
        if request.review_id not in self.reviews:
            await abort(context, NotFound(f"There is no review {request.review_id!r}."))
        return self.reviews[request.review_id]

    def _look(self, file: pb.SourceFile) -> pb.FileReview:
        findings = [
            self._finding(file.path, number, line.index(SMELL))
            for number, line in enumerate(file.content.decode(errors="replace").split("\n"), start=1)
            if SMELL in line
        ]
        return pb.FileReview(
            path=file.path,
            language="python",
            state=pb.REVIEW_STATE_SUCCEEDED,
            outcome=pb.REVIEW_OUTCOME_COMPLETE,
            coverage=self.coverage,
            findings=findings,
            summary=self.summary,
            usage=pb.Usage(input_tokens=100, output_tokens=10, cost=Money(currency_code="USD", nanos=600_000_000)),
        )

    def _finding(self, path: str, line: int, index: int) -> pb.Finding:
        start = index + 1
        return pb.Finding(
            finding_id=str(uuid5(NAMESPACE_OID, f"{path}:{line}")),
            rule="ruff/S307",
            severity=self.severity,
            category=self.category,
            message=self.message,
            path=path,
            range=pb.CodeRange(start_line=line, start_column=start, end_line=line, end_column=start + len(SMELL)),
            patch=PATCH,
            tools=["ruff", "model"],
            status=self.status,
        )

    def _end(self, review: pb.Review, file: pb.FileReview) -> None:
        review.progress.done += 1
        for finding in file.findings:
            review.counts.by_severity[pb.SEVERITY_CRITICAL - finding.severity] += 1
            review.counts.added += 1
        for name in ("input_tokens", "output_tokens"):
            setattr(review.usage, name, getattr(review.usage, name) + getattr(file.usage, name))
        review.usage.cost.CopyFrom(file.usage.cost)
        if file.coverage.skipped or any(run.status != pb.ToolRun.STATUS_RAN for run in file.coverage.tools):
            review.outcome = pb.REVIEW_OUTCOME_DEGRADED
        if review.progress.done == review.progress.total:
            review.state = pb.REVIEW_STATE_SUCCEEDED
            review.outcome = review.outcome or pb.REVIEW_OUTCOME_COMPLETE


class FakeRepositories(RepositoryServiceServicer):
    """Takes snapshots and reviews them by the fake beside it."""

    def __init__(self, reviews: FakeReviews) -> None:
        self._reviews = reviews
        self.error: AtelierError | None = None
        self.messages: list[list[pb.SourceFile]] = []
        self.revision = ""
        self.lane: Any = None

    async def CreateRepository(self, request: Any, context: Any) -> Any:
        repository_id = str(uuid5(NAMESPACE_OID, request.name))
        repository = repository_pb.Repository(repository_id=repository_id, name=request.name)
        return repository_pb.CreateRepositoryResponse(repository=repository)

    async def CreateSnapshot(self, requests: Any, context: Any) -> Any:
        async for request in requests:
            if request.HasField("head"):
                self.revision = request.head.revision
            else:
                self.messages.append(list(request.files.files))
        if self.error is not None:  # Told once all was heard, as our servers do.
            await abort(context, self.error)
        files = [file for message in self.messages for file in message]
        snapshot = repository_pb.Snapshot(snapshot_id=str(uuid5(NAMESPACE_OID, "one")), files=len(files))
        return repository_pb.CreateSnapshotResponse(snapshot=snapshot)

    async def ReviewSnapshot(self, request: Any, context: Any) -> Any:
        files = [file for message in self.messages for file in message]
        self.lane = request.lane
        review = self._reviews.accept(request.request_id, "", [*files, pb.SourceFile()])
        return repository_pb.ReviewSnapshotResponse(review=review)


class FakeQuotas(QuotaServiceServicer):
    """Gives everybody the same. Keeps what it was asked."""

    def __init__(self) -> None:
        self.requests: list[Any] = []

    async def GetQuota(self, request: Any, context: Any) -> Any:
        self.requests.append(request)
        return quota_pb.GetQuotaResponse(quota=_quota(request.owner or "local", quota_pb.PLAN_LITE, 200_000))

    async def SetPlan(self, request: Any, context: Any) -> Any:
        self.requests.append(request)
        return quota_pb.SetPlanResponse(quota=_quota(request.owner, request.plan, 500_000))


def sarif_of(review: pb.Review) -> dict[str, Any]:
    """A review's findings as the reviewer exports them, as far as it matters here."""
    findings = [finding for file in review.files for finding in file.findings]
    rules = sorted({finding.rule for finding in findings} | {f"rule/{review.review_id}"})
    results = [
        {
            "ruleId": finding.rule,
            "ruleIndex": rules.index(finding.rule),
            "properties": {"severity": pb.Severity.Name(finding.severity).removeprefix("SEVERITY_")},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": finding.path}}}],
        }
        for finding in findings
    ]
    driver = {"name": "Atelier", "rules": [{"id": rule} for rule in rules]}
    return {"version": "2.1.0", "runs": [{"tool": {"driver": driver}, "invocations": [{}], "results": results}]}


def _quota(owner: str, plan: Any, tokens: int) -> quota_pb.Quota:
    return quota_pb.Quota(
        owner=owner,
        plan=plan,
        tokens=quota_pb.Budget(limit=tokens, used=1_000, reserved=9_000),
        requests=quota_pb.Budget(limit=2_000, used=7),
        reset_time=Timestamp(seconds=0),
    )


def _without_files(review: pb.Review) -> pb.Review:
    return pb.Review(**{field.name: value for field, value in review.ListFields() if field.name != "files"})


def _told(review: pb.Review, files: Any) -> pb.WatchReviewResponse:
    told = _without_files(review)
    told.files.extend(files)
    return pb.WatchReviewResponse(review=told)
