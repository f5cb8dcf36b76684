"""What HTTP answers mean that aren't successes, and when a server asks to be tried again."""

from datetime import UTC, datetime

import pytest

from jobs.http_failures import class_of_status, retry_after_seconds
from jobs.job import ErrorClass

NOW = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "error_class"),
    [
        (301, ErrorClass.UNKNOWN),
        (400, ErrorClass.INVALID),
        (401, ErrorClass.AUTH),
        (402, ErrorClass.QUOTA),
        (403, ErrorClass.AUTH),
        (404, ErrorClass.NOT_FOUND),
        (408, ErrorClass.TIMEOUT),
        (410, ErrorClass.NOT_FOUND),
        (429, ErrorClass.RATE_LIMITED),
        (500, ErrorClass.NETWORK),
        (503, ErrorClass.NETWORK),
        (504, ErrorClass.TIMEOUT),
    ],
)
def test_a_status_has_a_class(status: int, error_class: ErrorClass) -> None:
    assert class_of_status(status) is error_class


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        ("1.5", 1.5),
        ("Tue, 01 Jan 2030 12:01:30 GMT", 90.0),
        ("Tue, 01 Jan 2030 11:00:00 GMT", 0.0),
        ("", None),
        ("-5", None),
        ("soon", None),
        ("²", None),
        ("1e9", None),
        ("Tue, 99 Jan 2030 12:01:30 GMT", None),
        ("Tue, 01 Jan 99999999999999999999 12:01:30 GMT", None),
        ("Tue, 01 Jan 2030 12:01:30 +9999999999999999999", None),
    ],
)
def test_seconds_and_dates_are_read_and_nothing_else(told: str, seconds: float | None) -> None:
    assert retry_after_seconds({"retry-after": told}, NOW) == seconds


def test_a_server_that_says_nothing_sets_no_time() -> None:
    assert retry_after_seconds({}, NOW) is None


def test_a_date_is_measured_by_the_servers_own_clock() -> None:
    headers = {"retry-after": "Tue, 01 Jan 2030 15:00:10 GMT", "date": "Tue, 01 Jan 2030 15:00:00 GMT"}

    assert retry_after_seconds(headers, NOW) == 10.0
