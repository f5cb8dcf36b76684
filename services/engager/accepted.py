"""An activity that may be accepted, as far as it can be told from itself: its columns in their order."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class Accepted(NamedTuple):
    """See insert_activities.sql. `key`: the same for the same activity; `run_at`: when it is to be carried out."""

    pod_id: UUID
    account_id: UUID
    key: bytes
    post: str
    kind: str
    comment: str
    due_at: datetime
    jitter_seconds: float
    late_policy: str
    late_after_seconds: float
    spread_seconds: float
    run_at: datetime
