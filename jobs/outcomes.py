"""The expected ends of an attempt, as values. What a handler raises is a failure too, judged in failures.py."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from jobs.job import ErrorClass
from jobs.transactions import Transaction

Effect = Callable[[Transaction], Awaitable[None]]
JointEffect = Callable[[Transaction, Sequence[Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Joint:
    """An effect that can be written together with its like: `write` takes the values of jobs that are done at once.

    They commit together. When that fails, each is written alone, so that one which can't be holds up no other.
    """

    write: JointEffect
    value: Any

    async def __call__(self, transaction: Transaction) -> None:
        """Write it alone."""
        await self.write(transaction, [self.value])


@dataclass(frozen=True, slots=True)
class Done:
    """The work is done. `effect` writes what came of it, in the transaction that ends the job (I4).

    An effect must do nothing that a rollback can't undo (I8): it may run again after a conflict or a lost connection.
    Without one, or with a `Joint`, the job is finished together with others.
    """

    effect: Effect | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The attempt failed. Whether there is another is decided by the class; see README.md, "Errors".

    `message` is for a person and holds no secret and nothing of the input. `after_seconds`: not before then, when a
    peer said so. `effect` is written only when the job thereby ends, before its kind's `on_end`; `meanwhile` only when
    there is another attempt, in the transaction that puts it back.
    """

    error_class: ErrorClass
    message: str
    after_seconds: float | None = None
    effect: Effect | None = None
    meanwhile: Effect | None = None


@dataclass(frozen=True, slots=True)
class Later:
    """It isn't time yet: the job goes back for so many seconds. Nothing failed, and no attempt is used up.

    A job whose deadline comes before then ends FAILED, as TIMEOUT. `effect` is written in the transaction that puts it
    back.
    """

    seconds: float
    effect: Effect | None = None


Outcome = Done | Failed | Later


class JobError(Exception):
    """Raised by what a handler calls, and the same as returning `Failed`."""

    def __init__(self, error_class: ErrorClass, message: str, *, after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.failed = Failed(error_class, message, after_seconds)
