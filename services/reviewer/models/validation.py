"""What of a model's answer can be used. It may say anything: what isn't about code that was shown is dropped."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from services.reviewer.finding import Category, Finding, Place, Severity
from services.reviewer.merging import MODEL
from services.reviewer.models.model import Answer
from services.reviewer.models.prompt import line_count
from services.reviewer.models.schema import ModelFinding
from services.reviewer.patches import Edit, make_patch
from services.reviewer.secrets.redacted import Redacted, unnumbered
from services.reviewer.source import Lines, Source

_MOST_FINDINGS = 100
_MOST_MESSAGE = 1_000
_MOST_SUMMARY = 4_000
_MOST_RULE = 60
_NOT_OF_A_TEXT = re.compile(r"[\0\r]")
_NOT_OF_A_RULE = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Shown:
    """A file as the model saw it: `redacted`, and of it only `lines`; empty: all."""

    source: Source
    redacted: Redacted
    lines: Sequence[Lines] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """What can be used: the findings of each file, in the files' order, and how many were dropped.

    Findings about the whole, which only an architecture review has, are in `general`.
    """

    summary: str
    files: Sequence[Sequence[Finding]]
    general: Sequence[Finding]
    dropped: int


def check_answer(answer: Answer, files: Sequence[Shown]) -> Checked:
    """Drop and count what can't be used. Without files, findings are about the whole."""
    by_file, general, dropped = [list[Finding]() for _ in files], list[Finding](), 0
    for number, told in enumerate(answer.findings):
        finding = _read(told) if number < _MOST_FINDINGS else None
        place = _place(finding, files) if finding and files else None
        if finding is None or not _says_something(finding) or (files and place is None):
            dropped += 1
        elif place is None:
            general.append(_finding(finding, None, ""))
        else:
            patch = _patch(finding, place, files[finding.file - 1])
            by_file[finding.file - 1].append(_finding(finding, place, patch))
    return Checked(_words(answer.summary, _MOST_SUMMARY), by_file, general, dropped)


def _read(told: object) -> ModelFinding | None:
    try:
        return ModelFinding.model_validate(told)
    except ValidationError:
        return None


def _says_something(finding: ModelFinding) -> bool:
    known = finding.severity in Severity.__members__ and finding.category in Category.__members__
    return known and bool(_words(finding.message, _MOST_MESSAGE))


def _place(finding: ModelFinding, files: Sequence[Shown]) -> Place | None:
    """Where it is; None unless that is wholly in lines that the model was shown."""
    if not 1 <= finding.file <= len(files) or not 1 <= finding.start_line <= finding.end_line:
        return None
    shown = files[finding.file - 1]
    parts = shown.lines or [Lines(1, line_count(shown.source.text))]
    if not any(part.first <= finding.start_line and finding.end_line <= part.last for part in parts):
        return None
    return Place(finding.start_line, end_line=finding.end_line)


def _finding(finding: ModelFinding, place: Place | None, patch: str) -> Finding:
    rule = _NOT_OF_A_RULE.sub("-", finding.rule.lower())[:_MOST_RULE].strip("-")
    return Finding(
        rule=f"{MODEL}/{rule or finding.category.lower()}",
        severity=Severity[finding.severity],
        category=Category[finding.category],
        message=_words(finding.message, _MOST_MESSAGE),
        place=place,
        patch=patch,
        tools=(MODEL,),
        confidence=min(1.0, max(0.0, finding.confidence)),
    )


def _patch(finding: ModelFinding, place: Place, shown: Shown) -> str:
    """The suggestion as a diff; empty where a secret stood in these lines, as the model can't know what to write."""
    text = (finding.replacement or "").replace("\r\n", "\n")
    if finding.replacement is None or unnumbered(text) != text or _NOT_OF_A_TEXT.search(text):
        return ""
    part = slice(place.start_line - 1, place.end_line)
    if shown.redacted.text.split("\n")[part] != shown.source.lines[part]:
        return ""
    return make_patch(shown.source.path, shown.source.text, [Edit(place, text)])


def _words(text: str, most: int) -> str:
    """A text in one line, without what steers a terminal."""
    words = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return words if len(words) <= most else f"{words[: most - 1]}…"
