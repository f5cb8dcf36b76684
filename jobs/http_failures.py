"""What an HTTP answer tells that isn't the one hoped for: its class, by its status, and when to ask again."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from jobs.job import ErrorClass

_BY_STATUS = {
    401: ErrorClass.AUTH,
    402: ErrorClass.QUOTA,
    403: ErrorClass.AUTH,
    404: ErrorClass.NOT_FOUND,
    408: ErrorClass.TIMEOUT,
    410: ErrorClass.NOT_FOUND,
    429: ErrorClass.RATE_LIMITED,
    504: ErrorClass.TIMEOUT,
}
_BY_HUNDRED = {4: ErrorClass.INVALID, 5: ErrorClass.NETWORK}


def class_of_status(status: int) -> ErrorClass:
    """The class of an answer that isn't a success: by the design's table, with 402 as QUOTA and other 4xx as INVALID.

    Other 5xx are NETWORK, as whoever answers so may be well in a while; what else there is, is UNKNOWN.
    """
    return _BY_STATUS.get(status) or _BY_HUNDRED.get(status // 100, ErrorClass.UNKNOWN)


def retry_after_seconds(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds until a server asks to be tried again, none of them negative, by RFC 9110, 10.2.3: seconds, or a date.

    None where the server doesn't say, or not in words that mean a time. A date is measured by the server's own `Date`
    where it sent one, as its clock may differ from ours. `headers` are named in lower case, or by any.
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
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
