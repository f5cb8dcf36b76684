"""Reads files of players, CSV with a header or JSON lines, as they stand: what they tell is checked on import.

A column of CSV such as `batting.HR` is the field `HR` of `batting`.
"""

from collections.abc import Iterator
from typing import Any

from atelier.generator.v1.card_art_service_pb2 import PlayerRecord

from cli.catalogue_files import LINES_SUFFIXES
from cli.csv_files import Row, open_rows
from cli.errors import CliError
from cli.exits import ExitCode
from cli.fields import BadField, Fields, as_object, parse_json
from cli.records import BadRecord, Record
from cli.scan_files import CSV_SUFFIXES
from cli.text_files import STDIN, Advance, Line, check_readable, read_lines, silent

ID = "id"
# A record has two levels; protobuf would refuse a whole message that nests about thirty deep.
DEEPEST = 8

Players = Iterator[Record[PlayerRecord] | BadRecord]


def open_players(path: str, advance: Advance = silent) -> Players:
    """The players of a file; stdin is JSON lines. Raises CliError, at once, when it can't be read or has no ids."""
    check_readable(path)
    if path == STDIN or path.endswith(LINES_SUFFIXES):
        return _read(read_lines(path, advance))
    if not path.endswith(CSV_SUFFIXES):
        formats = ".csv, .csv.gz, .jsonl or .jsonl.gz"
        raise CliError(f"The format of {path} is unknown; players are read from {formats}.", ExitCode.DATA)
    table = open_rows(path, advance)
    if ID not in table.header:
        found = ", ".join(table.header)
        raise CliError(f"{table.place}: there is no column {ID}; the columns are {found}.", ExitCode.DATA)
    return _read(table.rows)


def _read(items: Iterator[Line | Row | BadRecord]) -> Players:
    for item in items:
        if isinstance(item, BadRecord):
            yield item
            continue
        try:
            yield Record(item.place, _from_row(item.fields) if isinstance(item, Row) else _from_line(item.text))
        except BadField as error:
            yield BadRecord(item.place, error.field, error.what)


def _from_line(text: str) -> PlayerRecord:
    value = parse_json(text)
    return _record(as_object(value), value)


def _from_row(row: Fields) -> PlayerRecord:
    details: dict[str, Any] = {}
    for column, value in row.plain_texts(but=()).items():
        group, dot, name = column.partition(".")
        (details.setdefault(group, {}) if dot else details)[name or column] = value
    return _record(row, details)


def _record(fields: Fields, details: dict[str, Any]) -> PlayerRecord:
    """The record to send. Raises BadField."""
    record = PlayerRecord(player_id=fields.required_text(ID))
    if _depth(details) > DEEPEST:
        raise BadField("", "is nested too deeply")
    try:
        record.details.update(details)
    except (ValueError, OverflowError):  # half a surrogate pair; an integer of more digits than a double has
        raise BadField("", "holds what can't be sent: text that isn't UTF-8, or a number that is too large") from None
    return record


def _depth(value: Any) -> int:
    if not isinstance(value, dict | list):
        return 0
    inside = value.values() if isinstance(value, dict) else value
    return 1 + max(map(_depth, inside), default=0)
