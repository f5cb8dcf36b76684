"""Activities out of CSV files: what is read, and what is said of each bad row."""

from pathlib import Path

import pytest
from atelier.engager.v1 import engagement_service_pb2 as pb

from cli.activity_files import open_activities
from cli.errors import CliError
from cli.records import BadRecord, Record

NOON = "2026-05-04T12:00:00Z"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "activities.csv"


def read(path: Path, text: str) -> list[Record[pb.NewActivity] | BadRecord]:
    path.write_text(text)
    return list(open_activities(str(path), pod_id="pod", account_id="account"))


def test_a_row_becomes_an_activity(path: Path) -> None:
    [record] = read(
        path,
        "pod_id,account_id,post,kind,comment,due_time,jitter,late_policy,late_after,spread\n"
        f'p,a,https://x/1,comment,"Nice, really.",{NOON},90s,Spread,1.5m,2h\n',
    )

    assert isinstance(record, Record)
    activity = record.message
    assert (activity.pod_id, activity.account_id, activity.post) == ("p", "a", "https://x/1")
    assert (activity.kind, activity.comment) == (pb.ACTIVITY_KIND_COMMENT, "Nice, really.")
    assert activity.due_time.ToJsonString() == NOON
    assert (activity.jitter.seconds, activity.late_after.seconds, activity.spread.seconds) == (90, 90, 7_200)
    assert activity.late_policy == pb.LATE_POLICY_SPREAD


def test_what_a_row_leaves_open_is_that_of_the_command_line_and_its_comment_tells_the_kind(path: Path) -> None:
    like, comment = read(path, f"post,due_time,comment\nx,{NOON},\ny,2026-05-04T14:00:00+02:00,Nice.\n")

    assert isinstance(like, Record)
    assert isinstance(comment, Record)
    assert (like.message.pod_id, like.message.account_id) == ("pod", "account")
    assert (like.message.kind, comment.message.kind) == (pb.ACTIVITY_KIND_LIKE, pb.ACTIVITY_KIND_COMMENT)
    assert like.message.due_time == comment.message.due_time
    assert not like.message.HasField("jitter")


@pytest.mark.parametrize(
    ("header", "value", "field"),
    [
        ("due_time", "", "due_time"),
        ("due_time", "2026-05-04 12:00", "due_time"),
        ("due_time", "soon", "due_time"),
        ("kind", "hug", "kind"),
        ("kind", "unspecified", "kind"),
        ("late_policy", "never", "late_policy"),
        ("jitter", "90", "jitter"),
        ("spread", "-5m", "spread"),
    ],
)
def test_a_bad_row_is_told_by_its_line_and_field_and_hides_no_other(
    path: Path, header: str, value: str, field: str
) -> None:
    good_values = {"post": "x", "due_time": NOON, "kind": "", "late_policy": "", "jitter": "", "spread": ""}
    lines = [",".join(good_values), ",".join({**good_values, header: value}.values()), ",".join(good_values.values())]

    bad, good = read(path, "\n".join(lines))

    assert isinstance(bad, BadRecord)
    assert isinstance(good, Record)
    assert (bad.place.line, bad.field) == (2, field)


@pytest.mark.parametrize("header", ["post", "due_time", "post,due_time,colour"])
def test_a_header_that_lacks_a_column_or_has_one_too_many_is_refused(path: Path, header: str) -> None:
    with pytest.raises(CliError, match="the columns are post, due_time"):
        read(path, f"{header}\n")
