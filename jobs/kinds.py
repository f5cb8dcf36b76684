"""What all jobs of one kind have in common: how often, how long, how many at once, and what happens at their end."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from jobs.job import EndedJob
from jobs.transactions import Transaction

Hook = Callable[[Transaction, EndedJob], Awaitable[None]]
"""Called inside the transaction that ends, or queues again, the job: what it writes commits with it (I4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of job, and so a queue. `name` is lower case, as in `resolver/queues/scan`.

    `concurrency`: how many one process runs at once; 5 suits costly work. `timeout_seconds` bounds one attempt.
    `max_running_per_key`: of those that share a concurrency key, over all workers; with it every job must have one.
    `on_end` is told when a job ends FAILED or CANCELLED, whoever ends it; a handler that is done says so itself, in its
    effect. `on_retry` is told when a person has it tried again, and may raise an AtelierError to refuse.
    """

    name: str
    max_attempts: int = 5
    timeout_seconds: float = 60.0
    concurrency: int = 5
    max_running_per_key: int | None = None
    keep_ended: timedelta = timedelta(days=7)
    keep_failed: timedelta = timedelta(days=30)
    on_end: Hook | None = None
    on_retry: Hook | None = None
