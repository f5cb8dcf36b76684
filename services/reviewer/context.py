"""What is known of a part while it is worked on. Nothing changes in place: a step takes a context and gives another."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self
from uuid import UUID

from services.reviewer import store
from services.reviewer.asking import Asked
from services.reviewer.coverage import ToolRun
from services.reviewer.finding import Finding
from services.reviewer.limits import Skip
from services.reviewer.models.prompt import Prompt
from services.reviewer.models.trimming import Trimmed
from services.reviewer.models.validation import Checked
from services.reviewer.parts import FileInput
from services.reviewer.secrets.redacted import Redacted
from services.reviewer.secrets.redactor import Redactor
from services.reviewer.source import Source

_NOTHING = Redacted.of("", [])  # Leaves of a text that nobody has looked at for secrets.
_WHOLE = Trimmed()
_UNSAID = Checked("", (), (), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A file that can be looked at, and what was found in it so far, cleaned of secrets.

    `content` are its bytes as they were sent, and `redacted` is its text as it may leave. `trimmed`: what of it the
    model is shown.
    """

    source: Source
    content: bytes
    redacted: Redacted = _NOTHING
    path: Redacted = _NOTHING
    secrets: int = 0
    findings: Sequence[Finding] = ()
    runs: Sequence[ToolRun] = ()
    trimmed: Trimmed = _WHOLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """A part, as a row of get_part, on which the job works; its inputs and what the steps made of them.

    `error`: the text of an error to explain; empty without one. `skipped` are files that nothing looks at. `steps` are
    the names of those done, and their seconds.
    """

    part: store.Row
    job_id: UUID
    inputs: Sequence[tuple[FileInput, bytes]]
    error: str
    redactor: Redactor
    files: Sequence[Looked] = ()
    skipped: Sequence[tuple[FileInput, Skip]] = ()
    error_secrets: int = 0
    prompt: Prompt | None = None
    asked: Asked | None = None
    checked: Checked = _UNSAID
    steps: Sequence[tuple[str, float]] = ()

    @property
    def secrets(self) -> int:
        """How many were found in all that was given."""
        return self.error_secrets + sum(file.secrets for file in self.files)

    def after(self, step: str, seconds: float) -> Self:
        """This, with a step more."""
        return replace(self, steps=(*self.steps, (step, seconds)))
