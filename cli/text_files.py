"""Reads text from files and stdin, plain or gzip (told by content, not by name), line by line in bounded memory.

Bytes that aren't UTF-8 come as lone surrogates, so that the field they stand in can be named.
"""

import gzip
import io
import os
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from cli.errors import CliError
from cli.exits import ExitCode
from cli.records import BadRecord, Place

STDIN = "-"
GZIP_MAGIC = b"\x1f\x8b"
MAX_LINE_BYTES = 2**20  # ten times a record with the longest embedding
MAX_DOCUMENT_BYTES = 64 * 2**20  # sixty times the largest set of the pokemon-tcg-data layout

Advance = Callable[[int], None]
"""Hears how many more bytes of a file have been read, as they lie on the disk."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end, and its place."""

    place: Place
    text: str


def silent(_: int) -> None:
    """An `Advance` for who doesn't watch."""


def check_readable(path: str) -> None:
    """Raises CliError unless `path` is a file that can be read, or stdin."""
    with open_bytes(path):
        pass


def read_lines(path: str, advance: Advance = silent) -> Iterator[Line | BadRecord]:
    """The lines that aren't blank; what can't be read is told in its place. Raises CliError when it can't be opened."""
    name = "stdin" if path == STDIN else path
    with open_bytes(path) as raw:
        yield from _lines(_unpacked(raw), raw, name, advance)


def read_document(path: Path) -> str:
    """A whole small file as text. Raises CliError."""
    with open_bytes(str(path)) as raw:
        try:
            data = _unpacked(raw).read(MAX_DOCUMENT_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise CliError(f"{path} can't be read ({_why(error)}).", ExitCode.DATA) from None
    if len(data) > MAX_DOCUMENT_BYTES:
        limit = f"{MAX_DOCUMENT_BYTES // 2**20} MB"
        raise CliError(f"{path} is larger than {limit}; give it as JSON lines (.jsonl) instead.", ExitCode.DATA)
    return _text(data)


@contextmanager
def open_bytes(path: str) -> Iterator[io.BufferedReader]:
    """The bytes of a file or stdin, as they lie there. Raises CliError."""
    if path == STDIN and sys.stdin is not None and sys.stdin.isatty():
        sys.stderr.write("Reading from the terminal; end with Ctrl-D.\n")
    try:
        # Our own reader on stdin: a thread may still wait in it when the process ends.
        file = open(0, "rb", closefd=False) if path == STDIN else open(path, "rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise CliError(f"{path} can't be read ({_why(error)}); check its name.", ExitCode.NO_INPUT) from None
    with file:
        yield file


def _lines(data: BinaryIO, raw: io.BufferedReader, name: str, advance: Advance) -> Iterator[Line | BadRecord]:
    number, seen = 0, 0
    while True:
        number += 1
        place = Place(name, number)
        try:
            line = data.readline(MAX_LINE_BYTES + 1)
            too_long = len(line) > MAX_LINE_BYTES
            if too_long:
                _skip_line(data, line)
        except (OSError, EOFError, zlib.error) as error:
            yield BadRecord(place, "", f"the file can't be read on from here ({_why(error)})")
            return
        if not line:
            return
        position = _position(raw, seen)
        advance(position - seen)
        seen = position
        if too_long:
            yield BadRecord(place, "", f"the line is longer than {MAX_LINE_BYTES // 2**20} MB")
            continue
        text = _text(line) if number == 1 else line.decode("utf-8", "surrogateescape")
        if not text.isspace() and text:
            yield Line(place, text.rstrip("\r\n"))


def _skip_line(data: BinaryIO, piece: bytes) -> None:
    while piece and not piece.endswith(b"\n"):
        piece = data.readline(MAX_LINE_BYTES)


def _position(raw: io.BufferedReader, seen: int) -> int:
    """How much of the file has been read; pipes don't know, and show no progress."""
    return raw.tell() if raw.seekable() else seen


def _unpacked(raw: io.BufferedReader) -> BinaryIO:
    packed = raw.peek(len(GZIP_MAGIC))[: len(GZIP_MAGIC)] == GZIP_MAGIC
    return cast(BinaryIO, gzip.open(raw)) if packed else raw


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")


def _why(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return str(error).rstrip(".") or type(error).__name__
