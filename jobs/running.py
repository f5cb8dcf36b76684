"""A job while it runs: what its handler sees of it, and what its worker knows beside."""

import asyncio
import enum
import math
import time
from collections.abc import Awaitable, Callable
from operator import index
from uuid import UUID

from jobs.kinds import Kind
from jobs.outcomes import Outcome

CHECKPOINT_BYTES = 2**20
PROGRESS_LIMIT = 2**63 - 1


class Stop(enum.Enum):
    """Why a handler is stopped before its end."""

    CANCELLED = "somebody cancelled the job"
    TIMEOUT = "the attempt took longer than it may"
    LOST = "the lease was lost"
    RELEASED = "the worker leaves"


Save = Callable[["Job", bytes], Awaitable[None]]


class Job:
    """What a handler sees. `checkpoint` is what an earlier attempt saved last; None: nothing."""

    def __init__(
        self,
        *,
        job_id: UUID,
        kind: Kind,
        owner: str,
        payload: bytes,
        attempt: int,
        checkpoint: bytes | None,
        save: Save,
    ) -> None:
        self.id = job_id
        self.kind = kind.name
        self.owner = owner
        self.payload = payload
        self.attempt = attempt
        self.checkpoint = checkpoint
        self.done = 0
        self.total = 0
        self.progressed = False
        self._save = save

    def progress(self, done: int, total: int) -> None:
        """Note how far the work is. Costs nothing: it is written, and watchers told, a few times a second at most.

        Raises TypeError and ValueError for what isn't a whole number that PostgreSQL can hold.
        """
        done, total = index(done), index(total)
        if not (0 <= done <= PROGRESS_LIMIT and 0 <= total <= PROGRESS_LIMIT):
            raise ValueError(f"progress is counted from 0 to {PROGRESS_LIMIT}, not {done} of {total}")
        if (done, total) != (self.done, self.total):
            self.done, self.total = done, total
            self.progressed = True

    async def save_checkpoint(self, checkpoint: bytes) -> None:
        """Commit what a later attempt should find, at most 1 MiB; it replaces the one before.

        Raises ValueError for more, and cancels the handler when the job isn't its own any longer (I3).
        """
        if len(checkpoint) > CHECKPOINT_BYTES:
            raise ValueError(f"a checkpoint may have {CHECKPOINT_BYTES} bytes, not {len(checkpoint)}")
        await self._save(self, checkpoint)
        self.checkpoint = checkpoint


Handler = Callable[[Job], Awaitable[Outcome]]
"""Does the work of one kind. It may be cancelled at any await, and must not block the event loop for long: leases are
renewed on it. What takes time goes to a thread."""


class HeldJob:
    """A job under this worker's lease."""

    __slots__ = (
        "cancel_requested", "concurrency_key", "ending", "job", "kind", "late_at", "losses", "max_attempts",
        "remaining_seconds", "started", "stop", "stopped_at", "task", "token",
    )  # fmt: skip

    def __init__(
        self,
        *,
        job: Job,
        kind: Kind,
        token: UUID,
        max_attempts: int,
        losses: int,
        cancel_requested: bool,
        concurrency_key: str | None,
        remaining_seconds: float | None,
    ) -> None:
        """`remaining_seconds` until the job's deadline; None: it has none. `late_at`: when its handler is stopped."""
        self.job = job
        self.kind = kind
        self.token = token
        self.max_attempts = max_attempts
        self.losses = losses
        self.cancel_requested = cancel_requested
        self.concurrency_key = concurrency_key
        self.remaining_seconds = remaining_seconds
        self.ending = False
        self.late_at = math.inf
        self.started = time.monotonic()
        self.task: asyncio.Task[None] | None = None
        self.stop: Stop | None = None
        self.stopped_at = 0.0

    def end(self, reason: Stop) -> None:
        """Cancel the handler. The first reason stands, and none does once the handler has ended, but that we leave."""
        if (self.stop is None and not self.ending) or reason is Stop.RELEASED:
            self.stop = reason
            self.stopped_at = time.monotonic()
            if self.task is not None:
                self.task.cancel()

    def deadline_left(self) -> float | None:
        """Seconds until the job's deadline; None: it has none."""
        if self.remaining_seconds is None:
            return None
        return self.remaining_seconds - (time.monotonic() - self.started)
