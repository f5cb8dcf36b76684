"""Reads work to submit: JSON lines, each one item. What an item names as a file is read beside it."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from atelier.gateway.v1.gateway_service_pb2 import BatchItem

from cli.errors import CliError
from cli.fields import BadField, as_object, parse_json
from cli.records import BadRecord, Record
from cli.submit_items import activity_items, card_items, generation_items, review_items, scan_items
from cli.text_files import STDIN, Line, check_readable, read_lines

Items = Iterator[Record[BatchItem] | BadRecord]

READERS: Mapping[str, Callable[[Any, Path], Iterator[BatchItem | BadRecord]]] = {
    "scan": scan_items,
    "generation": generation_items,
    "card": card_items,
    "review": review_items,
    "activities": activity_items,
}


def open_items(path: str) -> Items:
    """The items of a file; a line that names a long file makes several. Raises CliError, at once, if unreadable."""
    check_readable(path)
    return _read(path)


def _read(path: str) -> Items:
    folder = Path() if path == STDIN else Path(path).parent
    for line in read_lines(path):
        if isinstance(line, BadRecord):
            yield line
            continue
        try:
            yield from _items(line, folder)
        except BadField as error:
            yield BadRecord(line.place, error.field, error.what)
        except CliError as error:  # of a file that the line names
            yield BadRecord(line.place, "", error.sentence)


def _items(line: Line, folder: Path) -> Items:
    value = parse_json(line.text)
    as_object(value)
    if len(value) != 1 or not value.keys() <= READERS.keys():
        raise BadField("", f"must have exactly one of {', '.join(READERS)}, and nothing else")
    [(kind, content)] = value.items()
    for found in READERS[kind](content, folder):
        yield found if isinstance(found, BadRecord) else Record(line.place, found)
