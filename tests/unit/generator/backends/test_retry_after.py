"""When a server asks to be tried again."""

from datetime import UTC, datetime

import pytest

from services.generator.backends.retry_after import retry_after_seconds

NOW = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)


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
    ],
)
def test_seconds_and_dates_are_read_and_nothing_else(told: str, seconds: float | None) -> None:
    assert retry_after_seconds({"retry-after": told}, NOW) == seconds


def test_a_server_that_says_nothing_sets_no_time() -> None:
    assert retry_after_seconds({}, NOW) is None


def test_a_date_is_measured_by_the_servers_own_clock() -> None:
    headers = {"retry-after": "Tue, 01 Jan 2030 15:00:10 GMT", "date": "Tue, 01 Jan 2030 15:00:00 GMT"}

    assert retry_after_seconds(headers, NOW) == 10.0
