"""What can be reviewed at all: the first step of a review. What can't has a name for why, and is never half-read."""

import codecs
import enum
from collections.abc import Sequence
from dataclasses import dataclass

from services.reviewer.languages import language_of
from services.reviewer.source import Lines, Source


class SkipReason(enum.StrEnum):
    """Why nothing looks at a file; the word that `coverage.skipped` holds."""

    TOO_LARGE = "TOO_LARGE"
    BINARY = "BINARY"
    BAD_ENCODING = "BAD_ENCODING"
    UNKNOWN_LANGUAGE = "UNKNOWN_LANGUAGE"
    ONE_LONG_LINE = "ONE_LONG_LINE"
    TOO_MANY_LINES = "TOO_MANY_LINES"


@dataclass(frozen=True, slots=True)
class Skip:
    """A file that nothing looks at. `message` is a sentence for whoever sent it."""

    reason: SkipReason
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLimits:
    """The largest file that is reviewed. Nobody wrote a line longer than `line_characters`: a program did."""

    file_bytes: int = 50_000
    line_characters: int = 5_000
    lines: int = 20_000


def admit(path: str, content: bytes, *, changed: Sequence[Lines] = (), limits: FileLimits) -> Source | Skip:
    """The file as text in a known language, without a byte order mark and its lines ended by `\\n`, or why not."""
    if len(content) > limits.file_bytes:
        size = f"{len(content):,} bytes; files of up to {limits.file_bytes:,} are reviewed"
        return Skip(SkipReason.TOO_LARGE, f"It has {size}.")
    if b"\0" in content:
        return Skip(SkipReason.BINARY, _not_text(content))
    try:
        text = content.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Skip(SkipReason.BAD_ENCODING, f"Line {line} isn't UTF-8.")
    return _admit_text(path, text.replace("\r\n", "\n").replace("\r", "\n"), changed, limits)


def _admit_text(path: str, text: str, changed: Sequence[Lines], limits: FileLimits) -> Source | Skip:
    language = language_of(path, text)
    if language is None:
        return Skip(SkipReason.UNKNOWN_LANGUAGE, "Neither its name nor a `#!` line tells a language known here.")
    lines = text.split("\n")
    if len(lines) > limits.lines:
        return Skip(SkipReason.TOO_MANY_LINES, f"It has {len(lines):,} lines; up to {limits.lines:,} are reviewed.")
    for number, line in enumerate(lines, start=1):
        if len(line) > limits.line_characters:
            length = f"{len(line):,} characters; up to {limits.line_characters:,} are reviewed"
            return Skip(SkipReason.ONE_LONG_LINE, f"Line {number} has {length}.")
    return Source(path, text, language, tuple(changed))


def _not_text(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "It is UTF-16; save it as UTF-8."
    return f"It isn't text: there is a zero byte at {content.index(0):,}."
