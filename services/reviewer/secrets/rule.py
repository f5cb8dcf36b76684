"""What a rule of the scan is: a shape, and what it means when a text has it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from services.reviewer.finding import Severity


class Candidate(NamedTuple):
    """Characters of a view that may be a secret."""

    kind: str
    start: int
    end: int
    severity: Severity
    confidence: float


def anything(_: str) -> bool:
    """Whether a value may be a secret when its shape alone is proof: always."""
    return True


@dataclass(frozen=True, slots=True)
class Rule:
    """A secret of `kind` is what `pattern` finds, or its group `value` where it has one, if it is `plausible`."""

    kind: str
    pattern: re.Pattern[str]
    severity: Severity = Severity.HIGH
    confidence: float = 0.95
    plausible: Callable[[str], bool] = anything

    def find(self, text: str) -> Iterator[Candidate]:
        """Return what the rule finds in a text."""
        group = self.pattern.groupindex.get("value", 0)
        for match in self.pattern.finditer(text):
            if self.plausible(match[group]):
                yield Candidate(self.kind, match.start(group), match.end(group), self.severity, self.confidence)
