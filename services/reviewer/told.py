"""Findings as rows: how many there are of which kind, how they are written, and how the next review reads them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from services.reviewer import store
from services.reviewer.comparing import FindingStatus, Told
from services.reviewer.finding import Category, Finding, Place, Severity

_OPEN = (FindingStatus.NEW, FindingStatus.PERSISTING)


def count(told: Sequence[Told]) -> list[int]:
    """As the column `counts` has them: by status, then those that are open by severity, the worst first."""
    statuses = Counter(one.status for one in told)
    severities = Counter(one.finding.severity for one in told if one.status in _OPEN)
    return [
        *(statuses[status] for status in FindingStatus),
        *(severities[severity] for severity in sorted(Severity, reverse=True)),
    ]


def to_document(told: Sequence[tuple[str, Told]], untold: Sequence[tuple[str, Told]]) -> list[dict[str, Any]]:
    """What `insert_findings.sql` takes, those told before the others."""
    return [*_rows(told, told=True, first=0), *_rows(untold, told=False, first=len(told))]


def told_of(row: store.Row) -> Told:
    """The finding of a row of list_last_findings."""
    place = None
    if row["start_line"] is not None:
        place = Place(row["start_line"], row["start_column"], row["end_line"], row["end_column"])
    finding = Finding(
        rule=row["rule"],
        severity=Severity(row["severity"]),
        category=Category(row["category"]),
        message=row["message"],
        place=place,
        patch=row["patch"],
        tools=tuple(row["tools"]),
        confidence=row["confidence"],
    )
    return Told(
        finding=finding,
        fingerprint=row["fingerprint"],
        status=FindingStatus(row["status"]),
        dismissal=row["dismissal"],
    )


def _rows(placed: Sequence[tuple[str, Told]], *, told: bool, first: int) -> Iterator[dict[str, Any]]:
    for position, (path, one) in enumerate(placed, start=first):
        finding, place = one.finding, one.finding.place
        yield {
            "position": position,
            "told": told,
            "fingerprint": one.fingerprint,
            "rule": finding.rule,
            "severity": finding.severity,
            "category": finding.category,
            "message": finding.message,
            "path": path,
            "start_line": place and place.start_line,
            "start_column": place and place.start_column,
            "end_line": place and place.end_line,
            "end_column": place and place.end_column,
            "patch": finding.patch,
            "tools": finding.tools,
            "confidence": finding.confidence,
            "status": one.status,
            "dismissal": one.dismissal,
        }
