"""Work of any kind as plain values: what `--json` prints, and what is said of it in a few words."""

from typing import Any

from atelier.gateway.v1.gateway_service_pb2 import WatchedWork, WorkState
from google.rpc.status_pb2 import Status

from cli.activity_documents import activity_document
from cli.documents import word
from cli.errors import read_details
from cli.generation_documents import generation_document
from cli.job_documents import error_text, progress_text
from cli.output import counted
from cli.review_documents import review_document
from cli.scan_documents import scan_document


def work_document(work: WatchedWork) -> dict[str, Any]:
    """A piece of work as it is; what isn't known is None."""
    return {
        "name": work.name,
        "state": state_of(work),
        "progress": {"done": work.progress.done, "total": work.progress.total},
        "problem": status_document(work.problem) if work.HasField("problem") else None,
        "detail": _detail_document(work),
    }


def status_document(status: Status) -> dict[str, Any]:
    """Why something failed or is missing."""
    found = read_details(status)
    return {"code": found.code.name, "reason": found.reason or None, "message": found.message}


def state_of(work: WatchedWork) -> str:
    """RUNNING, SUCCEEDED and the like."""
    return word(WorkState, work.state) or "UNKNOWN"


def work_line(work: WatchedWork) -> str:
    """A change for who has no terminal."""
    return "  ".join(part for part in (work.name, state_of(work), progress_text(work), outcome(work)) if part)


def outcome(work: WatchedWork) -> str:
    """What it came to so far, or what is wrong; in a few words."""
    if work.HasField("problem"):
        return f"{status_document(work.problem)['code']}: {work.problem.message}"
    match work.WhichOneof("detail"):
        case "scan":
            return error_text(work.scan) or _scan_outcome(work)
        case "generation":
            found = work.generation
            failed = f", {found.failed:,} failed" if found.failed else ""
            return f"{counted(found.succeeded, 'image')}{failed}, {counted(found.credits_charged, 'credit')}"
        case "review":
            counts = work.review.counts
            return f"{counts.added:,} new, {counts.persisting:,} persisting, {counts.fixed:,} fixed"
        case "activity":
            return " · ".join(part for part in (work.activity.request.post, error_text(work.activity)) if part)
        case _:
            return ""


def _scan_outcome(work: WatchedWork) -> str:
    found = work.scan.result
    return f"{found.resolved:,} resolved, {found.needs_review:,} to review" if work.scan.HasField("result") else ""


def _detail_document(work: WatchedWork) -> dict[str, Any] | None:
    match work.WhichOneof("detail"):
        case "scan":
            return scan_document(work.scan, [])
        case "generation":
            return generation_document(work.generation)
        case "review":
            return review_document(work.review)
        case "activity":
            return activity_document(work.activity)
        case _:
            return None
