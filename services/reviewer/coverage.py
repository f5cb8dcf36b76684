"""What looked at a file, and what didn't: the words that a review is honest by."""

import enum
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


class Outcome(enum.StrEnum):
    """How completely something was looked at; the words are the proto's."""

    COMPLETE = "COMPLETE"
    DEGRADED = "DEGRADED"


class ToolStatus(enum.StrEnum):
    """How a tool's run ended; the words are the proto's."""

    RAN = "RAN"
    MISSING = "MISSING"
    FAILED = "FAILED"
    CUT_OFF = "CUT_OFF"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRun:
    """A tool that was meant to look at a file. `message` says in a sentence why it didn't; `seconds` is wall time."""

    tool: str
    version: str
    status: ToolStatus
    message: str = ""
    seconds: float = 0.0


class ModelStatus(enum.StrEnum):
    """What came of the model's part; the words are the proto's."""

    RAN = "RAN"
    CACHED = "CACHED"
    NONE = "NONE"
    WITHHELD = "WITHHELD"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRun:
    """The model's part. `model` is empty without one; `message` says in a sentence why it didn't look."""

    model: str
    status: ModelStatus
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What looked at a part. `skipped`: why nothing did, such as TOO_LARGE; empty when something did.

    `model` is None where it never came to that. `secrets` were found, and so marked or withheld; `dropped` findings of
    the model couldn't be used.
    """

    skipped: str = ""
    tools: Sequence[ToolRun] = ()
    model: ModelRun | None = None
    secrets: int = 0
    dropped: int = 0

    @property
    def outcome(self) -> Outcome:
        """Whether all that was meant to look did. Where no model is set, none was meant to."""
        ran = all(run.status is ToolStatus.RAN for run in self.tools)
        asked = self.model is not None and self.model.status not in (ModelStatus.WITHHELD, ModelStatus.FAILED)
        return Outcome.COMPLETE if ran and asked and not self.skipped else Outcome.DEGRADED

    def to_document(self) -> dict[str, Any]:
        """As the column `coverage` holds it."""
        return asdict(self)
