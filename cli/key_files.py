"""Reads ids of another source for known cards from CSV (RFC 4180, with a header), plain or gzip."""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from atelier.resolver.v1.resolver_service_pb2 import KeyRecord

from cli.errors import CliError
from cli.exits import ExitCode
from cli.fields import BadField, Fields
from cli.records import BadRecord, Place, Record
from cli.text_files import Advance, Line, read_lines, silent

SOURCE_COLUMNS = ("source",)
ID_COLUMNS = ("external_id",)
CARD_COLUMNS = ("card_id",)
CATALOG_COLUMNS = ("catalog_id", "catalogue_id", "pokemontcg_id")
LONGEST_ROW = 20  # lines; a quote that is still open then was never meant to be one
OPEN_QUOTE = "unexpected end of data"  # what csv says of it

Keys = Iterator[Record[KeyRecord] | BadRecord]


@dataclass(frozen=True, slots=True)
class KeyColumns:
    """What the command line says of a file's columns; None: the columns have the names documented.

    `source` is one source for all rows, in place of a column.
    """

    source: str | None = None
    id_column: str | None = None
    catalog_column: str | None = None


def open_keys(path: str, columns: KeyColumns, advance: Advance = silent) -> Keys:
    """The keys of a file. Raises CliError, at once, when it can't be read or lacks a column."""
    lines = read_lines(path, advance)
    first = next(lines, None)
    if first is None:
        raise CliError(f"{path} is empty; its first line must name the columns.", ExitCode.DATA)
    if isinstance(first, BadRecord):
        raise CliError(f"{first}.", ExitCode.DATA)
    header = _header(first)
    layout = _Layout.of(header, columns)
    missing = layout.missing(columns)
    if missing is not None:
        found = ", ".join(header)
        raise CliError(f"{first.place}: there is no column {missing}; the columns are {found}.", ExitCode.DATA)
    return _read_rows(lines, header, layout)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which column holds what; None: no column does."""

    source: str | None
    fixed_source: str | None
    external_id: str | None
    card_id: str | None
    catalog_id: str | None

    @classmethod
    def of(cls, header: list[str], columns: KeyColumns) -> "_Layout":
        def pick(named: str | None, usual: tuple[str, ...]) -> str | None:
            return next((name for name in ((named,) if named else usual) if name in header), None)

        return cls(
            source=None if columns.source else pick(None, SOURCE_COLUMNS),
            fixed_source=columns.source,
            external_id=pick(columns.id_column, ID_COLUMNS),
            card_id=None if columns.catalog_column else pick(None, CARD_COLUMNS),
            catalog_id=pick(columns.catalog_column, CATALOG_COLUMNS),
        )

    def missing(self, columns: KeyColumns) -> str | None:
        """The first column that is needed and isn't there, with what would do instead."""
        if self.source is None and self.fixed_source is None:
            return "source (or give --source)"
        if self.external_id is None:
            return columns.id_column or "external_id (or give --id-column)"
        if self.card_id is None and self.catalog_id is None:
            return columns.catalog_column or "card_id or catalog_id (or give --catalog-column)"
        return None

    def key(self, row: Fields) -> KeyRecord:
        """The key in a row. Raises BadField."""
        source = self.fixed_source or row.required_text(self.source or "")
        external_id = row.required_text(self.external_id or "")
        card_id = row.text(self.card_id) if self.card_id else ""
        catalog_id = row.text(self.catalog_id) if self.catalog_id else ""
        if card_id and catalog_id:
            raise BadField(f"{self.card_id}", f"only one of {self.card_id} and {self.catalog_id} may be given")
        if card_id:
            return KeyRecord(source=source, external_id=external_id, card_id=card_id)
        if catalog_id:
            return KeyRecord(source=source, external_id=external_id, catalog_id=catalog_id)
        raise BadField(f"{self.catalog_id or self.card_id}", "is missing")


def _header(line: Line) -> list[str]:
    try:
        names = [name.strip() for name in _parse(line.text)]
    except csv.Error as error:
        raise CliError(f"{line.place}: the header is no CSV ({error}).", ExitCode.DATA) from None
    repeated = next((name for name in names if name and names.count(name) > 1), None)
    if repeated is not None:
        raise CliError(f"{line.place}: the column {repeated} stands there twice; remove one.", ExitCode.DATA)
    return names


def _read_rows(lines: Iterator[Line | BadRecord], header: list[str], layout: _Layout) -> Keys:
    for row in _Rows(lines, len(header)):
        if isinstance(row, BadRecord):
            yield row
            continue
        place, values = row
        try:
            yield Record(place, layout.key(_fields(header, values)))
        except BadField as error:
            yield BadRecord(place, error.field, error.what)


def _fields(header: list[str], values: list[str]) -> Fields:
    if [value.strip() for value in values] == header:
        raise BadField("", "repeats the header")
    if len(values) != len(header):
        raise BadField("", f"has {len(values)} columns instead of {len(header)}")
    return Fields(dict(zip(header, values, strict=True)))


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
