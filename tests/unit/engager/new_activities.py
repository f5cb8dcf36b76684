"""Activities to ask for, good unless a test says otherwise."""

from datetime import UTC, datetime
from typing import Any

from atelier.engager.v1 import engagement_service_pb2 as pb

POD = "0190a000-0000-7000-8000-000000000001"
ACCOUNT = "0190a000-0000-7000-8000-000000000002"
DUE = datetime(2026, 5, 4, 12, tzinfo=UTC)


def new_activity(*, due: datetime = DUE, **changed: Any) -> pb.NewActivity:
    """A like that is due at noon."""
    item = pb.NewActivity(
        **{"pod_id": POD, "account_id": ACCOUNT, "post": "post-1", "kind": pb.ACTIVITY_KIND_LIKE, **changed}
    )
    item.due_time.FromDatetime(due)
    return item
