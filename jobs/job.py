"""The words of a job: its states, lanes and error classes, and a job on its way into the table."""

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class State(enum.StrEnum):
    """Where a job stands. The last three are final."""

    SCHEDULED = "SCHEDULED"
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


FINAL_STATES = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED})


class Lane(enum.IntEnum):
    """Which jobs of a queue go first; the numbers are the proto's."""

    HIGH = 1
    NORMAL = 2
    LOW = 3


class ErrorClass(enum.StrEnum):
    """What kind of thing went wrong; decides what is done about it (design: "The life of a job")."""

    RATE_LIMITED = "RATE_LIMITED"
    NETWORK = "NETWORK"
    TIMEOUT = "TIMEOUT"
    AUTH = "AUTH"
    NOT_FOUND = "NOT_FOUND"
    INVALID = "INVALID"
    QUOTA = "QUOTA"
    UNKNOWN = "UNKNOWN"


RETRIED = frozenset({ErrorClass.RATE_LIMITED, ErrorClass.NETWORK, ErrorClass.TIMEOUT, ErrorClass.UNKNOWN})


class NewJob(NamedTuple):
    """A job to enqueue. `payload` is the handler's business; keep it small and refer to rows for the rest.

    `run_at` and `deadline` carry a time zone. Of the jobs of a kind that share a `concurrency_key` only so many run at
    once (`Kind.max_running_per_key`). A second job with the same owner and `idempotency_key` isn't made.
    """

    kind: str
    owner: str
    payload: bytes = b""
    lane: Lane = Lane.NORMAL
    run_at: datetime | None = None
    deadline: datetime | None = None
    concurrency_key: str | None = None
    idempotency_key: str | None = None


class Enqueued(NamedTuple):
    """What became of a NewJob: its id, or with `created` false that of the job that has its idempotency key already.

    `same`: whether that one is of the same kind and payload.
    """

    id: UUID
    created: bool
    same: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedJob:
    """A job that has just ended FAILED or CANCELLED, or is queued again after that; told to the hooks of its kind."""

    id: UUID
    kind: str
    owner: str
    payload: bytes
    state: State
    error_class: ErrorClass | None
    error_message: str | None
