"""What can't be reviewed is skipped by name; what can is text whose lines end in one way."""

import pytest

from services.reviewer.limits import FileLimits, Skip, SkipReason, admit
from services.reviewer.source import Lines, Source

LIMITS = FileLimits(file_bytes=1_000, line_characters=100, lines=50)


@pytest.mark.parametrize(
    ("path", "content", "reason", "message"),
    [
        ("a.py", b"x" * 1_001, SkipReason.TOO_LARGE, "It has 1,001 bytes; files of up to 1,000 are reviewed."),
        ("a.py", b"\x7fELF\x00\x01", SkipReason.BINARY, "It isn't text: there is a zero byte at 4."),
        ("a.py", "x = 1".encode("utf-16"), SkipReason.BINARY, "It is UTF-16; save it as UTF-8."),
        ("a.py", b"x = 1\ny = '\xe9'\n", SkipReason.BAD_ENCODING, "Line 2 isn't UTF-8."),
        ("a.py", b"\xed\xa0\x80", SkipReason.BAD_ENCODING, "Line 1 isn't UTF-8."),
        ("a.xyz", b"x", SkipReason.UNKNOWN_LANGUAGE, "Neither its name nor a `#!` line tells a language known here."),
        ("a.js", b"\n" + b"0" * 101, SkipReason.ONE_LONG_LINE, "Line 2 has 101 characters; up to 100 are reviewed."),
        ("a.py", b"\n" * 50, SkipReason.TOO_MANY_LINES, "It has 51 lines; up to 50 are reviewed."),
    ],
)
def test_what_cannot_be_reviewed_is_skipped_by_name(
    path: str, content: bytes, reason: SkipReason, message: str
) -> None:
    assert admit(path, content, limits=LIMITS) == Skip(reason, message)


def test_what_is_exactly_at_the_limits_is_reviewed() -> None:
    content = b"#" * 100 + b"\n" * 49 + b"#" * 50

    assert isinstance(admit("a.py", content, limits=LIMITS), Source)


def test_a_byte_order_mark_and_ways_to_end_a_line_do_not_count() -> None:
    source = admit("a.py", b"\xef\xbb\xbfa = 1\r\nb = 2\rc = 3\n", changed=[Lines(1, 2)], limits=LIMITS)

    assert source == Source("a.py", "a = 1\nb = 2\nc = 3\n", "python", (Lines(1, 2),))


def test_an_empty_file_is_one_to_review() -> None:
    assert admit("a.py", b"", limits=LIMITS) == Source("a.py", "", "python", ())
