"""Which bytes of a thing a request asks for (RFC 9110, 14)."""

import re

# One range. Longer numbers are no bytes of anything, and Python reads no number of thousands of digits.
SINGLE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.IGNORECASE)


def asked_span(header: str, size: int) -> range | None:
    """The bytes that a `Range` header asks for of `size`; an empty range when there are no such bytes, None for all.

    Several ranges are answered by all bytes, as other units and what can't be read are, which the RFC allows.
    """
    match = SINGLE.fullmatch(header)
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return range(max(0, size - int(last)), size)
    if not last:
        return range(int(first), size)
    return range(int(first), min(int(last) + 1, size)) if int(first) <= int(last) else None
