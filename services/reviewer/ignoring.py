"""Findings that a comment in the code dismisses: `# atelier:ignore[ruff/S602] the command is a constant`.

The comment stands behind the code, or on lines of its own before it. It names rules with or without their tool, or a
pattern such as `secret/*`, several apart by commas.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from services.reviewer.finding import Finding
from services.reviewer.meanings import meaning_of_rule

UNREASONED = "Ignored in the code, without a reason."
_OPENING = r"#|//|/\*|\*|--|;|%|<!--|\{-|\(\*|\"\"\"|'''|\{#|@rem|rem"
_COMMENT = re.compile(
    rf"(?P<opening>{_OPENING})[ \t!*#/-]*atelier:ignore\[(?P<rules>[^\]\n]{{1,500}})\][ \t:—-]*(?P<reason>[^\n]*)",
    re.IGNORECASE,
)
_CLOSING = re.compile(r"\s*(?:\*+/|--+>|-\}|\*\)|#\}|\"\"\"|''')?\s*$")
# Not `#[derive]`, `*pointer = 1` and `--count`.
_NOT_CODE = re.compile(r"\s*(?:#(?!\[)|//|/\*|(?:\*|--|;|%|rem)(?=\s|\*?/|$)|<!--|\{-|\(\*|\{#|@rem|$)", re.IGNORECASE)
_MAX_REASON = 1000  # As DismissFinding takes.


@dataclass(frozen=True, slots=True)
class Ignore:
    """A comment that dismisses what the `rules` find in `line`, and why."""

    line: int
    rules: tuple[str, ...]
    reason: str

    def covers(self, finding: Finding) -> bool:
        """Whether it dismisses a finding."""
        place = finding.place
        if place is None or not place.start_line <= self.line <= place.end_line:
            return False
        return any(_names(rule, finding) for rule in self.rules)


def ignores(lines: Sequence[str]) -> list[Ignore]:
    """Return a file's comments that dismiss something, by the line that they are about."""
    return sorted(_ignores(lines), key=lambda ignore: ignore.line)


def ignored(finding: Finding, comments: Sequence[Ignore]) -> str:
    """Return why a comment dismisses the finding; empty: none does."""
    return next((ignore.reason for ignore in comments if ignore.covers(finding)), "")


def _ignores(lines: Sequence[str]) -> Iterator[Ignore]:
    for number, line in enumerate(lines, start=1):
        for match in _COMMENT.finditer(line) if "atelier:ignore" in line.lower() else ():
            rules = tuple(rule.strip() for rule in match["rules"].split(",") if rule.strip())
            reason = _CLOSING.sub("", match["reason"])[:_MAX_REASON] or UNREASONED
            about = number if line[: match.start()].strip() else _next_code(lines, number)
            yield Ignore(about, rules, reason)


def _next_code(lines: Sequence[str], number: int) -> int:
    """Return the number of the first line of code after a comment, or the comment's own when none comes."""
    following = (after for after in range(number + 1, len(lines) + 1) if not _NOT_CODE.match(lines[after - 1]))
    return next(following, number)


def _names(pattern: str, finding: Finding) -> bool:
    """Whether a comment's rule is the finding's, wholly, by a pattern or without its tool, or means the same."""
    own = finding.rule.partition("/")[2]
    if fnmatchcase(finding.rule, pattern) or fnmatchcase(own, pattern):
        return True
    tool, slash, _ = pattern.partition("/")
    return meaning_of_rule(pattern) == meaning_of_rule(finding.rule) and (not slash or tool in finding.tools)
