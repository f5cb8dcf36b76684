"""What can be told of an activity without asking anybody: whether its fields are right, and which activity it is.

Pure: the caller says what time it is.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from atelier.engager.v1 import engagement_service_pb2 as pb
from google.protobuf.duration_pb2 import Duration

from chassis.errors import FieldViolation, InvalidArgument
from services.engager.accepted import Accepted
from services.engager.timing import jittered
from services.engager.words import Kind, LatePolicy

POST_CHARACTERS = 2_000
COMMENT_CHARACTERS = 2_200
DAY_SECONDS = 86_400.0
LATE_AFTER_SECONDS = 60.0
# As far as any policy makes up for lost time, and as a due time may lie ahead.
PAST = timedelta(days=1)
FUTURE = timedelta(days=366)

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROL_IN_LINES = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_KINDS = {pb.ACTIVITY_KIND_LIKE: Kind.LIKE, pb.ACTIVITY_KIND_COMMENT: Kind.COMMENT}
_LATE_POLICIES = {
    pb.LATE_POLICY_UNSPECIFIED: LatePolicy.RUN,
    pb.LATE_POLICY_RUN: LatePolicy.RUN,
    pb.LATE_POLICY_SKIP: LatePolicy.SKIP,
    pb.LATE_POLICY_SPREAD: LatePolicy.SPREAD,
}


def read_activity(item: pb.NewActivity, field: str) -> Accepted:
    """The activity. `field`: its path in the request. Raises InvalidArgument with all that is wrong with its fields."""
    wrong = [FieldViolation(f"{field}.{name}", description) for name, description in _mistakes(item)]
    if wrong:
        raise InvalidArgument(wrong)
    key, due_at = _key(item), item.due_time.ToDatetime(UTC)
    return Accepted(
        pod_id=UUID(item.pod_id),
        account_id=UUID(item.account_id),
        key=key,
        post=item.post,
        kind=_KINDS[item.kind],
        comment=item.comment,
        due_at=due_at,
        jitter_seconds=_seconds(item.jitter),
        late_policy=_LATE_POLICIES[item.late_policy],
        late_after_seconds=_seconds(item.late_after) or LATE_AFTER_SECONDS,
        spread_seconds=_seconds(item.spread),
        run_at=jittered(due_at, _seconds(item.jitter), key),
    )


def untimely(accepted: Accepted, now: datetime) -> str:
    """Why a due time can't be met; empty when it can."""
    if accepted.due_at > now + FUTURE:
        return "must not be more than a year ahead"
    if accepted.due_at < now - PAST:
        return "must not have passed more than 24 hours ago"
    late_seconds = (now - accepted.run_at).total_seconds()
    if accepted.late_policy == LatePolicy.SKIP and late_seconds > accepted.late_after_seconds:
        return "has passed by more than late_after, so that the activity would be skipped"
    return ""


def _mistakes(item: pb.NewActivity) -> Iterator[tuple[str, str]]:
    """Names of fields, and what is wrong with each."""
    for name, told in (("pod_id", item.pod_id), ("account_id", item.account_id)):
        if not _UUID.fullmatch(told):
            yield name, "must be a UUID"
    yield from _mistakes_of_content(item)
    if not item.HasField("due_time"):
        yield "due_time", "must be set"
    elif not _is_time(item):
        yield "due_time", "must be a time of the years 1970 to 9998"
    yield from _mistakes_of_timing(item)


def _mistakes_of_content(item: pb.NewActivity) -> Iterator[tuple[str, str]]:
    if not item.post.strip() or len(item.post) > POST_CHARACTERS:
        yield "post", f"must have 1 to {POST_CHARACTERS:,} characters, not only blanks"
    elif _CONTROL.search(item.post):
        yield "post", "must not hold control characters"
    if item.kind not in _KINDS:
        yield "kind", "must be ACTIVITY_KIND_LIKE or ACTIVITY_KIND_COMMENT"
    elif item.kind == pb.ACTIVITY_KIND_LIKE and item.comment:
        yield "comment", "must be empty for a like"
    elif item.kind == pb.ACTIVITY_KIND_COMMENT and not (
        item.comment.strip() and len(item.comment) <= COMMENT_CHARACTERS
    ):
        yield "comment", f"must have 1 to {COMMENT_CHARACTERS:,} characters, not only blanks"
    elif _CONTROL_IN_LINES.search(item.comment):
        yield "comment", "must not hold control characters but line ends"


def _mistakes_of_timing(item: pb.NewActivity) -> Iterator[tuple[str, str]]:
    for name, told in (("jitter", item.jitter), ("late_after", item.late_after)):
        if not 0 <= _seconds(told) <= DAY_SECONDS:
            yield name, "must be 0 to 24 hours"
    if item.late_policy not in _LATE_POLICIES:
        yield "late_policy", "must be one of LatePolicy"
    elif item.late_policy == pb.LATE_POLICY_SPREAD:
        if not 1 <= _seconds(item.spread) <= DAY_SECONDS:
            yield "spread", "must be 1 second to 24 hours"
    elif _seconds(item.spread):
        yield "spread", "must be unset unless late_policy is LATE_POLICY_SPREAD"


def _key(item: pb.NewActivity) -> bytes:
    """SHA-256 of what makes it this activity and no other."""
    identity = [item.pod_id.lower(), item.account_id.lower(), item.post, item.kind]
    due_microseconds = item.due_time.seconds * 10**6 + item.due_time.nanos // 1000
    return hashlib.sha256(json.dumps([*identity, due_microseconds]).encode()).digest()


def _is_time(item: pb.NewActivity) -> bool:
    """Whether it is one to which times can be added."""
    try:
        return 1970 <= item.due_time.ToDatetime(UTC).year <= 9998 and 0 <= item.due_time.nanos < 10**9
    except (ValueError, OverflowError):
        return False


def _seconds(told: Duration) -> float:
    return float(told.seconds + told.nanos / 1e9)
