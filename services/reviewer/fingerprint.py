"""What a finding is known by from one review to the next: its rule and its line's words, not where the line is."""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence

from services.reviewer.finding import Finding
from services.reviewer.secrets.redacted import unnumbered

_EDITION = "1"  # Changes when the same finding would get another fingerprint: then every finding is new once.
_WORD = re.compile(r"\w")


def fingerprints(path: str, redacted: str, findings: Sequence[Finding]) -> list[str]:
    """Return each finding's fingerprint, 32 hex digits, in their order.

    `redacted` is the file's text as it may leave: a hash of a secret would let a short one be guessed. Equal findings
    of equal lines are told apart by their order in the file, so that each keeps its own.
    """
    lines = redacted.split("\n")
    subjects = [(finding.rule, _subject(finding, lines)) for finding in findings]
    seen: Counter[tuple[str, str]] = Counter()
    prints = [""] * len(findings)
    for number in sorted(range(len(findings)), key=lambda number: _order(findings[number])):
        seen[subjects[number]] += 1
        prints[number] = _hash(path, *subjects[number], str(seen[subjects[number]]))
    return prints


def _subject(finding: Finding, lines: Sequence[str]) -> str:
    """Return the words that a finding is about: its first line with a word in it, or its message if it has no place."""
    if finding.place is None:
        return " ".join(finding.message.split())
    found = [" ".join(line.split()) for line in lines[finding.place.start_line - 1 : finding.place.end_line]]
    return unnumbered(next((line for line in found if _WORD.search(line)), found[0] if found else ""))


def _order(finding: Finding) -> tuple[int, int, str]:
    place = finding.place
    return (place.start_line, place.start_column, finding.message) if place else (0, 0, finding.message)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join((_EDITION, *parts)).encode()).hexdigest()[:32]
