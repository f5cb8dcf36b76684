"""What is told of an activity from itself alone: its mistakes, its identity and whether its time can be met."""

from datetime import timedelta
from typing import Any

import pytest
from atelier.engager.v1 import engagement_service_pb2 as pb
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.errors import InvalidArgument
from services.engager.checks import FUTURE, PAST, read_activity, untimely
from tests.unit.engager.new_activities import ACCOUNT, DUE, POD, new_activity

DAY = Duration(seconds=86_400)
MORE_THAN_A_DAY = Duration(seconds=86_400, nanos=1_000)
SECOND = timedelta(seconds=1)


def comment(text: str, **changed: Any) -> pb.NewActivity:
    return new_activity(kind=pb.ACTIVITY_KIND_COMMENT, comment=text, **changed)


def fields_refused(item: pb.NewActivity) -> list[str]:
    with pytest.raises(InvalidArgument) as caught:
        read_activity(item, "activities[3]")
    return [violation.field for violation in caught.value.violations]


def test_a_like_without_more_is_run_when_it_is_due_and_late_after_a_minute() -> None:
    accepted = read_activity(new_activity(), "activities[0]")

    assert (str(accepted.pod_id), str(accepted.account_id)) == (POD, ACCOUNT)
    assert (accepted.kind, accepted.post, accepted.comment) == ("LIKE", "post-1", "")
    assert (accepted.due_at, accepted.run_at) == (DUE, DUE)
    assert (accepted.late_policy, accepted.late_after_seconds, accepted.spread_seconds) == ("RUN", 60.0, 0.0)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"pod_id": ""}, "pod_id"),
        ({"pod_id": POD[:-1]}, "pod_id"),
        ({"account_id": f"{{{ACCOUNT}}}"}, "account_id"),
        ({"post": ""}, "post"),
        ({"post": " \t"}, "post"),
        ({"post": "p" * 2_001}, "post"),
        ({"post": "a\nb"}, "post"),
        ({"post": "a\0b"}, "post"),
        ({"kind": pb.ACTIVITY_KIND_UNSPECIFIED}, "kind"),
        ({"kind": 77}, "kind"),
        ({"comment": "Nice."}, "comment"),
        ({"jitter": MORE_THAN_A_DAY}, "jitter"),
        ({"jitter": Duration(seconds=-1)}, "jitter"),
        ({"late_after": MORE_THAN_A_DAY}, "late_after"),
        ({"late_policy": 77}, "late_policy"),
        ({"late_policy": pb.LATE_POLICY_SPREAD}, "spread"),
        ({"late_policy": pb.LATE_POLICY_SPREAD, "spread": MORE_THAN_A_DAY}, "spread"),
        ({"late_policy": pb.LATE_POLICY_SKIP, "spread": DAY}, "spread"),
    ],
)
def test_each_wrong_field_is_named(changed: dict[str, Any], field: str) -> None:
    assert fields_refused(new_activity(**changed)) == [f"activities[3].{field}"]


@pytest.mark.parametrize("text", ["", "  \n", "c" * 2_201, "bell\a", "zero\0", "next\x85line", "tab\tbed", "del\x7f"])
def test_a_comment_must_be_some_text_without_control_characters(text: str) -> None:
    assert fields_refused(comment(text)) == ["activities[3].comment"]


@pytest.mark.parametrize("text", ["Nice.", "two\nlines", "two\r\nlines", "ゆっくり 👍🏽", "c" * 2_200])
def test_a_comment_may_have_lines_and_any_letters(text: str) -> None:
    assert read_activity(comment(text), "").comment == text


def test_everything_that_is_wrong_is_told_at_once() -> None:
    item = pb.NewActivity(pod_id="x", jitter=MORE_THAN_A_DAY)

    assert fields_refused(item) == [
        f"activities[3].{name}" for name in ("pod_id", "account_id", "post", "kind", "due_time", "jitter")
    ]


@pytest.mark.parametrize("seconds", [2**62, -(2**62), -1, 253_402_300_799])
def test_a_time_that_no_calendar_has_or_hardly_is_refused(seconds: int) -> None:
    item = new_activity()
    item.due_time.CopyFrom(Timestamp(seconds=seconds))

    assert fields_refused(item) == ["activities[3].due_time"]


def test_pod_account_post_kind_and_due_time_make_the_activity_and_nothing_else_does() -> None:
    first = read_activity(comment("Nice."), "")
    same = [
        comment("Another."),
        comment("Nice.", jitter=DAY),
        comment("Nice.", late_policy=pb.LATE_POLICY_SKIP),
        comment("Nice.", pod_id=POD.upper()),
    ]
    others = [
        comment("Nice.", pod_id=ACCOUNT),
        comment("Nice.", account_id=POD),
        comment("Nice.", post="post-2"),
        comment("Nice.", due=DUE + timedelta(microseconds=1)),
        new_activity(),
    ]

    assert {read_activity(item, "").key for item in same} == {first.key}
    assert len({first.key, *(read_activity(item, "").key for item in others)}) == 1 + len(others)


def test_jitter_is_the_same_however_often_it_is_asked_for_and_stays_in_its_window() -> None:
    items = [new_activity(post=f"post-{number}", jitter=Duration(seconds=600)) for number in range(200)]

    once = [read_activity(item, "").run_at - DUE for item in items]
    again = [read_activity(item, "").run_at - DUE for item in items]

    assert once == again
    assert timedelta() <= min(once) < timedelta(seconds=60)
    assert timedelta(seconds=540) < max(once) < timedelta(seconds=600)


def test_a_due_time_may_lie_a_day_back_and_a_year_ahead() -> None:
    accepted = read_activity(new_activity(), "")

    assert untimely(accepted, DUE + PAST) == ""
    assert untimely(accepted, DUE - FUTURE) == ""
    assert "24 hours" in untimely(accepted, DUE + PAST + SECOND)
    assert "a year" in untimely(accepted, DUE - FUTURE - SECOND)


def test_what_would_be_skipped_at_once_is_refused() -> None:
    accepted = read_activity(new_activity(late_policy=pb.LATE_POLICY_SKIP, late_after=Duration(seconds=10)), "")

    assert untimely(accepted, DUE + 10 * SECOND) == ""
    assert "skipped" in untimely(accepted, DUE + 11 * SECOND)


def test_lateness_counts_from_the_time_that_jitter_gives() -> None:
    item = new_activity(late_policy=pb.LATE_POLICY_SKIP, late_after=Duration(seconds=10), jitter=Duration(seconds=600))
    accepted = read_activity(item, "")

    assert accepted.run_at > DUE
    assert untimely(accepted, accepted.run_at + 10 * SECOND) == ""
