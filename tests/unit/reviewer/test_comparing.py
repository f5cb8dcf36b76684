"""What is new, still there, gone or dismissed since the last review."""

from typing import Any

from services.reviewer.comparing import Comparison, FindingStatus, Told, compare
from services.reviewer.finding import Finding
from tests.unit.reviewer.findings import finding

NEW, PERSISTING, FIXED, DISMISSED = FindingStatus


def told(fingerprint: str, status: FindingStatus = NEW, **details: Any) -> Told:
    return Told(finding=finding(**details), fingerprint=fingerprint, status=status)


def compared(*now: str, last: list[Told], looked: set[str] | None = None, **reasons: dict[str, str]) -> Comparison:
    findings: list[tuple[str, Finding]] = [(fingerprint, finding()) for fingerprint in now]
    reasons = {"ignored": {}, "dismissed": {}} | reasons
    return compare(findings, last=last, looked={"ruff"} if looked is None else looked, **reasons)


def statuses(comparison: Comparison) -> dict[str, FindingStatus]:
    return {one.fingerprint: one.status for one in comparison.told}


def test_all_is_new_at_first() -> None:
    assert statuses(compared("a", "b", last=[])) == {"a": NEW, "b": NEW}


def test_what_was_there_persists_and_what_is_gone_is_fixed() -> None:
    comparison = compared("a", "c", last=[told("a"), told("b", PERSISTING)])

    assert statuses(comparison) == {"a": PERSISTING, "b": FIXED, "c": NEW}


def test_what_is_fixed_is_told_once_and_new_when_it_comes_back() -> None:
    gone = compared(last=[told("a")])

    assert statuses(compared(last=gone.told)) == {}
    assert statuses(compared("a", last=gone.told)) == {"a": NEW}


def test_what_people_or_comments_dismissed_is_told_as_such_with_the_reason() -> None:
    comparison = compared(
        "a", "b", last=[told("a")], ignored={"a": "in code", "b": "noise"}, dismissed={"a": "by hand"}
    )

    assert [(one.fingerprint, one.status, one.dismissal) for one in comparison.told] == [
        ("a", DISMISSED, "by hand"),
        ("b", DISMISSED, "noise"),
    ]


def test_what_is_no_longer_dismissed_persists() -> None:
    assert statuses(compared("a", last=[told("a", DISMISSED)])) == {"a": PERSISTING}


def test_what_was_dismissed_and_is_gone_is_no_news() -> None:
    assert statuses(compared(last=[told("a", DISMISSED)])) == {}


def test_nothing_is_fixed_as_its_tool_did_not_look() -> None:
    comparison = compared(last=[told("a")], looked={"pylint"})

    assert comparison.told == []
    assert comparison.unseen == [told("a")]


def test_what_was_not_seen_in_between_persists() -> None:
    between = compared(last=[told("a")], looked={"pylint"})

    assert statuses(compared("a", last=[*between.told, *between.unseen])) == {"a": PERSISTING}


def test_what_several_tools_found_is_fixed_when_one_of_them_looked() -> None:
    assert statuses(compared(last=[told("a", tools=("ruff", "model"))])) == {"a": FIXED}
