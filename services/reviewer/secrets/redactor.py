"""The only way out to a model: what passes it tells no secret, and keeps its lines.

A secret leaves as a typed mark such as `<aws-access-key-1>`; the same secret as the same mark, wherever it stands and
however it is written: as it is, escaped, percent-encoded, in Base64 or hex, or over lines and literals. What a mark
stands for is known to this object alone, for as long as it lives.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from services.reviewer.finding import Finding
from services.reviewer.secrets.redacted import Mark, Redacted
from services.reviewer.secrets.scan import scan
from services.reviewer.secrets.secret import Secret
from services.reviewer.secrets.views import views

_MIN_PART = 16  # A line of a key that is this long tells of it where it stands alone.
_MIN_TELLING = 6  # What is shorter, or a mere word, is a secret only as a word of its own: `root` isn't in `rooted`.


@dataclass(frozen=True, slots=True)
class _Known:
    """What tells a secret, and its mark."""

    pattern: re.Pattern[str] = field(repr=False)
    mark: str


class Redactor:
    """One review's redactor. Learn every text that is to leave before the first does, so that each is rid of all."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        self._counts: Counter[str] = Counter()
        self._learned: dict[tuple[str, str], list[tuple[Secret, str]]] = {}

    def __repr__(self) -> str:
        return f"Redactor({self._counts.total()} secrets)"

    def learn(self, text: str, language: str = "") -> list[Secret]:
        """Find the text's secrets, give each that is new a mark, and return them by place; see `scan`."""
        return [secret for secret, _ in self._learn(text, language)]

    def redact(self, text: str, language: str = "") -> Redacted:
        """Return the text with a mark in the place of each secret, its own and those learned, line by line.

        Take parts of a file from its redacted text: what is cut before may cut a secret in two.
        """
        own = [Mark(span, mark) for secret, mark in self._learn(text, language) for span in secret.spans]
        return Redacted.of(text, [*self._recognised(text), *own])

    def clean(self, finding: Finding) -> Finding:
        """Return the finding without any secret in its words; a patch that tells one is left out."""
        patch = finding.patch if self.redact(finding.patch).text == finding.patch else ""
        return replace(finding, message=self.redact(finding.message).text, patch=patch)

    def _learn(self, text: str, language: str) -> list[tuple[Secret, str]]:
        if (text, language) not in self._learned:
            # The surest first: what is random to one rule may be another's secret, encoded.
            found = [(secret, self._mark(secret, text)) for secret in sorted(scan(text, language), key=_doubt)]
            self._learned[text, language] = sorted(found, key=lambda item: item[0].place)
        return self._learned[text, language]

    def _mark(self, secret: Secret, text: str) -> str:
        """Return the mark of the secret that stands there, a new one for one that isn't known."""
        whole = text[secret.spans[0].start : secret.spans[-1].end]
        known = [*self._recognised(whole)]
        if known and _covers([mark for mark in known if mark.text == known[0].text], whole):
            return known[0].text
        self._counts[secret.kind] += 1
        mark = f"<{secret.kind}-{self._counts[secret.kind]}>"
        parts = (text[span.start : span.end] for span in secret.spans)
        for telling in (secret.value, unquote(secret.value), *(part for part in parts if len(part) >= _MIN_PART)):
            self._known.setdefault(telling, _Known(_pattern(telling), mark))
        return mark

    def _recognised(self, text: str) -> Iterator[Mark]:
        """Return where the text tells a known secret, the longest first."""
        ways = list(views(text))
        for value, known in sorted(self._known.items(), key=lambda item: -len(item[0])):
            for view in ways:
                if value in view.text:
                    for match in known.pattern.finditer(view.text):
                        yield from (Mark(span, known.mark) for span in view.spans(*match.span()))


def _covers(marks: Sequence[Mark], text: str) -> bool:
    return min(mark.span.start for mark in marks) == 0 and max(mark.span.end for mark in marks) == len(text)


def _doubt(secret: Secret) -> float:
    return -secret.confidence


def _pattern(value: str) -> re.Pattern[str]:
    word = re.escape(value)
    telling = len(value) >= _MIN_TELLING and not (value.isalpha() and len(value) < 2 * _MIN_TELLING)
    return re.compile(word if telling else rf"(?<!\w){word}(?!\w)")
