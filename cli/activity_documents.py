"""Activities and accounts of pods as plain values: what `--json` prints and tables are made of."""

from typing import Any

from atelier.engager.v1.engagement_service_pb2 import Account, Activity, ActivityKind, ActivityState
from atelier.jobs.v1.jobs_service_pb2 import ErrorClass

from cli.documents import timestamp, word
from cli.listing import Listing, row_of

ACTIVITY_COLUMNS = ("activity_id", "state", "kind", "post", "run_time", "attempt", "status", "error")
ACCOUNT_COLUMNS = ("account_id", "name", "pod_id", "connector", "per_hour", "per_day", "held")


def activity_document(found: Activity) -> dict[str, Any]:
    """An activity; what isn't known is None."""
    attempt = found.attempt if found.HasField("attempt") else None
    return {
        "activity_id": found.activity_id,
        "owner": found.owner,
        "state": word(ActivityState, found.state),
        "pod_id": found.request.pod_id,
        "account_id": found.request.account_id,
        "kind": word(ActivityKind, found.request.kind),
        "post": found.request.post,
        "comment": found.request.comment or None,
        "due_time": timestamp(found.request, "due_time"),
        "run_time": timestamp(found, "run_time"),
        "end_time": timestamp(found, "end_time"),
        "attempt": attempt and attempt.number,
        "status": (attempt and attempt.status) or None,
        "external_id": (attempt and attempt.external_id) or None,
        "excerpt": (attempt and attempt.excerpt) or None,
        "error": error_text(found) or None,
        "job": found.job,
    }


def account_document(found: Account) -> dict[str, Any]:
    """An account, without where its webhook is; `held` is why, or None."""
    return {
        "account_id": found.account_id,
        "owner": found.owner,
        "name": found.name,
        "pod_id": found.pod_id,
        "connector": (found.WhichOneof("connector") or "").upper() or None,
        "per_hour": found.per_hour or None,
        "per_day": found.per_day or None,
        "held": f"{word(ErrorClass, found.hold.error_class)}: {found.hold.message}" if found.HasField("hold") else None,
    }


def error_text(found: Activity) -> str:
    """What went wrong last; empty: nothing."""
    return f"{word(ErrorClass, found.error.error_class)}: {found.error.message}" if found.HasField("error") else ""


ACTIVITIES = Listing(ACTIVITY_COLUMNS, row_of(ACTIVITY_COLUMNS, activity_document), activity_document)
ACCOUNTS = Listing(ACCOUNT_COLUMNS, row_of(ACCOUNT_COLUMNS, account_document), account_document)
