"""The work on a snapshot as a whole, step by step: files, imports, prompt, cache, model, validation, findings."""

import asyncio
import time
from dataclasses import replace

from chassis.postgres import Database
from services.reviewer.architecture.facts import describe
from services.reviewer.architecture.graph import ModuleGraph
from services.reviewer.architecture.judging import TOOL, architecture_fingerprints, judge
from services.reviewer.architecture.surveying import Survey, survey
from services.reviewer.asking import Asked, Asking
from services.reviewer.concluding import LOOKED, Concluding, Known
from services.reviewer.contents import Contents
from services.reviewer.context import Context
from services.reviewer.coverage import Coverage, ModelRun, ModelStatus, Outcome, ToolStatus
from services.reviewer.ending import Result
from services.reviewer.linters.sandbox import Limits, Sandbox
from services.reviewer.merging import MODEL
from services.reviewer.models.prompt import Matter, Passage, Task, make_prompt
from services.reviewer.prompting import AskingModel, validate
from services.reviewer.snapshot_sources import SnapshotSources, read_sources

LIMITS = Limits(cpu_seconds=40, wall_seconds=120.0)  # Of one run, which looks at many files.
_NOTHING = ModelRun(model="", status=ModelStatus.NONE, message="There are no modules whose imports can be told.")


class ArchitecturePipeline:
    """Works on architectures. `sandbox`: where imports are read, within LIMITS."""

    def __init__(
        self, *, database: Database, contents: Contents, sandbox: Sandbox, asking: Asking, concluding: Concluding
    ) -> None:
        self._database = database
        self._contents = contents
        self._sandbox = sandbox
        self._asking = asking
        self._concluding = concluding
        self._ask = AskingModel(asking)

    async def work(self, context: Context) -> Result:
        """What the part comes to. Never raises for what a file, a tool or a model does."""
        began = time.monotonic()
        files = await read_sources(self._database, self._contents, context.part["snapshot_id"])
        read = time.monotonic()
        found = await survey(files.sources, self._sandbox)
        surveyed = time.monotonic()
        context = await asyncio.to_thread(self._prompted, context, found.graph)
        steps = [("files", read - began), ("imports", surveyed - read), ("prompt", time.monotonic() - surveyed)]
        context = await self._ask(replace(context, steps=steps))
        began = time.monotonic()
        context = (await validate(context)).after("validation", time.monotonic() - began)
        began = time.monotonic()
        result = await self._concluded(context, files, found)
        return replace(result, steps=[*result.steps, ("findings", time.monotonic() - began)])

    def _prompted(self, context: Context, graph: ModuleGraph) -> Context:
        """With what the model is to be asked, or why it isn't."""
        unasked = self._asking.unasked(context.part, secrets=0) if graph.modules else Asked(run=_NOTHING)
        if unasked is not None:
            return replace(context, asked=unasked)
        facts = context.redactor.redact(describe(graph))
        return replace(context, prompt=make_prompt(Task.ARCHITECTURE, [Passage(matter=Matter.MODULES, text=facts)]))

    async def _concluded(self, context: Context, files: SnapshotSources, found: Survey) -> Result:
        known = await asyncio.to_thread(_known, context, files, found)
        told, untold = await self._concluding.relate(context.part, [known])
        coverage = Coverage(
            tools=found.runs, model=context.asked.run if context.asked else None, dropped=context.checked.dropped
        )
        skipped = f"{files.skipped:,} files can't be read: their imports aren't known." if files.skipped else ""
        return Result(
            outcome=Outcome.DEGRADED if files.skipped else coverage.outcome,
            coverage=coverage,
            summary=" ".join(filter(None, [context.checked.summary, skipped])),
            told=told,
            untold=untold,
            steps=context.steps,
            failed=context.asked.failed if context.asked else None,
        )


def _known(context: Context, files: SnapshotSources, found: Survey) -> Known:
    """What the imports say, and the model. Where some imports aren't known, nobody can tell that a circle is gone."""
    placed = judge(found.graph)
    findings = [*(context.redactor.clean(finding) for _, finding in placed), *context.checked.general]
    prints = architecture_fingerprints(findings)
    is_whole = not files.skipped and all(run.status is ToolStatus.RAN for run in found.runs)
    is_asked = context.asked is not None and context.asked.run.status in LOOKED
    return Known(
        path="",
        findings=list(zip(prints, findings, strict=True)),
        looked=frozenset([*([TOOL] if is_whole else []), *([MODEL] if is_asked else [])]),
        paths={fingerprint: path for fingerprint, (path, _) in zip(prints, placed, strict=False)},
    )
