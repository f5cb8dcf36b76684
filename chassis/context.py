"""What a call carries from its caller on to whomever it calls in turn: its id and its deadline."""

import time
from contextvars import ContextVar

REQUEST_ID_KEY = "x-request-id"

request_id: ContextVar[str] = ContextVar("request_id")
"""The id of the call under way, taken from the caller or made here; sent back with the answer and found in the log."""

deadline: ContextVar[float | None] = ContextVar("deadline", default=None)
"""When the call under way must have ended, by `time.monotonic()`; None when it has no bound."""


def remaining_seconds() -> float | None:
    """What is left of the deadline of the call under way, never below zero; None when it has none."""
    bound = deadline.get()
    return None if bound is None else max(0.0, bound - time.monotonic())
