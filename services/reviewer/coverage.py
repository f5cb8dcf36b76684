"""What looked at a file, and what didn't: the words that a review is honest by."""

import enum
from dataclasses import dataclass


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
