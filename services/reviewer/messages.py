"""Between reviews as they stand in the tables and the proto's messages; nothing is decided here."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from atelier.jobs.v1 import jobs_service_pb2 as jobs_pb
from atelier.reviewer.v1 import review_service_pb2 as pb
from google.type.money_pb2 import Money

from chassis.times import set_time
from jobs.messages import error_of
from services.reviewer.reviewing import ReviewView
from services.reviewer.store import Row

STATES: Mapping[str, Any] = {name.removeprefix("REVIEW_STATE_"): number for name, number in pb.ReviewState.items()}
STATE_WORDS: Mapping[Any, str] = {number: name for name, number in STATES.items()}
OUTCOMES: Mapping[str, Any] = {
    name.removeprefix("REVIEW_OUTCOME_"): number for name, number in pb.ReviewOutcome.items()
}
CATEGORIES: Mapping[str, Any] = {name.removeprefix("CATEGORY_"): number for name, number in pb.Category.items()}
STATUSES: Mapping[str, Any] = {
    name.removeprefix("FINDING_STATUS_"): number for name, number in pb.FindingStatus.items()
}
TOOL_STATUSES: Mapping[str, Any] = {name.removeprefix("STATUS_"): number for name, number in pb.ToolRun.Status.items()}
MODEL_STATUSES: Mapping[str, Any] = {
    name.removeprefix("STATUS_"): number for name, number in pb.ModelRun.Status.items()
}
_NANO = Decimal(10) ** 9


def review_message(view: ReviewView) -> pb.Review:
    """A review with the view's files."""
    review = summary_message(view.row)
    findings: dict[int, list[Row | Mapping[str, Any]]] = defaultdict(list)
    for row in view.findings:
        findings[row["number"]].append(row)
    review.files.extend(_file(row, findings[row["number"]]) for row in view.parts)
    return review


def summary_message(row: Row) -> pb.Review:
    """A review without its files, out of a row of get_review or list_reviews."""
    review = pb.Review(
        review_id=str(row["review_id"]),
        owner=row["owner"],
        project=row["project"],
        kind=row["kind"],
        state=STATES[row["state"]],
        outcome=OUTCOMES[row["outcome"] or "UNSPECIFIED"],
        progress=jobs_pb.Progress(done=row["succeeded"] + row["failed"] + row["cancelled"], total=row["total"]),
        counts=_counts(row["counts"]),
        usage=_usage(row),
        snapshot_id=str(row["snapshot_id"] or ""),
    )
    set_time(review.create_time, row["created_at"])
    if row["ended_at"] is not None:
        set_time(review.end_time, row["ended_at"])
    return review


def finding_message(row: Row | Mapping[str, Any]) -> pb.Finding:
    """A finding out of a row of list_findings."""
    finding = pb.Finding(
        finding_id=str(row["finding_id"]),
        fingerprint=row["fingerprint"],
        rule=row["rule"],
        severity=row["severity"],
        category=CATEGORIES[row["category"]],
        message=row["message"],
        path=row["path"],
        patch=row["patch"],
        tools=row["tools"],
        confidence=row["confidence"],
        status=STATUSES[row["status"]],
        dismissal=row["dismissal"],
    )
    if row["start_line"] is not None:
        finding.range.start_line, finding.range.start_column = row["start_line"], row["start_column"]
        finding.range.end_line, finding.range.end_column = row["end_line"], row["end_column"]
    return finding


def state_word(state: Any) -> str:
    """The tables' word for a state; empty when none is meant."""
    return STATE_WORDS[state] if state else ""


def _file(row: Row, findings: Iterable[Row | Mapping[str, Any]]) -> pb.FileReview:
    file = pb.FileReview(
        path=row["path"],
        language=row["language"],
        state=STATES[row["state"]],
        outcome=OUTCOMES[row["outcome"] or "UNSPECIFIED"],
        findings=map(finding_message, findings),
        summary=row["summary"],
        usage=_usage(row),
        job="" if row["job_id"] is None else f"reviewer/jobs/{row['job_id']}",
    )
    if row["coverage"] is not None:
        file.coverage.CopyFrom(_coverage(json.loads(row["coverage"])))
    for name, seconds in json.loads(row["steps"] or "[]"):
        file.steps.add(name=name).duration.FromNanoseconds(round(seconds * 1e9))
    if row["error_class"] is not None:
        file.error.CopyFrom(error_of(row["error_class"], row["error_message"], row["error_at"]))
    return file


def _coverage(document: Mapping[str, Any]) -> pb.Coverage:
    model = document["model"]
    return pb.Coverage(
        skipped=document["skipped"],
        tools=[pb.ToolRun(**{**tool, "status": TOOL_STATUSES[tool["status"]]}) for tool in document["tools"]],
        model=model and pb.ModelRun(**{**model, "status": MODEL_STATUSES[model["status"]]}),
        secrets=document["secrets"],
        dropped=document["dropped"],
    )


def _counts(counts: list[int]) -> pb.FindingCounts:
    added, persisting, fixed, dismissed, *by_severity = counts
    return pb.FindingCounts(
        added=added, persisting=persisting, fixed=fixed, dismissed=dismissed, by_severity=by_severity
    )


def _usage(row: Row) -> pb.Usage:
    return pb.Usage(
        input_tokens=row["input_tokens"],
        output_tokens=row["output_tokens"],
        saved_tokens=row["saved_tokens"],
        cost=None if row["cost"] is None else _money(row["cost"]),
    )


def _money(dollars: Decimal) -> Money:
    units, nanos = divmod(round(dollars * _NANO), 10**9)
    return Money(currency_code="USD", units=units, nanos=nanos)
