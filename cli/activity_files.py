"""Reads activities to schedule: CSV with a header, one a row."""

import re
from collections.abc import Iterator

from atelier.engager.v1.engagement_service_pb2 import ActivityKind, LatePolicy, NewActivity
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from cli.csv_files import Row, open_rows
from cli.errors import CliError
from cli.exits import ExitCode
from cli.fields import BadField, Fields
from cli.records import BadRecord, Record
from cli.text_files import check_readable

NEEDED = ("post", "due_time")
COLUMNS = (*NEEDED, "kind", "comment", "pod_id", "account_id", "jitter", "late_policy", "late_after", "spread")
SECONDS = {"s": 1, "m": 60, "h": 3_600}
DURATION = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)([smh])")

Activities = Iterator[Record[NewActivity] | BadRecord]


def open_activities(path: str, *, pod_id: str, account_id: str) -> Activities:
    """The activities of a file, of this pod and account where a row names none.

    Raises CliError, at once, when the file can't be read, lacks a column or has one that means nothing.
    """
    check_readable(path)
    table = open_rows(path)
    missing = [name for name in NEEDED if name not in table.header]
    unknown = [name for name in table.header if name not in COLUMNS]
    if missing or unknown:
        what = f"there is no column {missing[0]}" if missing else f"the column {unknown[0]!r} means nothing"
        raise CliError(f"{table.place}: {what}; the columns are {', '.join(COLUMNS)}.", ExitCode.DATA)
    return _read(table.rows, pod_id, account_id)


def _read(rows: Iterator[Row | BadRecord], pod_id: str, account_id: str) -> Activities:
    for row in rows:
        if isinstance(row, BadRecord):
            yield row
            continue
        try:
            yield Record(row.place, _activity(row.fields, pod_id, account_id))
        except BadField as error:
            yield BadRecord(row.place, error.field, error.what)


def _activity(fields: Fields, pod_id: str, account_id: str) -> NewActivity:
    """An activity; what has a comment is one unless it says otherwise. The service judges the rest."""
    comment = fields.text("comment")
    return NewActivity(
        pod_id=fields.text("pod_id") or pod_id,
        account_id=fields.text("account_id") or account_id,
        post=fields.text("post"),
        kind=_word(fields, "kind", ActivityKind, "ACTIVITY_KIND_")
        or f"ACTIVITY_KIND_{'COMMENT' if comment else 'LIKE'}",
        comment=comment,
        due_time=_time(fields, "due_time"),
        jitter=_duration(fields, "jitter"),
        late_policy=_word(fields, "late_policy", LatePolicy, "LATE_POLICY_"),
        late_after=_duration(fields, "late_after"),
        spread=_duration(fields, "spread"),
    )


def _word(fields: Fields, name: str, enum: type, prefix: str) -> str | None:
    """The proto's name of a word such as `like`; None when not given."""
    text = fields.text(name).strip()
    if not text:
        return None
    known = [key.removeprefix(prefix) for key in enum.keys()[1:]]  # type: ignore[attr-defined]
    if text.upper() not in known:
        raise BadField(name, f"must be one of {', '.join(known).lower()}")
    return f"{prefix}{text.upper()}"


def _time(fields: Fields, name: str) -> Timestamp:
    moment = Timestamp()
    try:
        moment.FromJsonString(fields.required_text(name).strip())
    except ValueError:
        raise BadField(name, "must be a time with its zone, such as 2026-05-04T12:00:00Z") from None
    return moment


def _duration(fields: Fields, name: str) -> Duration | None:
    text = fields.text(name).strip()
    if not text:
        return None
    found = DURATION.fullmatch(text)
    if found is None:
        raise BadField(name, "must be a time such as 90s, 10m or 2h")
    duration = Duration()
    duration.FromMilliseconds(round(float(found[1]) * SECONDS[found[2]] * 1_000))
    return duration
