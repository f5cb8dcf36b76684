"""Reads the detections of a scan: CSV with a header, or JSON lines that are flat or protobuf's JSON of a Detection."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from atelier.resolver.v1.resolver_service_pb2 import ExternalId, ScannedText
from atelier.resolver.v1.scan_service_pb2 import Detection

from cli.catalogue_files import LINES_SUFFIXES
from cli.csv_files import Row, table_of
from cli.errors import CliError
from cli.exits import ExitCode
from cli.fields import BadField, Fields, as_object, parse_json
from cli.money import check_money, money
from cli.proto_json import read_message
from cli.records import BadRecord, Place, Record
from cli.text_files import STDIN, Advance, Line, check_readable, read_lines, silent

CSV_SUFFIXES = (".csv", ".csv.gz")
FORMATS = ".csv, .csv.gz, .jsonl or .jsonl.gz"
DETAILS = ("detection_id", "confidence", "estimated_value", "currency")
EXTERNAL = ("source", "external_id")
TEXT = ("name", "number", "set")
# What only protobuf's JSON of a detection has, and the flat form doesn't.
NESTED = ("external", "text", "embedding", "attributes", "estimatedValue", "estimated_value")

Detections = Iterator[Record[Detection] | BadRecord]


def open_detections(path: str, advance: Advance = silent) -> Detections:
    """The detections of a file; stdin is JSON lines when its first line opens an object, else CSV.

    A detection without an id gets its line's number; an id that stood there before makes a bad record. Raises CliError,
    at once, when the file can't be read or is in no format known.
    """
    check_readable(path)
    if path != STDIN and not path.endswith((*LINES_SUFFIXES, *CSV_SUFFIXES)):
        raise CliError(f"The format of {path} is unknown; detections are read from {FORMATS}.", ExitCode.DATA)
    lines = read_lines(path, advance)
    if path == STDIN:
        first = next(lines, None)
        lines = chain([first] if first is not None else [], lines)
        is_table = not (isinstance(first, Line) and first.text.lstrip().startswith("{"))
    else:
        is_table = path.endswith(CSV_SUFFIXES)
    return _distinct(_read_table(path, lines) if is_table else _read_objects(lines))


def flat_detection(fields: Fields, place: Place) -> Detection:
    """A detection whose evidence stands beside its other fields; what is no field of it is kept as an attribute.

    An external id is the evidence where there is one, else what was read. Raises BadField.
    """
    evidence = EXTERNAL if fields.text("external_id") else TEXT
    confidence = fields.decimal("confidence")
    detection = Detection(
        detection_id=fields.text("detection_id") or str(place.line),
        confidence=None if confidence is None else float(confidence),
        estimated_value=money(fields, amount="estimated_value", currency="currency"),
        attributes=fields.plain_texts(but=(*DETAILS, *evidence)),
    )
    if evidence is EXTERNAL:
        detection.external.CopyFrom(ExternalId(source=fields.text("source"), external_id=fields.text("external_id")))
    elif any(fields.text(name) for name in TEXT):
        detection.text.CopyFrom(
            ScannedText(name=fields.text("name"), number=fields.text("number"), set=fields.text("set"))
        )
    return detection


def _read_table(path: str, lines: Iterator[Line | BadRecord]) -> Detections:
    table = table_of(path, lines)
    if not set(table.header) & {*EXTERNAL[1:], *TEXT}:
        found = ", ".join(table.header)
        raise CliError(
            f"{table.place}: there is no column external_id, name, number or set; the columns are {found}.",
            ExitCode.DATA,
        )
    return _read_rows(table.rows)


def _read_rows(rows: Iterator[Row | BadRecord]) -> Detections:
    for row in rows:
        if isinstance(row, BadRecord):
            yield row
            continue
        try:
            yield Record(row.place, flat_detection(row.fields, row.place))
        except BadField as error:
            yield BadRecord(row.place, error.field, error.what)


def _read_objects(lines: Iterator[Line | BadRecord]) -> Detections:
    for line in lines:
        if isinstance(line, BadRecord):
            yield line
            continue
        try:
            yield Record(line.place, _detection(parse_json(line.text), line.place))
        except BadField as error:
            yield BadRecord(line.place, error.field, error.what)


def _detection(value: Any, place: Place) -> Detection:
    fields = as_object(value)
    if not any(isinstance(value.get(name), dict) for name in NESTED) and "detectionId" not in value:
        return flat_detection(fields, place)
    detection = read_message(value, Detection(), "")
    if detection.HasField("estimated_value"):
        check_money(detection.estimated_value, "estimatedValue")
    if not detection.detection_id:
        detection.detection_id = str(place.line)
    return detection


def _distinct(detections: Detections) -> Detections:
    """The detections, those with an id that stood there before as bad records: the id is what makes each count once."""
    places: dict[str, int] = {}
    for one in detections:
        if isinstance(one, BadRecord):
            yield one
            continue
        name, line = one.message.detection_id, one.place.line
        if places.setdefault(name, line) == line:
            yield one
        else:
            yield BadRecord(one.place, "detection_id", f"stands in line {places[name]} already: {name}")
