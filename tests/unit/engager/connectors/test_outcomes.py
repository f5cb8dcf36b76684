"""What answers mean."""

from datetime import UTC, datetime
from typing import Any

import pytest

from jobs.job import ErrorClass
from services.engager.connectors.connector import Answer, Happened, NotHappened, Uncertain
from services.engager.connectors.outcomes import call_end, look_up_end, read_document

NOW = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_success_means_that_it_happened(status: int) -> None:
    assert call_end(Answer(status=status), {}, NOW) == Happened(Answer(status=status))


@pytest.mark.parametrize(
    ("status", "document", "kind"),
    [
        (200, {"state": "done"}, Happened),
        (200, {"state": "unknown"}, NotHappened),
        (404, None, NotHappened),
        (200, {"state": "pending"}, Uncertain),
        (200, {}, Uncertain),
        (200, [], Uncertain),
        (200, None, Uncertain),
        (204, None, Uncertain),
        (302, None, Uncertain),
        (410, None, Uncertain),
    ],
)
def test_only_what_a_webhook_says_in_so_many_words_settles_it(status: int, document: Any, kind: type) -> None:
    assert isinstance(look_up_end(Answer(status=status), document, {}, NOW), kind)


def test_a_webhook_that_asks_for_patience_is_asked_again_when_it_says() -> None:
    end = look_up_end(Answer(status=429), None, {"retry-after": "7"}, NOW)

    assert isinstance(end, Uncertain)
    assert (end.error_class, end.ask_again, end.after_seconds) == (ErrorClass.RATE_LIMITED, True, 7.0)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[" * 50_000, b"\xff", b"1" * 50_000])
def test_what_is_no_json_is_no_document(body: bytes) -> None:
    assert read_document(body) is None
