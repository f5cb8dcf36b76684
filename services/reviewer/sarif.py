"""A review's findings in SARIF 2.1.0, within what GitHub's code scanning and one message of gRPC take.

The format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/. GitHub's limits and what it reads of it:
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
and its page on results that exceed limits.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from services.reviewer.comparing import FindingStatus, Told
from services.reviewer.coverage import ToolRun, ToolStatus
from services.reviewer.finding import Category, Place, Severity

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MAX_RESULTS = 5_000  # A run may hold 25,000, of which GitHub drops all but 5,000.
# gRPC's clients take 4 MiB unless told otherwise; GitHub takes 10 MB, compressed.
_MAX_BYTES = 4 * 2**20 - 2**16
_MAX_TEXT = 1_024
_MAX_NAME = 255
_ROOT = "%SRCROOT%"
_LEVELS = {
    Severity.INFO: "note",
    Severity.LOW: "note",
    Severity.MEDIUM: "warning",
    Severity.HIGH: "error",
    Severity.CRITICAL: "error",
}
# GitHub calls over 9.0 critical, from 7.0 high, from 4.0 medium.
_SCORES = {
    Severity.INFO: "0.5",
    Severity.LOW: "3.0",
    Severity.MEDIUM: "5.5",
    Severity.HIGH: "8.0",
    Severity.CRITICAL: "9.5",
}
_PROBLEMS = {"note": "recommendation", "warning": "warning", "error": "error"}
_STATES = {FindingStatus.NEW: "new", FindingStatus.PERSISTING: "unchanged"}
_SAID = {
    ToolStatus.MISSING: "is missing and didn't look at",
    ToolStatus.FAILED: "failed at",
    ToolStatus.CUT_OFF: "was cut off at",
}


@dataclass(frozen=True, slots=True)
class Sarif:
    """The document, and how many findings it had no room for."""

    document: bytes
    left_out: int


def export_sarif(findings: Sequence[tuple[str, Told]], *, version: str, runs: Mapping[str, Sequence[ToolRun]]) -> Sarif:
    """Return a review's findings, each after its file's path, as SARIF in JSON.

    Those that are fixed or dismissed aren't told: GitHub would open an alert for each. What there is no room for is
    left out, the least severe first. `version` is the reviewer's, `runs` are the tools' by path: the document says
    which of them didn't look.
    """
    current = [(path, told) for path, told in findings if told.status in _STATES]
    worst_first = sorted(current, key=lambda item: (-item[1].finding.severity, -item[1].finding.confidence))
    room = MAX_RESULTS
    while True:
        kept = worst_first[:room]
        document = json.dumps(_log(kept, version, runs), ensure_ascii=False, separators=(",", ":")).encode()
        if not kept or len(document) <= _MAX_BYTES:
            return Sarif(document, len(current) - len(kept))
        room = len(kept) * _MAX_BYTES * 9 // (len(document) * 10)


def _log(findings: Sequence[tuple[str, Told]], version: str, runs: Mapping[str, Sequence[ToolRun]]) -> dict[str, Any]:
    rules = _rules([told for _, told in findings])
    numbers = {rule["id"]: number for number, rule in enumerate(rules)}
    run = {
        "tool": {"driver": {"name": "Atelier", "semanticVersion": version, "rules": rules}},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _notifications(runs)}],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the project."}}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(path, told, numbers[told.finding.rule]) for path, told in findings],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rules(findings: Sequence[Told]) -> list[dict[str, Any]]:
    """Return a descriptor for each rule, as bad as the worst of its findings."""
    worst: dict[str, Told] = {}
    for told in findings:
        known = worst.get(told.finding.rule)
        if known is None or told.finding.severity > known.finding.severity:
            worst[told.finding.rule] = told
    return [_rule(rule, told) for rule, told in sorted(worst.items())]


def _rule(rule: str, told: Told) -> dict[str, Any]:
    finding = told.finding
    level = _LEVELS[finding.severity]
    is_security = finding.category in (Category.SECURITY, Category.SECRET)
    topic = finding.category.lower()
    text = f"{rule}: a rule about {topic}."
    properties: dict[str, Any] = {
        "tags": sorted({topic, "security"} if is_security else {topic}),
        "precision": _precision(finding.confidence),
        "problem.severity": _PROBLEMS[level],
    }
    if is_security:
        properties["security-severity"] = _SCORES[finding.severity]
    return {
        "id": rule,
        "name": _cut(rule.replace("/", "-"), _MAX_NAME),
        "shortDescription": {"text": _cut(text, _MAX_TEXT)},
        "fullDescription": {"text": _cut(text, _MAX_TEXT)},
        "help": {"text": _cut(f"Found by {', '.join(finding.tools)}.", _MAX_TEXT)},
        "defaultConfiguration": {"level": level},
        "properties": properties,
    }


def _result(path: str, told: Told, number: int) -> dict[str, Any]:
    finding = told.finding
    return {
        "ruleId": finding.rule,
        "ruleIndex": number,
        "level": _LEVELS[finding.severity],
        "message": {"text": _cut(finding.message, _MAX_TEXT) or finding.rule},
        "locations": [{"physicalLocation": _location(path, finding.place)}],
        # GitHub reads the first alone, in its own form: a hash and an ordinal.
        "partialFingerprints": {
            "primaryLocationLineHash": f"{told.fingerprint}:1",
            "atelierFingerprint/v1": told.fingerprint,
        },
        "baselineState": _STATES[told.status],
        "rank": round(finding.confidence * 100, 1),
        "properties": {"severity": finding.severity.name, "category": finding.category, "tools": [*finding.tools]},
    }


def _location(path: str, place: Place | None) -> dict[str, Any]:
    # GitHub takes no result without a location; what is about the whole is at its first line.
    region = {"startLine": 1} if place is None else _region(place)
    return {"artifactLocation": {"uri": quote(path or ".", safe="/"), "uriBaseId": _ROOT}, "region": region}


def _region(place: Place) -> dict[str, int]:
    region = {"startLine": place.start_line, "endLine": place.end_line, "startColumn": place.start_column or 1}
    if place.start_column and place.end_column:
        region["endColumn"] = place.end_column
    return region


def _precision(confidence: float) -> str:
    return (
        "very-high"
        if confidence >= 0.95
        else "high"
        if confidence >= 0.75
        else "medium"
        if confidence >= 0.5
        else "low"
    )


def _notifications(runs: Mapping[str, Sequence[ToolRun]]) -> list[dict[str, Any]]:
    """Return what didn't look, and why."""
    return [
        {
            "level": "warning",
            "message": {"text": _cut(f"{run.tool} {_SAID[run.status]} {path}: {run.message}", _MAX_TEXT)},
        }
        for path, tools in runs.items()
        for run in tools
        if run.status is not ToolStatus.RAN
    ]


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
