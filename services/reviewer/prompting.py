"""The steps around the model: what it is shown, its answer, and what of that can be used."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace

from services.reviewer.asking import Asking
from services.reviewer.context import Context
from services.reviewer.coverage import ToolStatus
from services.reviewer.linters.sandbox import Sandbox
from services.reviewer.merging import merge
from services.reviewer.models.prompt import Matter, Passage, Prompt, Task, describe_findings, make_prompt
from services.reviewer.models.trimming import trim
from services.reviewer.models.validation import Shown, check_answer


class Prompting:
    """Makes the prompt, unless the model isn't to be asked: then it tells why."""

    def __init__(self, *, asking: Asking, sandbox: Sandbox) -> None:
        self._asking = asking
        self._sandbox = sandbox

    async def __call__(self, context: Context) -> Context:
        """Nothing to show is no reason to tell: the files have been skipped, and say so."""
        if not context.files and not context.error:
            return context
        unasked = self._asking.unasked(context.part, secrets=context.secrets)
        if unasked is not None:
            return replace(context, asked=unasked)
        trims = await asyncio.gather(*(trim(file.source, file.redacted, self._sandbox) for file in context.files))
        files = [replace(file, trimmed=trimmed) for file, trimmed in zip(context.files, trims, strict=True)]
        context = replace(context, files=files)
        return replace(context, prompt=await asyncio.to_thread(_prompt, context))


class AskingModel:
    """Asks, in the steps `cache` and `model`, the second of which is the call alone."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    async def __call__(self, context: Context) -> Context:
        """A model that fails leaves what tools found."""
        if context.prompt is None:
            return context
        began = time.monotonic()
        asked = await self._asking.ask(
            context.part, context.job_id, context.prompt, context.redactor, tools=_tools(context)
        )
        seconds = time.monotonic() - began
        return replace(context, asked=asked).after("cache", seconds - asked.seconds).after("model", asked.seconds)


async def validate(context: Context) -> Context:
    """Take what can be used of the answer, beside what was found."""
    if context.asked is None or context.asked.answer is None:
        return context
    shown = [Shown(file.source, file.redacted, file.trimmed.shown) for file in context.files]
    checked = await asyncio.to_thread(check_answer, context.asked.answer, shown)
    return replace(context, checked=checked)


def _prompt(context: Context) -> Prompt:
    return make_prompt(Task(context.part["task"]), list(_passages(context)))


def _passages(context: Context) -> Iterator[Passage]:
    """The error, then each file before what linters found in it."""
    if context.error:
        yield Passage(matter=Matter.ERROR, text=context.redactor.redact(context.error))
    for file in context.files:
        yield Passage(
            matter=Matter.FILE,
            text=file.redacted,
            path=file.path,
            language=file.source.language,
            shown=file.trimmed.shown,
            changed=file.source.changed,
        )
        if file.findings:
            evidence = describe_findings(merge(file.findings))
            yield Passage(matter=Matter.LINTERS, text=context.redactor.redact(evidence))


def _tools(context: Context) -> dict[str, str]:
    runs = (run for file in context.files for run in file.runs)
    return {run.tool: run.version for run in runs if run.status is ToolStatus.RAN}
