"""What a file's findings may take: a part must be told in one message, whatever a file makes its tools say."""

from collections.abc import Iterable
from dataclasses import replace

from services.reviewer.finding import Finding

MESSAGE_CHARACTERS = 1_000
PATCH_BYTES = 2**18  # Of all patches of a file together.


def bounded(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings, in order, with long messages cut, and without the patches that there is no room for."""
    kept, room = list[Finding](), PATCH_BYTES
    for finding in findings:
        patch = finding.patch if len(finding.patch.encode()) <= room else ""
        room -= len(patch.encode())
        kept.append(replace(finding, message=_cut(finding.message), patch=patch))
    return kept


def _cut(message: str) -> str:
    return message if len(message) <= MESSAGE_CHARACTERS else f"{message[: MESSAGE_CHARACTERS - 1]}…"
