"""Reads tables from CSV (RFC 4180, with a header), plain or gzip; a row that is wrong doesn't hide those after it."""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from cli.errors import CliError
from cli.exits import ExitCode
from cli.fields import Fields
from cli.records import BadRecord, Place
from cli.text_files import Advance, Line, read_lines, silent

LONGEST_ROW = 20  # lines; a quote that is still open then was never meant to be one
OPEN_QUOTE = "unexpected end of data"  # what csv says of it


@dataclass(frozen=True, slots=True)
class Row:
    """A row by its columns, and the place of its first line."""

    place: Place
    fields: Fields


@dataclass(frozen=True, slots=True)
class Table:
    """A header, where it stands, and the rows below it."""

    place: Place
    header: list[str]
    rows: Iterator[Row | BadRecord]


def open_rows(path: str, advance: Advance = silent) -> Table:
    """The table in a file. Raises CliError, at once, when it can't be read or has no header."""
    return table_of(path, read_lines(path, advance))


def table_of(path: str, lines: Iterator[Line | BadRecord]) -> Table:
    """The table in the lines of a file. Raises CliError when it has no header."""
    first = next(lines, None)
    if first is None:
        raise CliError(f"{path} is empty; its first line must name the columns.", ExitCode.DATA)
    if isinstance(first, BadRecord):
        raise CliError(f"{first}.", ExitCode.DATA)
    header = _header(first)
    return Table(first.place, header, _read_rows(lines, header))


def _header(line: Line) -> list[str]:
    try:
        names = [name.strip() for name in _parse(line.text)]
    except csv.Error as error:
        raise CliError(f"{line.place}: the header is no CSV ({error}).", ExitCode.DATA) from None
    repeated = next((name for name in names if name and names.count(name) > 1), None)
    if repeated is not None:
        raise CliError(f"{line.place}: the column {repeated} stands there twice; remove one.", ExitCode.DATA)
    return names


def _read_rows(lines: Iterator[Line | BadRecord], header: list[str]) -> Iterator[Row | BadRecord]:
    for found in _Rows(lines, len(header)):
        if isinstance(found, BadRecord):
            yield found
            continue
        place, values = found
        problem = _problem(header, values)
        yield BadRecord(place, "", problem) if problem else Row(place, Fields(dict(zip(header, values, strict=True))))


def _problem(header: list[str], values: list[str]) -> str:
    """What is wrong with a row as a whole; empty: nothing."""
    if [value.strip() for value in values] == header:
        return "repeats the header"
    return "" if len(values) == len(header) else f"has {len(values)} columns instead of {len(header)}"


class _Rows:
    """The rows of CSV. A row may span lines; a quote that is never closed spoils its own line and no other."""

    def __init__(self, lines: Iterator[Line | BadRecord], width: int) -> None:
        self._lines = lines
        self._width = width
        self._ahead: deque[Line | BadRecord] = deque()

    def __iter__(self) -> Iterator[tuple[Place, list[str]] | BadRecord]:
        while (line := self._take()) is not None:
            yield line if isinstance(line, BadRecord) else self._row(line)

    def _take(self) -> Line | BadRecord | None:
        return self._ahead.popleft() if self._ahead else next(self._lines, None)

    def _row(self, line: Line) -> tuple[Place, list[str]] | BadRecord:
        try:
            return line.place, _parse(line.text)
        except csv.Error as error:
            joined = self._join(line) if str(error) == OPEN_QUOTE else None
            if joined is not None:
                return line.place, joined
            what = "a quote is never closed" if str(error) == OPEN_QUOTE else str(error)
            return BadRecord(line.place, "", what)

    def _join(self, line: Line) -> list[str] | None:
        """The row that `line` opens and the lines after it close, which it takes; None when there is none."""
        while len(self._ahead) < LONGEST_ROW and (following := next(self._lines, None)) is not None:
            self._ahead.append(following)
        text = line.text
        for used, following in enumerate(self._ahead, start=1):
            if isinstance(following, BadRecord):
                return None
            text += "\n" + following.text
            try:
                row = _parse(text)
            except csv.Error:
                continue
            if len(row) != self._width:
                return None
            for _ in range(used):
                self._ahead.popleft()
            return row
        return None


def _parse(text: str) -> list[str]:
    """The columns of one row. Raises csv.Error."""
    return next(csv.reader([text], strict=True), [])
