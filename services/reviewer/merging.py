"""Findings of several tools that mean the same become one, which names all of them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from math import prod

from services.reviewer.finding import Category, Finding, Place
from services.reviewer.meanings import meaning_of
from services.reviewer.secrets.secret import TOOL as SECRET_SCAN
from services.reviewer.source import Lines

MODEL = "model"


def merge(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings by place, with those of different tools that share a line and a meaning as one.

    The word of the secret scan counts before that of a linter, and that before the model's: its rule,
    message and place. The severity is the worst. Two findings of one tool stay two, and their order doesn't matter.
    """
    ordered = sorted(findings, key=lambda finding: (meaning_of(finding), *_order(finding)))
    merged = [_one(group) for _, alike in groupby(ordered, key=meaning_of) for group in _by_place(list(alike))]
    return sorted(merged, key=_by_line)


def _by_place(alike: list[Finding]) -> Iterator[list[Finding]]:
    """Return groups of findings that share a line with their first, and no tool with each other."""
    while alike:
        group, rest = [alike[0]], list[Finding]()
        for finding in alike[1:]:
            known = {tool for member in group for tool in member.tools}
            (rest if known & {*finding.tools} or not _touch(group[0], finding) else group).append(finding)
        yield group
        alike = rest


def _one(group: Sequence[Finding]) -> Finding:
    if len(group) == 1:
        return group[0]
    first = group[0]
    doubt = prod(1 - finding.confidence for finding in group)
    return replace(
        first,
        severity=max(finding.severity for finding in group),
        patch=next((finding.patch for finding in group if finding.patch), ""),
        tools=tuple(dict.fromkeys(tool for finding in group for tool in finding.tools)),
        confidence=1 - doubt,
    )


def _touch(one: Finding, other: Finding) -> bool:
    if one.place is None or other.place is None:
        return one.place is other.place
    return _lines(one.place).touches(_lines(other.place))


def _lines(place: Place) -> Lines:
    return Lines(place.start_line, place.end_line)


def _order(finding: Finding) -> tuple[object, ...]:
    """Return what sorts findings that mean the same: whose word counts, by line, columns first."""
    rank = 0 if SECRET_SCAN in finding.tools else 2 if finding.tools == (MODEL,) else 1
    place = finding.place or Place(0)
    return (rank, place.start_line, not place.start_column, *_by_line(finding))


def _by_line(finding: Finding) -> tuple[object, ...]:
    place, is_secret = finding.place or Place(0), finding.category is Category.SECRET
    rest = (finding.message, finding.tools, finding.confidence, finding.severity, finding.patch)
    return (place, not is_secret, finding.rule, *rest)
