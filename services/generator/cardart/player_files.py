"""Players out of a file: CSV with a header, or JSON lines. A record that is wrong doesn't hide those after it.

The columns of CSV are the paths of the JSON record: `id`, `last`, `teams`, `years`, `batting.HR`, `pitching.IP`; a list
has semicolons between its parts, and years are `1954-1976`. A record is one line in either format, so that a quote
that is never closed spoils its own record and no other.
"""

import csv
import enum
import functools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from services.generator.cardart.player_records import read_player
from services.generator.cardart.players import Kind, Player
from services.generator.cardart.record_fields import BadField

LARGEST_FILE = 16 << 20  # bytes
LONGEST_RECORD = 64 << 10  # characters; the longest real one has about 1,000
MOST_RECORDS = 100_000
NEEDED_COLUMNS = ("id", "last", "teams", "years")

Parse = Callable[[str], object]


class Format(enum.StrEnum):
    """How a file of players is written."""

    CSV = "csv"
    JSON_LINES = "jsonl"


@dataclass(frozen=True, slots=True)
class ReadPlayer:
    """A player, its record's place among the records from 0, and its line from 1."""

    position: int
    line: int
    player: Player


@dataclass(frozen=True, slots=True)
class RejectedPlayer:
    """A record that can't be used: where it stands, the field (empty: the whole), a fixed reason and a sentence."""

    position: int
    line: int
    field: str
    reason: str
    description: str


class BadPlayerFile(Exception):
    """The file as a whole can't be read: no UTF-8, too large, or a header that lacks a column."""

    def __init__(self, reason: str, description: str) -> None:
        super().__init__(description)
        self.reason = reason
        self.description = description


def read_players(content: bytes, file_format: Format) -> Iterator[ReadPlayer | RejectedPlayer]:
    """Each record in order; blank lines are none. Raises BadPlayerFile, at once."""
    lines = _lines(content)
    parse: Parse = _parse_json
    if file_format is Format.CSV:
        parse = functools.partial(_parse_row, _header(next(lines, (0, ""))[1]))
    return (_read(position, line, text, parse) for position, (line, text) in enumerate(lines))


def _lines(content: bytes) -> Iterator[tuple[int, str]]:
    if len(content) > LARGEST_FILE:
        raise BadPlayerFile("TOO_LARGE", f"the file may have {LARGEST_FILE} bytes at most, not {len(content)}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadPlayerFile("NOT_UTF8", f"the file is no UTF-8 at byte {error.start}") from None
    # Only line feeds end a line: a name may hold U+2028, at which splitlines() would break it.
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    if len(lines) > MOST_RECORDS:
        raise BadPlayerFile("TOO_MANY", f"the file may have {MOST_RECORDS} records at most, not {len(lines)}")
    return iter(lines)


def _read(position: int, line: int, text: str, parse: Parse) -> ReadPlayer | RejectedPlayer:
    if len(text) > LONGEST_RECORD:
        longest = f"may have {LONGEST_RECORD} characters at most, not {len(text)}"
        return RejectedPlayer(position, line, "", "TOO_LONG", longest)
    try:
        return ReadPlayer(position, line, read_player(parse(text)))
    except BadField as error:
        return RejectedPlayer(position, line, error.field, error.reason, error.description)


def _parse_json(text: str) -> object:
    try:
        return _decoder.decode(text.strip())
    except (ValueError, RecursionError) as error:  # JSONDecodeError, or a number of more digits than int() reads
        raise BadField("", "NOT_JSON", f"is no JSON: {error}") from None


def _header(text: str) -> list[str]:
    try:
        names = [name.strip() for name in _split(text)]
    except BadField as error:
        raise BadPlayerFile("BAD_HEADER", f"the header {error.description}") from None
    missing = [name for name in NEEDED_COLUMNS if name not in names]
    if missing:
        raise BadPlayerFile("BAD_HEADER", f"there is no column {missing[0]}; the first line must name the columns")
    repeated = [name for name in names if name and names.count(name) > 1]
    if repeated:
        raise BadPlayerFile("BAD_HEADER", f"the column {repeated[0]} stands there twice")
    return names


def _parse_row(header: list[str], text: str) -> dict[str, Any]:
    """The row as the JSON record that says the same."""
    values = _split(text)
    if len(values) != len(header):
        raise BadField("", "WRONG_COLUMNS", f"has {len(values)} columns instead of {len(header)}")
    record: dict[str, Any] = {}
    for name, value in zip(header, values, strict=True):
        kind, dot, code = name.partition(".")
        if dot and kind in tuple(Kind):
            record.setdefault(kind, {})[code] = value
        else:
            record[name] = value
    return record


def _split(text: str) -> list[str]:
    try:
        return next(csv.reader([text.rstrip("\r")], strict=True), [])
    except csv.Error as error:
        raise BadField("", "NOT_CSV", f"is no CSV: {error}") from None


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_decoder = json.JSONDecoder(parse_constant=_refuse)
