"""Suggestions as unified diffs: one that applies to the file as it is, or none."""

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from itertools import pairwise

from services.reviewer.finding import Place

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@.*\n?")
_NO_NEWLINE = "\\ No newline at end of file\n"
# What a diff's header would have to quote.
_AWKWARD = re.compile(r"[\"\\\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Edit:
    """`text` in the place of what stands there: with columns exactly there, without them in the place of the lines."""

    place: Place
    text: str


def make_patch(path: str, text: str, edits: Sequence[Edit]) -> str:
    """Return a unified diff that makes the edits; empty when they overlap, leave the text or change nothing."""
    edited = _edited(text, edits)
    return "" if edited is None else _diff(path, text, edited)


def checked_patch(path: str, text: str, patch: str) -> str:
    """Return a diff that somebody else wrote as one of this file; empty when it doesn't apply or changes nothing.

    It has to apply exactly where it says; the file that it names doesn't matter.
    """
    edited = apply_patch(text, patch)
    return "" if edited is None else _diff(path, text, edited)


def apply_patch(text: str, patch: str) -> str | None:
    """Return the text with a unified diff of one file applied; None when it doesn't apply exactly where it says."""
    lines, result, position = _lines(text), list[str](), 0
    try:
        hunks = list(_hunks(_lines(patch)))
    except ValueError:
        return None
    for start, old, new in hunks:
        if start < position or lines[start : start + len(old)] != old:
            return None
        result += [*lines[position:start], *new]
        position = start + len(old)
    return "".join([*result, *lines[position:]])


def fit_patch(patch: str, content: bytes) -> str:
    """Return a patch of a text as one of the bytes that the text was read from; empty when that can't be.

    The text had neither their byte order mark nor their line ends.
    """
    head, hunks, body = patch.partition("\n@@ ")
    if content.startswith(codecs.BOM_UTF8) and re.match(r"-[01][, ]", body):
        return ""
    if b"\r" not in content:
        return patch
    if not content.count(b"\r") == content.count(b"\n") == content.count(b"\r\n"):
        return ""
    lines = [*_lines("@@ " + body), ""]
    fitted = (
        _with_return(line) if line[0] in " +-" and after != _NO_NEWLINE else line for line, after in pairwise(lines)
    )
    return head + hunks[:1] + "".join(fitted)


def _with_return(line: str) -> str:
    return line[:-1] + "\r\n"


def _edited(text: str, edits: Sequence[Edit]) -> str | None:
    lines = _lines(text)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    spans = sorted((*_span(edit.place, starts), edit) for edit in edits) if _are_within(edits, lines) else []
    if not spans or any(before[1] > after[0] for before, after in pairwise(spans)):
        return None
    for start, end, edit in reversed(spans):
        text = text[:start] + _fitting(edit, text[start:end]) + text[end:]
    return text


def _are_within(edits: Sequence[Edit], lines: Sequence[str]) -> bool:
    return all(
        1 <= place.start_line <= place.end_line <= len(lines)
        and place.start_column <= len(lines[place.start_line - 1]) + 1
        and place.end_column <= len(lines[place.end_line - 1]) + 1
        and (place.start_line < place.end_line or place.start_column <= place.end_column)
        for place in (edit.place for edit in edits)
    )


def _span(place: Place, starts: Sequence[int]) -> tuple[int, int]:
    if place.start_column and place.end_column:
        return starts[place.start_line - 1] + place.start_column - 1, starts[place.end_line - 1] + place.end_column - 1
    return starts[place.start_line - 1], starts[place.end_line]


def _fitting(edit: Edit, replaced: str) -> str:
    """Return the edit's text; one of whole lines ends as those did."""
    whole_lines = not (edit.place.start_column and edit.place.end_column)
    ends = replaced.endswith("\n") and edit.text and not edit.text.endswith("\n")
    return edit.text + "\n" if whole_lines and ends else edit.text


def _diff(path: str, before: str, after: str) -> str:
    if _AWKWARD.search(path):
        return ""
    named = f"{path}\t" if " " in path else path  # The tab tells where a name with spaces ends.
    diff = unified_diff(_lines(before), _lines(after), f"a/{named}", f"b/{named}")
    return "".join(line if line.endswith("\n") else f"{line}\n{_NO_NEWLINE}" for line in diff)


def _hunks(patch: Sequence[str]) -> Iterator[tuple[int, list[str], list[str]]]:
    """Return each hunk: how many lines are before it, what it takes, what it gives. Raises ValueError without any."""
    first = next((number for number, line in enumerate(patch) if _HUNK.fullmatch(line)), None)
    if first is None:
        raise ValueError("no hunk")
    number = first
    while number < len(patch):
        header = _HUNK.fullmatch(patch[number])
        if header is None:
            raise ValueError("not a hunk")
        body = []
        number += 1
        while number < len(patch) and not _HUNK.fullmatch(patch[number]):
            body.append(patch[number])
            number += 1
        yield _hunk(header, body)


def _hunk(header: re.Match[str], body: Sequence[str]) -> tuple[int, list[str], list[str]]:
    old, new = list[str](), list[str]()
    for line, after in pairwise([*body, ""]):
        if line == _NO_NEWLINE:
            continue
        said = line[1:].removesuffix("\n") if after == _NO_NEWLINE else line[1:]
        if line[0] not in " +-":
            raise ValueError("not a line of a hunk")
        if line[0] in " -":
            old.append(said)
        if line[0] in " +":
            new.append(said)
    if (len(old), len(new)) != (int(header[2] or 1), int(header[3] or 1)):
        raise ValueError("a hunk of another size")
    return int(header[1]) - (1 if old else 0), old, new


def _lines(text: str) -> list[str]:
    """Return the lines with their ends, which are `\\n` alone."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)
