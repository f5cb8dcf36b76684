"""Between pods, accounts and activities in the tables and the proto's messages; nothing is decided here."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from atelier.engager.v1 import engagement_service_pb2 as pb
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.errors import AtelierError, status_of
from chassis.times import set_time
from jobs.messages import ERROR_CLASSES, error_of
from services.engager.errors import DOMAIN
from services.engager.scheduling import Scheduled
from services.engager.store import Row
from services.engager.words import Connects

KINDS: Mapping[str, Any] = {name.removeprefix("ACTIVITY_KIND_"): number for name, number in pb.ActivityKind.items()}
STATES: Mapping[str, Any] = {name.removeprefix("ACTIVITY_STATE_"): number for name, number in pb.ActivityState.items()}
STATE_WORDS: Mapping[Any, str] = {number: name for name, number in STATES.items()}
LATE_POLICIES: Mapping[str, Any] = {name.removeprefix("LATE_POLICY_"): number for name, number in pb.LatePolicy.items()}
LINK_POLICIES: Mapping[str, Any] = {name.removeprefix("LINK_POLICY_"): number for name, number in pb.LinkPolicy.items()}


def pod_message(row: Row) -> pb.Pod:
    """A pod."""
    return pb.Pod(
        pod_id=str(row["pod_id"]), owner=row["owner"], name=row["name"], create_time=_timestamp(row["created_at"])
    )


def account_message(row: Row) -> pb.Account:
    """An account."""
    account = pb.Account(
        account_id=str(row["account_id"]),
        owner=row["owner"],
        pod_id=str(row["pod_id"]),
        name=row["name"],
        per_hour=row["per_hour"],
        per_day=row["per_day"],
        zone=row["zone"],
        links=LINK_POLICIES[row["links"]],
        hold=_hold(row),
        create_time=_timestamp(row["created_at"]),
    )
    if row["connector"] == Connects.WEBHOOK:
        connector = pb.WebhookConnector(url=row["url"], secret=row["secret"], status_url=row["status_url"])
        account.webhook.CopyFrom(connector)
    else:
        account.dry_run.SetInParent()
    if row["quiet_start"] is not None:
        account.quiet_hours.start_minute, account.quiet_hours.end_minute = row["quiet_start"], row["quiet_end"]
    return account


def activity_message(row: Row) -> pb.Activity:
    """An activity as it is shown."""
    return pb.Activity(
        activity_id=str(row["activity_id"]),
        owner=row["owner"],
        request=_request(row),
        state=STATES[row["state"]],
        run_time=_timestamp(row["run_at"]),
        attempt=_attempt(row),
        error=error_of(row["error_class"], row["error_message"], row["error_at"]) if row["error_class"] else None,
        create_time=_timestamp(row["created_at"]),
        end_time=_timestamp(row["ended_at"]),
        job=f"engager/jobs/{row['job_id']}",
    )


def result_message(told: Scheduled | AtelierError) -> pb.ScheduleResult:
    """What became of an activity that was asked for."""
    if isinstance(told, AtelierError):
        return pb.ScheduleResult(error=status_of(told, domain=DOMAIN))
    return pb.ScheduleResult(activity=activity_message(told.row), created=told.created)


def state_words(states: Iterable[Any]) -> Sequence[str]:
    """The tables' words for states."""
    return [STATE_WORDS[state] for state in states]


def _request(row: Row) -> pb.NewActivity:
    return pb.NewActivity(
        pod_id=str(row["pod_id"]),
        account_id=str(row["account_id"]),
        post=row["post"],
        kind=KINDS[row["kind"]],
        comment=row["comment"],
        due_time=_timestamp(row["due_at"]),
        jitter=_duration(row["jitter_seconds"]),
        late_policy=LATE_POLICIES[row["late_policy"]],
        late_after=_duration(row["late_after_seconds"]),
        spread=_duration(row["spread_seconds"]),
    )


def _attempt(row: Row) -> pb.Attempt | None:
    if not row["attempt"]:
        return None
    return pb.Attempt(
        number=row["attempt"],
        start_time=_timestamp(row["started_at"]),
        latency=_duration(row["latency_seconds"]),
        status=row["status"],
        external_id=row["external_id"],
        excerpt=row["excerpt"],
    )


def _hold(row: Row) -> pb.Hold | None:
    if row["held_at"] is None:
        return None
    return pb.Hold(
        error_class=ERROR_CLASSES[row["hold_class"]],
        message=row["hold_message"] or "",
        hold_time=_timestamp(row["held_at"]),
    )


def _timestamp(time: datetime | None) -> Timestamp | None:
    if time is None:
        return None
    message = Timestamp()
    set_time(message, time)
    return message


def _duration(seconds: float | None) -> Duration | None:
    """None for none, and for no time at all, which is the same."""
    if not seconds:
        return None
    message = Duration()
    message.FromNanoseconds(round(seconds * 1e9))
    return message
