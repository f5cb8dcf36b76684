"""The interface of whatever carries out an action. A connector knows no job, no account's limits and no database.

How a call ended is a value. What was cancelled while a call was under way is as uncertain as a lost answer.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from jobs.job import ErrorClass
from services.engager.words import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What is to be done. `key` is the activity's id, the same at every attempt; `account` and `pod` are ids too."""

    key: str
    kind: Kind
    post: str
    comment: str
    account: str
    pod: str
    due_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a connector answered, as it is kept and shown: without secrets and control characters.

    `status` 0: it didn't answer. `external_id` is what it calls the action, empty when it didn't say.
    """

    status: int = 0
    external_id: str = ""
    excerpt: str = ""
    latency_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Happened:
    """The action was carried out."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class NotHappened:
    """The connector, asked for the key, knows of no such action."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The call failed, by an answer or before anything was sent. `message` is for a person and holds no secret.

    `after_seconds`: not before then, when the connector said so.
    """

    answer: Answer
    error_class: ErrorClass
    message: str
    after_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Whether the action happened can't be told from this.

    `ask_again`: `look_up` may tell, at once after a call, and after `after_seconds` or a while after a look-up.
    """

    answer: Answer
    error_class: ErrorClass
    message: str
    ask_again: bool = False
    after_seconds: float | None = None


CallEnd = Happened | Failure | Uncertain
LookUpEnd = Happened | NotHappened | Uncertain


class Connector(Protocol):
    """What an account's actions are carried out by."""

    async def call(self, action: Action) -> CallEnd:
        """Carry it out. Cancelling really ends the call: its connection is closed."""

    async def look_up(self, key: str) -> LookUpEnd:
        """Ask what came of the action of that key, which was called for before."""
