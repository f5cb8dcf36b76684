"""Reads ids of another source for known cards from CSV (RFC 4180, with a header), plain or gzip."""

from collections.abc import Iterator
from dataclasses import dataclass

from atelier.resolver.v1.resolver_service_pb2 import KeyRecord

from cli.csv_files import Row, open_rows
from cli.errors import CliError
from cli.exits import ExitCode
from cli.fields import BadField, Fields
from cli.records import BadRecord, Record
from cli.text_files import Advance, silent

SOURCE_COLUMNS = ("source",)
ID_COLUMNS = ("external_id",)
CARD_COLUMNS = ("card_id",)
CATALOG_COLUMNS = ("catalog_id", "catalogue_id", "pokemontcg_id")

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
    table = open_rows(path, advance)
    layout = _Layout.of(table.header, columns)
    missing = layout.missing(columns)
    if missing is not None:
        found = ", ".join(table.header)
        raise CliError(f"{table.place}: there is no column {missing}; the columns are {found}.", ExitCode.DATA)
    return _read_rows(table.rows, layout)


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


def _read_rows(rows: Iterator[Row | BadRecord], layout: _Layout) -> Keys:
    for row in rows:
        if isinstance(row, BadRecord):
            yield row
            continue
        try:
            yield Record(row.place, layout.key(row.fields))
        except BadField as error:
            yield BadRecord(row.place, error.field, error.what)
