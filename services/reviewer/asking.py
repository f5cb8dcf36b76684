"""Asking the model for a part: the answer that an earlier attempt bought, or a kept one, or a new one, paid once.

What a call cost is written right after it, before anything else, with its answer: no attempt buys that again.
"""

import asyncio
import json
import math
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from pydantic import TypeAdapter

from chassis.errors import Unavailable
from chassis.postgres import Database
from jobs.outcomes import Failed
from jobs.points import reached
from services.reviewer import store
from services.reviewer.cache import AnswerCache, cache_key
from services.reviewer.coverage import ModelRun, ModelStatus
from services.reviewer.models.model import Answer, CallUsage, Model, ModelError
from services.reviewer.models.prices import Price, cost
from services.reviewer.models.prompt import Prompt, Task
from services.reviewer.secrets.redactor import Redactor

if TYPE_CHECKING:
    from chassis.postgres import Connection

WITHHOLD = "WITHHOLD"  # The policy by which a file with secrets isn't shown.
KEEP_AGAIN_SECONDS = 0.5
LAST_SECONDS = 5.0
_ANSWERS = TypeAdapter(Answer)

_Keep = Callable[[Sequence[CallUsage], Answer | None], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of asking. `answer` is None where the model gave none, and `failed` says why then.

    `seconds` is what its call took, of all that asking took; 0 without one.
    """

    run: ModelRun
    answer: Answer | None = None
    failed: Failed | None = None
    seconds: float = 0.0


class Asking:
    """Asks `model`, if there is one. `prices` and `cache_seconds` are those of the settings."""

    def __init__(
        self,
        *,
        database: Database,
        model: Model | None,
        cache: AnswerCache,
        prices: Mapping[str, Price],
        cache_seconds: Callable[[Task], int],
    ) -> None:
        self._database = database
        self._model = model
        self._cache = cache
        self._prices = prices
        self._cache_seconds = cache_seconds

    def unasked(self, part: store.Row, *, secrets: int) -> Asked | None:
        """Why the model isn't asked for a part in which so many secrets were found; None: it is to be."""
        if self._model is None or part["reservation"] is None:
            told = ModelRun(model="", status=ModelStatus.NONE, message="No model is set: only tools have looked.")
            return Asked(run=told)
        if secrets and part["secret_policy"] == WITHHOLD:
            message = "It wasn't shown to the model, as there are secrets in it."
            return Asked(run=ModelRun(model=self._model.name, status=ModelStatus.WITHHELD, message=message))
        return None

    async def ask(
        self, part: store.Row, job_id: UUID, prompt: Prompt, redactor: Redactor, *, tools: Mapping[str, str]
    ) -> Asked:
        """The model's answer to a part's prompt, without any secret that `redactor` knows or can find.

        `tools` are those that looked before, with their versions. Raises no ModelError: it is told as `failed`.
        """
        if part["answer"] is not None:
            return _answered(_ANSWERS.validate_json(part["answer"]), ModelStatus.RAN)
        assert self._model is not None  # noqa: S101 - `unasked` has told
        call = _Call(self._model, prompt, redactor, self._keeper(part, job_id))
        key = cache_key(model=self._model.name, prompt=prompt.identity, tools=tools)
        try:
            answer, cached = await self._cache.fetch(key, call, keep_seconds=self._cache_seconds(Task(part["task"])))
        except ModelError as error:
            told = ModelRun(model=self._model.name, status=ModelStatus.FAILED, message=error.failed.message)
            return Asked(run=told, failed=error.failed, seconds=call.seconds)
        reached("review.cached")
        return replace(_answered(answer, ModelStatus.CACHED if cached else ModelStatus.RAN), seconds=call.seconds)

    def _keeper(self, part: store.Row, job_id: UUID) -> _Keep:
        """What writes a call's usages and its answer, as often as it takes while PostgreSQL is away."""
        call_id = uuid4()

        async def keep(usages: Sequence[CallUsage], answer: Answer | None) -> None:
            async def write(connection: "Connection") -> None:
                await store.keep_answer(
                    connection,
                    part["review_id"],
                    part["number"],
                    job_id,
                    call_id=call_id,
                    input_tokens=sum(usage.input_tokens for usage in usages),
                    output_tokens=sum(usage.output_tokens for usage in usages),
                    cost=cost(usages, self._prices),
                    answer=None if answer is None else json.dumps(asdict(answer)),
                )

            while True:
                try:
                    await self._database.run(write)
                except Unavailable:
                    await asyncio.sleep(KEEP_AGAIN_SECONDS)
                else:
                    return

        return keep


class _Call:
    """One call to a model: `seconds` of it, and what it cost kept before anybody has its answer."""

    def __init__(self, model: Model, prompt: Prompt, redactor: Redactor, keep: _Keep) -> None:
        self._model = model
        self._prompt = prompt
        self._redactor = redactor
        self._keep = keep
        self.seconds = 0.0

    async def __call__(self) -> Answer:
        began = time.monotonic()
        try:
            answer = await self._model.ask(self._prompt)
        except ModelError as error:
            if error.usages:
                await self._keep(error.usages, None)
            raise
        finally:
            self.seconds = time.monotonic() - began
        reached("review.answered")
        return await _finished(self._kept(answer))

    async def _kept(self, answer: Answer) -> Answer:
        cleaned = await asyncio.to_thread(_cleaned, answer, self._redactor)
        await self._keep(cleaned.usages, cleaned)
        reached("review.kept")
        return cleaned


async def _finished(keeping: Coroutine[Any, Any, Answer]) -> Answer:
    """Its answer. Whoever is cancelled meanwhile waits for it a while: what was bought is to be paid."""
    task = asyncio.create_task(keeping)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=LAST_SECONDS)
        task.cancel()
        raise


def _answered(answer: Answer, status: ModelStatus) -> Asked:
    return Asked(run=ModelRun(model=answer.model, status=status), answer=answer)


def _cleaned(answer: Answer, redactor: Redactor) -> Answer:
    """The answer as it may be kept: models make up secrets too, and what JSON or PostgreSQL can't hold."""
    findings = [_cleaned_value(finding, redactor) for finding in answer.findings]
    return replace(answer, summary=_cleaned_value(answer.summary, redactor), findings=findings)


def _cleaned_value(value: Any, redactor: Redactor) -> Any:
    match value:
        case str():
            return redactor.redact(value.encode(errors="replace").decode().replace("\0", "")).text
        case list():
            return [_cleaned_value(inner, redactor) for inner in value]
        case dict():
            return {_cleaned_value(key, redactor): _cleaned_value(inner, redactor) for key, inner in value.items()}
        case float() if not math.isfinite(value):
            return None
        case _:
            return value
