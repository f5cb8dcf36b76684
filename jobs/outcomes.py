"""The expected ends of an attempt, as values. What a handler raises is a failure too, judged in failures.py."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from jobs.job import ErrorClass
from jobs.transactions import Transaction

Effect = Callable[[Transaction], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Done:
    """The work is done. `effect` writes what came of it, in the transaction that ends the job (I4).

    An effect must do nothing that a rollback can't undo (I8): it may run again after a conflict or a lost connection.
    Without one the job is finished together with others.
    """

    effect: Effect | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The attempt failed. Whether there is another is decided by the class; see README.md, "Errors".

    `message` is for a person and holds no secret and nothing of the input. `after_seconds`: not before then, when a
    peer said so. `effect` is written only when the job thereby ends, before its kind's `on_end`.
    """

    error_class: ErrorClass
    message: str
    after_seconds: float | None = None
    effect: Effect | None = None


Outcome = Done | Failed


class JobError(Exception):
    """Raised by what a handler calls, and the same as returning `Failed`."""

    def __init__(self, error_class: ErrorClass, message: str, *, after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.failed = Failed(error_class, message, after_seconds)
