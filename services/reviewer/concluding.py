"""The last step: of all that was found, what is told, how it relates to the last review, and how complete it is."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from chassis.postgres import Database
from services.reviewer import store
from services.reviewer.bounds import bounded
from services.reviewer.comparing import Comparison, FindingStatus, Told, compare
from services.reviewer.context import Context, Looked
from services.reviewer.coverage import Coverage, ModelStatus, Outcome, ToolRun, ToolStatus
from services.reviewer.ending import Result
from services.reviewer.finding import Finding
from services.reviewer.fingerprint import fingerprints
from services.reviewer.ignoring import ignored, ignores
from services.reviewer.merging import MODEL, merge
from services.reviewer.models.prompt import Task
from services.reviewer.patches import fit_patch
from services.reviewer.source import Lines
from services.reviewer.told import told_of

if TYPE_CHECKING:
    from chassis.postgres import Connection

Placed = tuple[str, Told]
LOOKED = (ModelStatus.RAN, ModelStatus.CACHED)
_WORST_LAST = (ToolStatus.RAN, ToolStatus.CUT_OFF, ToolStatus.FAILED, ToolStatus.MISSING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A path's findings, each after its fingerprint; why comments dismiss some; who looked, and at what of it.

    `paths`: where those stand, by fingerprint, that stand elsewhere.
    """

    path: str
    findings: Sequence[tuple[str, Finding]] = ()
    ignored: Mapping[str, str] = field(default_factory=dict)
    looked: frozenset[str]
    changed: Sequence[Lines] = ()
    paths: Mapping[str, str] = field(default_factory=dict)


class Concluding:
    """Makes results of contexts that have come through all other steps."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def conclude(self, context: Context) -> Result:
        """What the part has come to, compared with the last review of its path; an error isn't compared."""
        known = await asyncio.to_thread(_known, context)
        told, untold = await self.relate(context.part, known)
        return replace(_result(context), told=told, untold=untold)

    async def relate(self, part: store.Row, known: Sequence[Known]) -> tuple[list[Placed], list[Placed]]:
        """Of a part's findings, and those of its last review: what is told, and what is kept to be compared with."""
        last, dismissed = await self._read(part, [fingerprint for one in known for fingerprint, _ in one.findings])
        before = [told_of(row) for row in last]
        paths = {row["fingerprint"]: row["path"] for row in last}
        placed = list[tuple[str, Told, bool]]()
        for one in known:
            comparison = compare(one.findings, last=before, looked=one.looked, ignored=one.ignored, dismissed=dismissed)
            placed += _placed(one, comparison, {**paths, **one.paths})
        told = [(path, one) for path, one, is_told in placed if is_told]
        return told, [(path, one) for path, one, is_told in placed if not is_told]

    async def _read(self, part: store.Row, found: Sequence[str]) -> tuple[store.Rows, dict[str, str]]:
        async def read(connection: "Connection") -> tuple[store.Rows, dict[str, str]]:
            owner, project = part["owner"], part["project"]
            rows = store.Rows()
            if _is_compared(part):
                rows = await store.list_last_findings(connection, owner, project, part["path"])
            return rows, await store.list_dismissals(connection, owner, project, found)

        return await self._database.run(read)


def _is_compared(part: store.Row) -> bool:
    return bool(part["task"] != Task.DEBUG)


def _known(context: Context) -> list[Known]:
    """What there is to compare. A file that was skipped has nothing, and nobody looked at it."""
    by_file = context.checked.files or [()] * len(context.files)
    asked = context.asked is not None and context.asked.run.status in LOOKED
    looked = [_known_of(context, file, found, asked=asked) for file, found in zip(context.files, by_file, strict=True)]
    skipped = [Known(path=file.path, looked=frozenset()) for file, _ in context.skipped]
    return [*looked, *skipped]


def _known_of(context: Context, file: Looked, of_model: Sequence[Finding], *, asked: bool) -> Known:
    merged = merge([*file.findings, *of_model])
    fitted = [replace(finding, patch=fit_patch(finding.patch, file.content)) for finding in merged]
    findings = bounded(fitted, files=len(context.files))
    prints = fingerprints(file.source.path, file.redacted.text, findings)
    comments = ignores(file.redacted.text.split("\n"))
    reasons = {one: ignored(finding, comments) for one, finding in zip(prints, findings, strict=True)}
    looked = {run.tool for run in file.runs if run.status is ToolStatus.RAN}
    if asked and not file.trimmed.shown:
        looked.add(MODEL)
    return Known(
        path=file.source.path,
        findings=list(zip(prints, findings, strict=True)),
        ignored={fingerprint: reason for fingerprint, reason in reasons.items() if reason},
        looked=frozenset(looked),
        changed=file.source.changed,
    )


def _placed(known: Known, comparison: Comparison, paths: Mapping[str, str]) -> Iterator[tuple[str, Told, bool]]:
    """Each finding by line, behind its path and before whether it is told."""
    told = [(one, _is_told(one, known.changed)) for one in comparison.told]
    for one, is_told in sorted([*told, *((one, False) for one in comparison.unseen)], key=_line):
        yield paths.get(one.fingerprint, known.path), one, is_told


def _is_told(told: Told, changed: Sequence[Lines]) -> bool:
    """Of a diff, only what touches it, or is gone."""
    place = told.finding.place
    if not changed or told.status is FindingStatus.FIXED:
        return True
    return place is not None and any(lines.touches(Lines(place.start_line, place.end_line)) for lines in changed)


def _line(placed: tuple[Told, bool]) -> tuple[int, int]:
    place = placed[0].finding.place
    return (place.start_line, place.start_column) if place else (0, 0)


def _result(context: Context) -> Result:
    """All but the findings."""
    coverage = Coverage(
        skipped=context.skipped[0][1].reason if context.skipped and not context.files else "",
        tools=_runs(context),
        model=context.asked.run if context.asked else None,
        secrets=context.secrets,
        dropped=context.checked.dropped,
    )
    saved = sum(file.trimmed.saved_tokens for file in context.files)
    return Result(
        outcome=Outcome.DEGRADED if context.skipped else coverage.outcome,
        coverage=coverage,
        language=context.files[0].source.language if len(context.files) == 1 else "",
        summary=_summary(context),
        saved_tokens=saved if coverage.model is not None and coverage.model.status is ModelStatus.RAN else 0,
        steps=context.steps,
        compared=_is_compared(context.part),
        failed=context.asked.failed if context.asked else None,
    )


def _summary(context: Context) -> str:
    """What the model has to say, and why files were skipped."""
    alone = len(context.inputs) == 1
    skips = [skip.message if alone else f"{file.path} was skipped. {skip.message}" for file, skip in context.skipped]
    return " ".join(filter(None, [context.checked.summary, *skips]))


def _runs(context: Context) -> list[ToolRun]:
    """One run a tool: of several files that of the worst end, with the time of all."""
    by_tool: dict[str, ToolRun] = {}
    for run in (run for file in context.files for run in file.runs):
        before = by_tool.get(run.tool)
        if before is not None:
            worst = max(before, run, key=lambda one: _WORST_LAST.index(one.status))
            by_tool[run.tool] = replace(worst, seconds=before.seconds + run.seconds)
        else:
            by_tool[run.tool] = run
    return list(by_tool.values())
