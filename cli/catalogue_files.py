"""Reads card catalogues: the folder layout of PokemonTCG/pokemon-tcg-data, one set file of it, or JSON lines.

The layout: `cards/en/<set id>.json` lists a set's cards, `sets/en.json` the sets.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from atelier.resolver.v1.card_pb2 import CardDetails, CardSet
from atelier.resolver.v1.resolver_service_pb2 import CardRecord
from google.protobuf.message import Message

from cli.errors import CliError
from cli.exits import ExitCode
from cli.fields import BadField, Fields, as_object, parse_object
from cli.json_array import Element, elements
from cli.records import BadRecord, Place, Record
from cli.text_files import STDIN, Advance, Line, check_readable, read_document, read_lines, silent

CARDS_FOLDER = Path("cards/en")
SETS_FILE = Path("sets/en.json")
LINES_SUFFIXES = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")
FORMATS = "a folder with cards/en/*.json and sets/en.json, one such .json file, or .jsonl or .jsonl.gz"

MessageT = TypeVar("MessageT", bound=Message)
Cards = Iterator[Record[CardRecord] | BadRecord]


def open_cards(path: str, advance: Advance = silent) -> Cards:
    """The cards of a catalogue in any of `FORMATS`. Raises CliError, at once, when it is none or can't be read."""
    folder = Path(path)
    if path != STDIN and folder.is_dir():
        if not (folder / CARDS_FOLDER).is_dir():
            raise CliError(f"{path} holds no {CARDS_FOLDER}; cards are imported from {FORMATS}.", ExitCode.DATA)
        return _read_sets(sorted((folder / CARDS_FOLDER).glob("*.json")), folder / SETS_FILE, advance)
    check_readable(path)
    if path == STDIN or path.endswith(LINES_SUFFIXES):
        return parse_lines(read_lines(path, advance), flat_card)
    if path.endswith(".json"):
        return _read_sets([folder], folder.parent.parent.parent / SETS_FILE, advance)
    raise CliError(f"The format of {path} is unknown; cards are imported from {FORMATS}.", ExitCode.DATA)


def catalogue_bytes(path: str) -> int | None:
    """How many bytes `open_cards` will have read at the end; None when nobody knows."""
    folder = Path(path)
    if path != STDIN and folder.is_dir():
        return sum(file.stat().st_size for file in (folder / CARDS_FOLDER).glob("*.json"))
    return folder.stat().st_size if folder.is_file() else None


def parse_lines(
    lines: Iterator[Line | BadRecord], parse: Callable[[Fields], MessageT]
) -> Iterator[Record[MessageT] | BadRecord]:
    """What `parse` makes of the JSON object on each line."""
    for line in lines:
        if isinstance(line, BadRecord):
            yield line
            continue
        try:
            yield Record(line.place, parse(parse_object(line.text)))
        except BadField as error:
            yield BadRecord(line.place, error.field, error.what)


def flat_card(fields: Fields) -> CardRecord:
    """A card whose set's fields stand beside its own. Raises BadField."""
    return CardRecord(catalog_id=fields.required_text("id", "catalog_id"), details=flat_details(fields))


def flat_details(fields: Fields) -> CardDetails:
    """What is known of a card, as `flat_card` has it; the name may be missing. Raises BadField."""
    card_set = CardSet(
        id=fields.text("set_id"),
        name=fields.text("set_name"),
        series=fields.text("set_series"),
        code=fields.text("set_code"),
        total=fields.integer("set_total"),
        printed_total=fields.integer("set_printed_total"),
        release_date=fields.date("release_date"),
    )
    return CardDetails(
        name=fields.text("name"),
        number=fields.text("number"),
        rarity=fields.text("rarity"),
        set=card_set if card_set != CardSet() else None,
        supertype=fields.text("supertype"),
        types=fields.texts("types"),
        artist=fields.text("artist"),
        national_pokedex_numbers=fields.integers("national_pokedex_numbers"),
        image_small=fields.text("image_small"),
        image_large=fields.text("image_large"),
    )


def _read_sets(files: list[Path], sets_file: Path, advance: Advance) -> Cards:
    sets: dict[str, CardSet] = {}
    if sets_file.is_file():
        for found in _read_array(sets_file, _layout_set):
            if isinstance(found, BadRecord):
                yield found
            else:
                sets[found.message.id] = found.message
    for file in files:
        yield from _read_set(file, sets)
        advance(file.stat().st_size)


def _read_set(file: Path, sets: Mapping[str, CardSet]) -> Cards:
    card_set = sets.get(file.stem)
    if card_set is None:
        # The cards are good without; only the set's name, totals and date are unknown.
        card_set = CardSet(id=file.stem)
    try:
        yield from _read_array(file, lambda fields: _layout_card(fields, card_set))
    except CliError as error:
        yield BadRecord(Place(str(file), 0), "", error.sentence)


def _read_array(file: Path, parse: Callable[[Fields], MessageT]) -> Iterator[Record[MessageT] | BadRecord]:
    for element in elements(read_document(file)):
        place = Place(str(file), element.line)
        try:
            yield Record(place, parse(_fields(element)))
        except BadField as error:
            yield BadRecord(place, error.field, error.what)


def _fields(element: Element) -> Fields:
    if element.problem:
        raise BadField("", element.problem)
    return as_object(element.value)


def _layout_card(fields: Fields, card_set: CardSet) -> CardRecord:
    images = fields.group("images")
    return CardRecord(
        catalog_id=fields.required_text("id"),
        details=CardDetails(
            name=fields.text("name"),
            number=fields.text("number"),
            rarity=fields.text("rarity"),
            set=card_set,
            supertype=fields.text("supertype"),
            types=fields.texts("types"),
            artist=fields.text("artist"),
            national_pokedex_numbers=fields.integers("nationalPokedexNumbers"),
            image_small=images.text("small"),
            image_large=images.text("large"),
        ),
    )


def _layout_set(fields: Fields) -> CardSet:
    return CardSet(
        id=fields.required_text("id"),
        name=fields.text("name"),
        series=fields.text("series"),
        code=fields.text("ptcgoCode"),
        total=fields.integer("total"),
        printed_total=fields.integer("printedTotal"),
        release_date=fields.date("releaseDate"),
    )
