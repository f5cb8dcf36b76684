"""What came of a file, for who reads lines: its findings with the code they are about. All of it is hostile text."""

from collections.abc import Callable, Sequence

from atelier.reviewer.v1.review_service_pb2 import (
    Category,
    CodeRange,
    FileReview,
    Finding,
    FindingStatus,
    ModelRun,
    Severity,
    ToolRun,
)
from rich.text import Text

from cli.code_frames import code_frame
from cli.documents import word
from cli.output import counted, neutralise
from cli.review_notes import own_notes

STYLES = {
    Severity.SEVERITY_CRITICAL: "bold white on red",
    Severity.SEVERITY_HIGH: "bold red",
    Severity.SEVERITY_MEDIUM: "bold yellow",
    Severity.SEVERITY_LOW: "cyan",
    Severity.SEVERITY_INFO: "blue",
}
CURRENT = (FindingStatus.FINDING_STATUS_NEW, FindingStatus.FINDING_STATUS_PERSISTING)
MOST_PATCH_LINES = 40
INDENT = "    "

ReadLines = Callable[[str], Sequence[str]]
"""Gives the lines of the file at a path, as they were sent; none where they aren't known."""


def file_text(found: FileReview, read_lines: ReadLines, *, width: int) -> Text | None:
    """A heading, the findings, what the model says and what didn't look; None where there is nothing to say."""
    notes = own_notes(found)
    if not (found.findings or found.summary or notes):
        return None
    lines = [_heading(found)]
    sources = {path: _masked(read_lines(path), path, found) for path in {finding.path for finding in found.findings}}
    for number, finding in enumerate(found.findings):
        lines += [Text()] if number else []
        lines += _finding(finding, sources[finding.path], found.path, width=width)
    if found.summary:
        lines.append(_indented("model: ", found.summary, style="italic"))
    lines += [Text(f"  {neutralise(note)}", style="yellow") for note in notes]
    return Text("\n").join([*lines, Text()])


def _masked(lines: Sequence[str], path: str, found: FileReview) -> Sequence[str]:
    """The lines without the secrets that were found in them: a terminal's output ends in logs."""
    masked = list(lines)
    for finding in found.findings:
        if finding.category == Category.CATEGORY_SECRET and finding.path == path:
            for number in range(max(1, finding.range.start_line), min(len(lines), finding.range.end_line) + 1):
                masked[number - 1] = _masked_line(lines[number - 1], number, finding.range)
    return masked


def _masked_line(line: str, number: int, secret: CodeRange) -> str:
    first = secret.start_column - 1 if number == secret.start_line and secret.start_column else 0
    last = secret.end_column - 1 if number == secret.end_line and secret.end_column else len(line)
    return line[:first] + "*" * len(line[first:last]) + line[last:]


def _heading(found: FileReview) -> Text:
    current = sum(finding.status in CURRENT for finding in found.findings)
    looked = [run.tool for run in found.coverage.tools if run.status == ToolRun.STATUS_RAN]
    if found.coverage.model.status == ModelRun.STATUS_RAN:
        looked.append(found.coverage.model.model)
    if found.coverage.model.status == ModelRun.STATUS_CACHED:
        looked.append(f"{found.coverage.model.model} (from the cache)")
    heading = Text(neutralise(found.path) or "As a whole", style="bold underline")
    words = [found.language, counted(current, "finding"), f"by {', '.join(looked)}" if looked else ""]
    heading.append("  " + neutralise("  ".join(one for one in words if one)), style="not bold not underline dim")
    return heading


def _finding(finding: Finding, lines: Sequence[str], heading: str, *, width: int) -> list[Text]:
    said = [_first_line(finding, heading), _indented("", finding.message)]
    if finding.status not in CURRENT:
        return said
    if finding.HasField("range") and lines:
        frame = code_frame(lines, finding.range, width=width - len(INDENT))
        said += [Text(INDENT).append_text(line) for line in frame.split("\n")] if frame else []
    return [*said, *_patch(finding.patch)]


def _first_line(finding: Finding, heading: str) -> Text:
    severity = word(Severity, finding.severity) or ""
    status = (word(FindingStatus, finding.status) or "").lower()
    why = f": {finding.dismissal}" if finding.dismissal else ""
    line = Text(f"  {neutralise(_place(finding, heading))}  ", style="bold")
    line.append(severity, style=STYLES.get(finding.severity, ""))
    line.append(f"  {neutralise(finding.rule)}  {neutralise(status + why)}")
    tools = f" by {', '.join(finding.tools)}" if finding.tools else ""
    line.append(f"{neutralise(tools)}  {neutralise(finding.finding_id)}", style="not bold dim")
    return line


def _place(finding: Finding, heading: str) -> str:
    """`12:5`, with the path before it where that isn't the heading's."""
    path = "" if finding.path == heading else finding.path
    where = finding.range
    line = str(where.start_line) if finding.HasField("range") else ""
    column = f":{where.start_column}" if where.start_column else ""
    return ":".join(part for part in (path, f"{line}{column}") if part) or "whole"


def _patch(patch: str) -> list[Text]:
    # Not the lines around, which the frame shows.
    lines = [line for line in patch.split("\n")[2:] if line.startswith(("@", "+", "-"))]
    if not lines:
        return []
    shown = [_patch_line(line) for line in lines[:MOST_PATCH_LINES]]
    more = len(lines) - len(shown)
    return [Text(f"{INDENT}suggestion:"), *shown, *([Text(f"{INDENT}… {counted(more, 'more line')}")] if more else [])]


def _patch_line(line: str) -> Text:
    style = {"+": "green", "-": "red", "@": "dim"}.get(line[:1], "")
    return Text(f"{INDENT}  {neutralise(line.expandtabs(4))}", style=style)


def _indented(label: str, text: str, *, style: str = "") -> Text:
    """A text of several lines under a finding or heading."""
    lines = [neutralise(line) for line in text.strip().splitlines()]
    return Text("\n").join(
        Text(f"{INDENT}{label if not at else ''}{line}", style=style) for at, line in enumerate(lines)
    )
