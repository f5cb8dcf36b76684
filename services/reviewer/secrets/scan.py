"""Finds the secrets of a text: by their shape, by the name they are given, and by looking random.

It reads, and asks nobody: no secret is ever tried. It takes any text and never raises.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate, chain

from services.reviewer.finding import Place
from services.reviewer.secrets import entropy, key_names, plugins
from services.reviewer.secrets.rule import Candidate
from services.reviewer.secrets.secret import Secret, Span
from services.reviewer.secrets.shapes import SHAPES
from services.reviewer.secrets.views import views

# The rules' own edition beside that of the library: a kept answer is as old as both.
VERSION = f"1+detect-secrets-{plugins.VERSION}"


@dataclass(frozen=True, slots=True)
class _Trace:
    """A candidate, where it is in the text, and what it says."""

    candidate: Candidate
    spans: tuple[Span, ...]
    value: str = field(repr=False)


def scan(text: str, language: str = "") -> list[Secret]:
    """Return the text's secrets by place; none overlaps another. Without a language it is any text, as an error is."""
    lines = _Lines(text)
    return [_secret(traces, lines) for traces in _overlapping(list(_traces(text, language)))]


class _Lines:
    """Where lines begin, to tell lines and columns from positions."""

    def __init__(self, text: str) -> None:
        self._starts = list(accumulate((len(line) + 1 for line in text.split("\n")), initial=0))

    def place(self, first: Span, last: Span) -> Place:
        """Return the place from the first span's beginning to the last one's end."""
        start, end = (bisect_right(self._starts, position) for position in (first.start, last.end))
        return Place(start, first.start - self._starts[start - 1] + 1, end, last.end - self._starts[end - 1] + 1)


def _traces(text: str, language: str) -> Iterator[_Trace]:
    for view in views(text):
        for candidate in _candidates(view.text, language):
            spans = view.spans(candidate.start, candidate.end)
            if spans:
                yield _Trace(candidate, spans, view.text[candidate.start : candidate.end])


def _candidates(text: str, language: str) -> Iterator[Candidate]:
    """Return what every detector finds, the most telling first: of two as sure, the first one's word counts."""
    shaped = chain.from_iterable(rule.find(text) for rule in SHAPES)
    yield from chain(shaped, plugins.find(text), key_names.find(text, language), entropy.find(text))


def _overlapping(traces: list[_Trace]) -> Iterator[list[_Trace]]:
    """Return the traces in groups of which none overlaps another."""
    group: list[_Trace] = []
    end = 0
    for trace in sorted(traces, key=lambda trace: trace.spans[0].start):
        if group and trace.spans[0].start >= end:
            yield group
            group = []
        group.append(trace)
        end = max(end, trace.spans[-1].end)
    if group:
        yield group


def _secret(traces: list[_Trace], lines: _Lines) -> Secret:
    best = max(traces, key=lambda trace: (trace.candidate.confidence, len(trace.value)))
    spans = _union(span for trace in traces for span in trace.spans)
    return Secret(
        kind=best.candidate.kind,
        place=lines.place(spans[0], spans[-1]),
        spans=spans,
        severity=best.candidate.severity,
        confidence=best.candidate.confidence,
        value=best.value,
    )


def _union(spans: Iterator[Span]) -> tuple[Span, ...]:
    united: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if united and span.start <= united[-1].end:
            united[-1] = Span(united[-1].start, max(united[-1].end, span.end))
        else:
            united.append(span)
    return tuple(united)
