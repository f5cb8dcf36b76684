"""Something worth telling about a file, whoever found it."""

import enum
from dataclasses import dataclass


class Severity(enum.IntEnum):
    """How bad it is; the numbers are the proto's."""

    INFO = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5


class Category(enum.StrEnum):
    """What it is about; the words are the proto's."""

    BUG = "BUG"
    SECURITY = "SECURITY"
    SECRET = "SECRET"  # noqa: S105 - the word for a kind of finding
    PERFORMANCE = "PERFORMANCE"
    MAINTAINABILITY = "MAINTAINABILITY"
    STYLE = "STYLE"
    SYNTAX = "SYNTAX"
    ARCHITECTURE = "ARCHITECTURE"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in a file. All count from 1; `end_column` is the one after the last; 0 columns: only lines are known."""

    start_line: int
    start_column: int = 0
    end_line: int = 0
    end_column: int = 0

    def __post_init__(self) -> None:
        if not self.end_line:
            object.__setattr__(self, "end_line", self.start_line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a tool, the secret scan or the model has to say. `rule` begins with its tool's name: `ruff/S602`.

    `message` is a sentence or two without any secret in it. `patch` is a unified diff that applies to the file, or
    empty. `confidence` is from 0 to 1.
    """

    rule: str
    severity: Severity
    category: Category
    message: str
    place: Place | None = None
    patch: str = ""
    tools: tuple[str, ...]
    confidence: float = 1.0
