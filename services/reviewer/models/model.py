"""What a model is to a review: it takes a prompt made of redacted texts and gives an answer that nobody has checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from jobs.job import ErrorClass
from jobs.outcomes import JobError
from services.reviewer.models.prompt import Prompt


@dataclass(frozen=True, slots=True)
class CallUsage:
    """Tokens of one call to one model, as its provider counted them."""

    model: str
    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a model said. `findings` are as it wrote them, of whatever form: see `validation.py`.

    `model` is the one that answered, such as `anthropic:claude-sonnet-5`. `usages` holds each call that was counted,
    those of models that failed before it too; an answer from the cache has none.
    """

    model: str
    summary: str
    findings: Sequence[Any] = ()
    usages: Sequence[CallUsage] = ()


class ModelError(JobError):
    """No answer. `usages`: what the attempts cost all the same; they are to be paid."""

    def __init__(
        self,
        error_class: ErrorClass,
        message: str,
        *,
        after_seconds: float | None = None,
        usages: Sequence[CallUsage] = (),
    ) -> None:
        super().__init__(error_class, message, after_seconds=after_seconds)
        self.usages = tuple(usages)


class Model(Protocol):
    """A model, or several of which one is asked after the other. `name` is part of the cache's key."""

    @property
    def name(self) -> str:
        """Its provider and its name there: `openai:gpt-5.2`; of several: theirs, with commas between."""

    @property
    def max_output_tokens(self) -> int:
        """How many tokens an answer may have; with `tokens.most_tokens` that is what to set aside for a call."""

    async def ask(self, prompt: Prompt) -> Answer:
        """Ask once. Raises `ModelError`."""

    async def close(self) -> None:
        """Close its connections. Closing twice is legal."""
