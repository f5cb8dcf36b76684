"""When a server asks to be tried again. RFC 9110, 10.2.3: seconds, or a date."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def retry_after_seconds(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds from now, none of them negative; None where the server doesn't say, or not in words that mean a time.

    A date is measured by the server's own `Date` where it sent one, as its clock may differ from ours.
    """
    told = headers.get("retry-after", "").strip()
    if told.isascii() and told.replace(".", "", 1).isdigit():
        return float(told)
    until = _read_date(told)
    if until is None:
        return None
    return max(0.0, (until - (_read_date(headers.get("date", "")) or now)).total_seconds())


def _read_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
