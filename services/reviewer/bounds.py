"""What a part's findings may take: it must be told in one message, whatever its files make the tools say.

A part of several files has as much room as one of a single file, of which each has its share.
"""

from collections.abc import Iterable
from dataclasses import replace

from services.reviewer.coverage import ToolRun, ToolStatus
from services.reviewer.finding import Finding

# Of one tool. A file made to be found fault with has faults by the thousand, and a diff of it costs milliseconds.
MOST_FINDINGS = 500
MESSAGE_CHARACTERS = 1_000
PATCH_BYTES = 2**18  # Of all patches together.


def first_told(findings: list[Finding], run: ToolRun, *, files: int) -> tuple[list[Finding], ToolRun]:
    """The first findings of a tool in one of so many files, and its run, which says if there are more."""
    most = MOST_FINDINGS // files
    if len(findings) <= most:
        return findings, run
    message = f"It found {len(findings):,}; the first {most} are told."
    return findings[:most], replace(run, status=ToolStatus.CUT_OFF, message=message)


def bounded(findings: Iterable[Finding], *, files: int = 1) -> list[Finding]:
    """Return the findings of one of so many files, in order, with long messages cut, and with the patches that fit."""
    kept, room = list[Finding](), PATCH_BYTES // files
    for finding in findings:
        patch = finding.patch if len(finding.patch.encode()) <= room else ""
        room -= len(patch.encode())
        kept.append(replace(finding, message=_cut(finding.message), patch=patch))
    return kept


def _cut(message: str) -> str:
    return message if len(message) <= MESSAGE_CHARACTERS else f"{message[: MESSAGE_CHARACTERS - 1]}…"
