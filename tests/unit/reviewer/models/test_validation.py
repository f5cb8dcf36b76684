from typing import Any

import pytest

from services.reviewer.finding import Category, Place, Severity
from services.reviewer.models.model import Answer
from services.reviewer.models.validation import Checked, Shown, check_answer
from services.reviewer.patches import apply_patch
from services.reviewer.secrets.redactor import Redactor
from services.reviewer.source import Lines, Source

SECRET = "AKIA" + "Q4TZ7WX2MN5RLK3V"
CODE = f"def mean(xs):\n    return sum(xs) / len(xs)\n\nACCESS_KEY = '{SECRET}'\n"


def said(**told: Any) -> dict[str, Any]:
    return {
        "rule": "Division by zero",
        "severity": "HIGH",
        "category": "BUG",
        "message": "An empty list divides by zero.",
        "file": 1,
        "start_line": 2,
        "end_line": 2,
        "replacement": None,
        "confidence": 0.9,
    } | told


def shown(text: str = CODE, lines: list[Lines] | None = None, path: str = "src/app.py") -> Shown:
    source = Source(path, text, "python")
    return Shown(source, Redactor().redact(text, "python"), lines or ())


def checked(*told: Any, files: list[Shown] | None = None, summary: str = "Fine.") -> Checked:
    files = [shown()] if files is None else files
    return check_answer(Answer(model="local:m", summary=summary, findings=told), files)


def test_a_finding_of_a_model_becomes_one_of_ours() -> None:
    result = checked(said())

    [[found]] = result.files
    assert (result.summary, result.dropped, found.rule) == ("Fine.", 0, "model/division-by-zero")
    assert (found.severity, found.category, found.place) == (Severity.HIGH, Category.BUG, Place(2))
    assert (found.message, found.tools, found.confidence) == ("An empty list divides by zero.", ("model",), 0.9)


@pytest.mark.parametrize(
    "wrong",
    [
        {"start_line": 10_000, "end_line": 10_000},
        {"start_line": 5, "end_line": 5},
        {"start_line": 2, "end_line": 5},
        {"start_line": 0, "end_line": 0},
        {"start_line": -1, "end_line": 2},
        {"start_line": 2, "end_line": 1},
        {"file": 0},
        {"file": 2},
        {"file": -1},
        {"message": ""},
        {"message": " \n\x1b "},
        {"severity": "TERRIBLE"},
        {"severity": "high!"},
        {"category": "VIBES"},
        {"start_line": "here"},
        {"start_line": None},
        {"confidence": float("nan")},
        {"message": None},
        {"replacement": 3},
    ],
)
def test_a_finding_that_cannot_be_used_is_dropped_and_counted(wrong: dict[str, Any]) -> None:
    result = checked(said(**wrong), said())

    assert (len(result.files[0]), result.dropped) == (1, 1)


@pytest.mark.parametrize("told", [None, "words", 3, [], {}, [said()]])
def test_what_is_no_finding_costs_itself_alone(told: object) -> None:
    result = checked(told, said())

    assert (len(result.files[0]), result.dropped) == (1, 1)


def test_a_finding_in_lines_that_were_left_out_is_dropped() -> None:
    result = checked(
        said(),
        said(start_line=4, end_line=4),
        said(start_line=1, end_line=4),
        files=[shown(lines=[Lines(1, 2), Lines(4, 4)])],
    )

    assert [found.place for found in result.files[0]] == [Place(2), Place(4)]
    assert result.dropped == 1


def test_more_than_a_hundred_findings_are_too_many() -> None:
    result = checked(*[said()] * 130)

    assert (len(result.files[0]), result.dropped) == (100, 30)


def test_findings_of_several_files_stay_apart() -> None:
    result = checked(said(file=2), said(file=1), files=[shown(), shown(path="other.py")])

    assert [len(found) for found in result.files] == [1, 1]


def test_without_files_a_finding_is_about_the_whole() -> None:
    result = checked(said(file=0, start_line=0, end_line=0, category="ARCHITECTURE"), files=[])

    assert [found.place for found in result.general] == [None]
    assert result.dropped == 0


def test_words_are_cut_and_cannot_steer_a_terminal() -> None:
    result = checked(said(message="a\x1b[2J\n\tb\u202e" + "c" * 5_000), summary="x\r\n\x07y")

    [[found]] = result.files
    assert found.message.startswith("a [2J b ccc")
    assert (len(found.message), found.message[-1], result.summary) == (1_000, "…", "x y")


@pytest.mark.parametrize(
    ("rule", "named"),
    [("Race Condition!", "race-condition"), ("../../x", "x"), ("", "bug"), ("ж", "bug"), ("a" * 99, "a" * 60)],
)
def test_a_rule_is_a_word(rule: str, named: str) -> None:
    [[found]] = checked(said(rule=rule)).files

    assert found.rule == f"model/{named}"


@pytest.mark.parametrize(("confidence", "meant"), [(7, 1.0), (-1, 0.0), (0.25, 0.25)])
def test_confidence_is_a_share(confidence: float, meant: float) -> None:
    [[found]] = checked(said(confidence=confidence)).files

    assert found.confidence == meant


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_replacement_becomes_a_patch_that_applies(end: str) -> None:
    [[found]] = checked(said(replacement=f"    return sum(xs) / len(xs) if xs else 0{end}")).files

    assert apply_patch(CODE, found.patch) == CODE.replace("len(xs)\n", "len(xs) if xs else 0\n")


@pytest.mark.parametrize(
    "told",
    [
        {"replacement": None},
        {"replacement": "    return sum(xs) / len(xs)"},
        {"replacement": "ACCESS_KEY = '<aws-access-key-1>'"},
        {"replacement": "    return 0\0"},
        {"replacement": "    return 0\r    return 1"},
        {"start_line": 4, "end_line": 4, "replacement": "ACCESS_KEY = read()"},
        {"start_line": 3, "end_line": 4, "replacement": ""},
    ],
)
def test_what_cannot_be_a_patch_leaves_the_finding(told: dict[str, Any]) -> None:
    """Nothing suggested, nothing changed, a mark or what no text holds, and lines that a secret stands in."""
    [[found]] = checked(said(**told)).files

    assert found.patch == ""
