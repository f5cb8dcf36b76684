"""What an answer to a call, or to a question about one, means: by its status and its form, never by its words.

2xx: it happened. 429 RATE_LIMITED, after what `Retry-After` says; the rest is as jobs/http_failures.py has it, with a
redirect as INVALID: none is followed, so that nobody is sent where the settings don't allow it.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jobs.http_failures import class_of_status, retry_after_seconds
from jobs.job import RETRIED, ErrorClass
from services.engager.connectors.connector import Answer, Failure, Happened, LookUpEnd, NotHappened, Uncertain

_DONE, _UNKNOWN = "done", "unknown"


def call_end(answer: Answer, headers: Mapping[str, str], now: datetime) -> Happened | Failure:
    """What came of a call that was answered."""
    if 200 <= answer.status < 300:
        return Happened(answer)
    error_class, after = _failure(answer.status, headers, now)
    return Failure(answer, error_class, f"The connector answered with status {answer.status}.", after)


def look_up_end(answer: Answer, document: Any, headers: Mapping[str, str], now: datetime) -> LookUpEnd:
    """What a connector tells that was asked for a key; `document` is the answer's JSON, None without."""
    if answer.status == 404:
        return NotHappened()
    if answer.status == 200:
        state = document.get("state") if isinstance(document, dict) else None
        if state == _DONE:
            return Happened(answer)
        if state == _UNKNOWN:
            return NotHappened()
        return Uncertain(answer, ErrorClass.UNKNOWN, "The connector can't tell whether it happened.")
    error_class, after = _failure(answer.status, headers, now)
    message = f"The connector, asked whether it happened, answered with status {answer.status}."
    return Uncertain(answer, error_class, message, error_class in RETRIED, after)


def read_document(body: bytes) -> Any:
    """An answer's JSON; None for what is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _failure(status: int, headers: Mapping[str, str], now: datetime) -> tuple[ErrorClass, float | None]:
    error_class = ErrorClass.INVALID if 300 <= status < 400 else class_of_status(status)
    return error_class, retry_after_seconds(headers, now) if error_class is ErrorClass.RATE_LIMITED else None
