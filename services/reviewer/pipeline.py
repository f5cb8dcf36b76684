"""The work on a part, step by step: limits, secrets, linters, redaction, prompt, cache, model, validation, findings."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from jobs.points import reached
from services.reviewer.asking import Asking
from services.reviewer.concluding import Concluding
from services.reviewer.context import Context
from services.reviewer.ending import Result
from services.reviewer.limits import FileLimits
from services.reviewer.linters.linting import Linting
from services.reviewer.looking import Admitting, Linters, find_secrets, redact
from services.reviewer.prompting import AskingModel, Prompting, validate

Step = Callable[[Context], Awaitable[Context]]


class Pipeline:
    """Works on parts of files, each through all steps; each step is timed."""

    def __init__(self, *, limits: FileLimits, linting: Linting, asking: Asking, concluding: Concluding) -> None:
        self._steps: Sequence[Step] = (
            _timed("limits", Admitting(limits)),
            _timed("secrets", find_secrets),
            _timed("linters", Linters(linting)),
            _timed("redaction", redact),
            _timed("prompt", Prompting(asking=asking, sandbox=linting.sandbox)),
            AskingModel(asking),
            _timed("validation", validate),
        )
        self._concluding = concluding

    async def work(self, context: Context) -> Result:
        """What the part comes to. Never raises for what a file, a tool or a model does."""
        for step in self._steps:
            context = await step(context)
        reached("review.validated")
        began = time.monotonic()
        result = await self._concluding.conclude(context)
        return replace(result, steps=[*result.steps, ("findings", time.monotonic() - began)])


def _timed(name: str, step: Step) -> Step:
    async def run(context: Context) -> Context:
        began = time.monotonic()
        return (await step(context)).after(name, time.monotonic() - began)

    return run
