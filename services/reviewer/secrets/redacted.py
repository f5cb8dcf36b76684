"""A text that may leave, and the way back from its columns to those of the original."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from services.reviewer.finding import Place
from services.reviewer.secrets.secret import Span

_MARK = re.compile(r"<([a-z][a-z0-9-]*)-[0-9]+>")


@dataclass(frozen=True, slots=True)
class Mark:
    """The text that stands in the place of a secret, or of a part of it."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Redacted:
    """`text` has the original's lines. It doesn't hold the original: only where, and how long, its secrets are."""

    text: str
    _marks: Sequence[Sequence[Mark]] = field(repr=False)  # By line; their spans count within it.

    @classmethod
    def of(cls, original: str, marks: Sequence[Mark]) -> "Redacted":
        """Put marks into a text. Of marks that overlap, the first one, or the longest there, stands for all."""
        united = _united(marks)
        lines, by_line, begin, number = [], [], 0, 0
        for line in original.split("\n"):
            end, here = begin + len(line), []
            while number < len(united) and united[number].span.start < end:
                span = united[number].span
                here.append(Mark(Span(span.start - begin, span.end - begin), united[number].text))
                number += 1
            lines.append(_with(line, here))
            by_line.append(here)
            begin = end + 1
        return cls("\n".join(lines), by_line)

    def place(self, place: Place) -> Place:
        """Return the place in the original of one in the text: what touches a mark takes in the whole secret."""
        if not (place.start_column and place.end_column):
            return place
        start = self._position(place.start_line, place.start_column - 1, is_end=False)
        end = self._position(place.end_line, place.end_column - 1, is_end=True)
        return replace(place, start_column=start + 1, end_column=end + 1)

    def _position(self, line: int, position: int, *, is_end: bool) -> int:
        grown = 0  # By how many characters the marks so far are longer than their secrets.
        for mark in self._marks[line - 1] if line <= len(self._marks) else ():
            start = mark.span.start + grown
            end = start + len(mark.text)
            if position < start or (is_end and position == start):
                break
            if position < end or (is_end and position == end):
                return mark.span.end if is_end else mark.span.start
            grown += len(mark.text) - (mark.span.end - mark.span.start)
        return position - grown


def unnumbered(text: str) -> str:
    """Return the text with each mark's kind alone, as its number depends on the secrets before it."""
    return _MARK.sub(r"<\1>", text)


def _united(marks: Sequence[Mark]) -> list[Mark]:
    united: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: (mark.span.start, -mark.span.end)):
        if united and mark.span.start < united[-1].span.end:
            end = max(united[-1].span.end, mark.span.end)
            united[-1] = Mark(Span(united[-1].span.start, end), united[-1].text)
        else:
            united.append(mark)
    return united


def _with(line: str, marks: Sequence[Mark]) -> str:
    for mark in reversed(marks):
        line = line[: mark.span.start] + mark.text + line[mark.span.end :]
    return line
