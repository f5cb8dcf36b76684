"""What reviews came to together: counts, usage, a plain sentence about how completely they looked, and an exit code."""

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from atelier.reviewer.v1.review_service_pb2 import (
    FindingCounts,
    Review,
    ReviewOutcome,
    ReviewState,
    Usage,
)
from google.type.money_pb2 import Money

from cli.documents import word
from cli.exits import ExitCode
from cli.money import NANOS, money_text
from cli.output import counted
from cli.review_documents import SEVERITIES, counts_document, review_document, usage_document
from cli.review_notes import NoteBook
from cli.review_watch import UNENDED

COUNTS = ("added", "persisting", "fixed", "dismissed")
TOKENS = ("input_tokens", "output_tokens", "saved_tokens")


class FailOn(enum.StrEnum):
    """How bad a finding must be for the command to fail, as it is typed."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"
    NEVER = "never"


@dataclass(slots=True)
class Reviewed:
    """Reviews that have ended. `unsent` counts files that couldn't be sent, `missing` those of them that were named."""

    reviews: list[Review] = field(default_factory=list)
    notes: NoteBook = field(default_factory=NoteBook)
    unsent: int = 0
    missing: int = 0

    @property
    def counts(self) -> FindingCounts:
        """The findings of all."""
        found = [review.counts for review in self.reviews]
        rows = [list(one.by_severity) or [0] * len(SEVERITIES) for one in found]
        return FindingCounts(
            **{name: sum(getattr(one, name) for one in found) for name in COUNTS},
            by_severity=[sum(column) for column in zip(*rows, strict=True)],
        )

    @property
    def usage(self) -> Usage:
        """What all used together; their prices are in one currency."""
        found = [review.usage for review in self.reviews]
        priced = [one.cost for one in found if one.HasField("cost")]
        nanos = sum(cost.units * NANOS + cost.nanos for cost in priced)
        cost = (
            Money(currency_code=priced[0].currency_code, units=nanos // NANOS, nanos=nanos % NANOS) if priced else None
        )
        return Usage(**{name: sum(getattr(one, name) for one in found) for name in TOKENS}, cost=cost)

    @property
    def outcome(self) -> str | None:
        """COMPLETE where everything that was meant to look has looked, else DEGRADED; None while something looks."""
        if any(review.state in UNENDED for review in self.reviews):
            return None
        is_complete = all(review.outcome == ReviewOutcome.REVIEW_OUTCOME_COMPLETE for review in self.reviews)
        return "COMPLETE" if is_complete and not self.unsent else "DEGRADED"

    def failing(self, fail_on: FailOn) -> int:
        """How many findings are new or persist and as bad as that, or worse."""
        if fail_on is FailOn.NEVER:
            return 0
        return sum(list(self.counts.by_severity)[: SEVERITIES.index(fail_on) + 1])

    def exit_code(self, fail_on: FailOn) -> ExitCode:
        """How the command ends."""
        states = {review.state for review in self.reviews}
        if self.failing(fail_on):
            return ExitCode.FINDINGS
        if ReviewState.REVIEW_STATE_FAILED in states:
            return ExitCode.SOFTWARE
        return ExitCode.ITEMS if self.missing or states != {ReviewState.REVIEW_STATE_SUCCEEDED} else ExitCode.OK


def summary_document(found: Reviewed, fail_on: FailOn) -> dict[str, Any]:
    """The last line of `--json`."""
    return {
        "reviews": [review_document(review) for review in found.reviews],
        "outcome": found.outcome,
        "counts": counts_document(found.counts),
        "usage": usage_document(found.usage),
        "not_sent": found.unsent,
        "fail_on": fail_on.value,
        "failing": found.failing(fail_on),
    }


def summary_lines(found: Reviewed, fail_on: FailOn) -> Iterator[str]:
    """What a person is told at the end."""
    yield from outcome_lines(found)
    if failing := found.failing(fail_on):
        yield f"{counted(failing, 'finding')} of severity {fail_on.upper()}{_or_worse(fail_on)}: --fail-on {fail_on}."
    yield from _ways_back(found.reviews)


def outcome_lines(found: Reviewed) -> Iterator[str]:
    """What was found, how completely the files were looked at, and what that took."""
    yield f"{_found(found.counts)} in {counted(sum(one.progress.total for one in found.reviews), 'file')}."
    yield from _coverage(found)
    yield _used(found.usage)


def _found(counts: FindingCounts) -> str:
    by_severity = [f"{n:,} {name}" for n, name in zip(counts.by_severity, SEVERITIES, strict=False) if n]
    current = counts.added + counts.persisting
    worst = f" ({', '.join(by_severity)})" if by_severity else ""
    statuses = f"{counts.added:,} new, {counts.persisting:,} persisting, {counts.fixed:,} fixed"
    return f"{counted(current, 'finding')}{worst}: {statuses}, {counts.dismissed:,} dismissed,"


def _coverage(found: Reviewed) -> Iterator[str]:
    if found.notes.without_model:
        yield "No model is set, so the findings are those of tools alone."
    match found.outcome:
        case "COMPLETE":
            yield "COMPLETE: all that was meant to look at the files did."
        case "DEGRADED":
            yield "DEGRADED: not all that was meant to look at the files did:"
            yield from (f"  {line}" for line in found.notes.lines())
            if found.unsent:
                yield f"  {counted(found.unsent, 'file')} couldn't be sent"
        case _:
            yield "Not all files have been looked at yet."


def _used(usage: Usage) -> str:
    if not usage.input_tokens + usage.output_tokens:
        return "No tokens were used."
    cost = f", {money_text([usage.cost])}" if usage.HasField("cost") else ", at no known price"
    saved = f"; {usage.saved_tokens:,} more needn't be sent" if usage.saved_tokens else ""
    return f"{usage.input_tokens:,} tokens sent and {usage.output_tokens:,} answered{cost}{saved}."


def _or_worse(fail_on: FailOn) -> str:
    return "" if fail_on is FailOn.CRITICAL else " or worse"


def _ways_back(reviews: Sequence[Review]) -> Iterator[str]:
    for review in reviews:
        state = (word(ReviewState, review.state) or "").lower()
        verb, does = ("watch", "waits for its end") if review.state in UNENDED else ("show", "shows it again")
        yield f"Review {review.review_id} {state}; `atelier reviews {verb} {review.review_id}` {does}."
