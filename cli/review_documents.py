"""Reviews, their files and findings as plain values: what `--json` prints, and the rows of tables."""

from typing import Any

from atelier.reviewer.v1.review_service_pb2 import (
    Category,
    CodeRange,
    Coverage,
    FileReview,
    Finding,
    FindingCounts,
    FindingStatus,
    ModelRun,
    Review,
    ReviewOutcome,
    ReviewState,
    Severity,
    ToolRun,
    Usage,
)

from cli.documents import timestamp, word
from cli.job_documents import error_document
from cli.money import money_document

REVIEW_COLUMNS = (
    "review", "owner", "project", "kind", "state", "outcome", "files", "new", "persisting", "fixed", "tokens",
    "create_time",
)  # fmt: skip
SEVERITIES = ("critical", "high", "medium", "low", "info")  # as FindingCounts.by_severity has them


def review_document(found: Review) -> dict[str, Any]:
    """A review without its files; what doesn't apply is None."""
    return {
        "review_id": found.review_id,
        "owner": found.owner,
        "project": found.project or None,
        "kind": found.kind,
        "state": word(ReviewState, found.state),
        "outcome": word(ReviewOutcome, found.outcome),
        "progress": {"done": found.progress.done, "total": found.progress.total},
        "counts": counts_document(found.counts),
        "usage": usage_document(found.usage),
        "snapshot_id": found.snapshot_id or None,
        "create_time": timestamp(found, "create_time"),
        "end_time": timestamp(found, "end_time"),
    }


def review_row(found: Review) -> list[object]:
    """A review for the table, under `REVIEW_COLUMNS`."""
    return [
        found.review_id,
        found.owner,
        found.project or None,
        found.kind,
        word(ReviewState, found.state),
        word(ReviewOutcome, found.outcome),
        f"{found.progress.done}/{found.progress.total}",
        found.counts.added,
        found.counts.persisting,
        found.counts.fixed,
        found.usage.input_tokens + found.usage.output_tokens,
        timestamp(found, "create_time"),
    ]


def file_document(found: FileReview) -> dict[str, Any]:
    """What came of one file; `path` is None for what is about the whole."""
    return {
        "path": found.path or None,
        "language": found.language or None,
        "state": word(ReviewState, found.state),
        "outcome": word(ReviewOutcome, found.outcome),
        "findings": [finding_document(one) for one in found.findings],
        "summary": found.summary or None,
        "coverage": _coverage_document(found.coverage),
        "usage": usage_document(found.usage),
        "steps": {one.name: one.duration.ToTimedelta().total_seconds() for one in found.steps},
        "error": error_document(found.error) if found.HasField("error") else None,
        "job": found.job or None,
    }


def finding_document(found: Finding) -> dict[str, Any]:
    """One finding."""
    return {
        "finding_id": found.finding_id,
        "fingerprint": found.fingerprint,
        "rule": found.rule,
        "severity": word(Severity, found.severity),
        "category": word(Category, found.category),
        "status": word(FindingStatus, found.status),
        "message": found.message,
        "path": found.path or None,
        "range": _range_document(found.range) if found.HasField("range") else None,
        "patch": found.patch or None,
        "tools": list(found.tools),
        "confidence": found.confidence,
        "dismissal": found.dismissal or None,
    }


def counts_document(found: FindingCounts) -> dict[str, Any]:
    """How many findings there are by status; `by_severity` are those that are new or persist."""
    return {
        "new": found.added,
        "persisting": found.persisting,
        "fixed": found.fixed,
        "dismissed": found.dismissed,
        "by_severity": dict(zip(SEVERITIES, [*found.by_severity, *[0] * len(SEVERITIES)], strict=False)),
    }


def usage_document(found: Usage) -> dict[str, Any]:
    """What was used."""
    return {
        "input_tokens": found.input_tokens,
        "output_tokens": found.output_tokens,
        "saved_tokens": found.saved_tokens,
        "cost": money_document(found.cost) if found.HasField("cost") else None,
    }


def _coverage_document(found: Coverage) -> dict[str, Any]:
    return {
        "skipped": found.skipped or None,
        "tools": [
            {
                "tool": one.tool,
                "version": one.version or None,
                "status": word(ToolRun.Status, one.status),
                "message": one.message or None,
                "seconds": one.seconds,
            }
            for one in found.tools
        ],
        "model": {
            "model": found.model.model or None,
            "status": word(ModelRun.Status, found.model.status),
            "message": found.model.message or None,
        },
        "secrets": found.secrets,
        "dropped": found.dropped,
    }


def _range_document(found: CodeRange) -> dict[str, int | None]:
    return {
        "start_line": found.start_line,
        "start_column": found.start_column or None,
        "end_line": found.end_line,
        "end_column": found.end_column or None,
    }
