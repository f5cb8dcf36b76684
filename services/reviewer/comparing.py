"""What is new, still there, gone or dismissed, beside the last review of the same path in the same project."""

import enum
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from services.reviewer.finding import Finding


class FindingStatus(enum.StrEnum):
    """How a finding relates to the last review; the words are the proto's."""

    NEW = "NEW"
    PERSISTING = "PERSISTING"
    FIXED = "FIXED"
    DISMISSED = "DISMISSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A finding as a review tells it. `dismissal`: why somebody dismissed it."""

    finding: Finding
    fingerprint: str
    status: FindingStatus
    dismissal: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`told` are the findings of this review, and those that are gone; each fingerprint once.

    `unseen` are findings of the last review for which nobody who had found them looked this time: neither there nor
    gone. They are not told, and are to be compared with the next review as if they were of this one.
    """

    told: list[Told]
    unseen: list[Told]


def compare(
    findings: Sequence[tuple[str, Finding]],
    *,
    last: Sequence[Told],
    looked: Collection[str],
    ignored: Mapping[str, str],
    dismissed: Mapping[str, str],
) -> Comparison:
    """Compare a file's findings, each after its fingerprint, with those of its last review.

    `last` are that review's findings and what it had not seen; `looked` names the tools that did look this time, the
    secret scan and the model among them. `ignored` and `dismissed` give the reasons of comments in the code and of
    people, by fingerprint; both count for this review, people's before comments'.
    """
    before = {told.fingerprint: told for told in last if told.status is not FindingStatus.FIXED}
    reasons = {**ignored, **dismissed}
    now = {fingerprint: _told(fingerprint, finding, before, reasons) for fingerprint, finding in findings}
    gone = [told for fingerprint, told in before.items() if fingerprint not in now]
    fixed = [
        _fixed(told) for told in gone if _was_looked_for(told, looked) and told.status is not FindingStatus.DISMISSED
    ]
    return Comparison([*now.values(), *fixed], [told for told in gone if not _was_looked_for(told, looked)])


def _told(fingerprint: str, finding: Finding, before: Mapping[str, Told], reasons: Mapping[str, str]) -> Told:
    if fingerprint in reasons:
        status = FindingStatus.DISMISSED
    else:
        status = FindingStatus.PERSISTING if fingerprint in before else FindingStatus.NEW
    return Told(finding=finding, fingerprint=fingerprint, status=status, dismissal=reasons.get(fingerprint, ""))


def _fixed(told: Told) -> Told:
    return Told(finding=told.finding, fingerprint=told.fingerprint, status=FindingStatus.FIXED)


def _was_looked_for(told: Told, looked: Collection[str]) -> bool:
    return any(tool in looked for tool in told.finding.tools)
