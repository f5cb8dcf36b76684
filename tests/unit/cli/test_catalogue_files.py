"""Card files: every form they come in, and every way in which a record can be wrong."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from atelier.resolver.v1.resolver_service_pb2 import CardRecord

from cli.catalogue_files import open_cards
from cli.embedding_files import open_embeddings
from cli.errors import CliError
from cli.exits import ExitCode
from cli.records import BadRecord, Record

FLAT = {
    "id": "base1-4",
    "name": "Charizard",
    "number": "4",
    "rarity": "Rare Holo",
    "set_id": "base1",
    "set_name": "Base",
    "set_series": "Base",
    "set_total": 102,
    "set_printed_total": 102,
    "set_code": "BS",
    "release_date": "1999-01-09",
    "supertype": "Pokémon",
    "types": ["Fire"],
    "artist": None,
    "national_pokedex_numbers": [6],
}
LAYOUT_CARDS = """[
  {
    "id": "base1-4", "name": "Charizard", "number": "4", "supertype": "Pokémon", "types": ["Fire"],
    "rarity": "Rare Holo", "nationalPokedexNumbers": [6], "images": {"small": "s.png", "large": "l.png"}
  },
  {
    "id": "base1-5", "name": "Clefairy", "number": 5
  },
  {
    "id": "base1-6" "name": "Gyarados"
  },
  {
    "id": "base1-7", "name": "Hitmonchan"
  }
]
"""
LAYOUT_SETS = """[
  {"id": "base1", "name": "Base", "series": "Base", "printedTotal": 102, "total": 102, "ptcgoCode": "BS",
   "releaseDate": "1999/01/09"}
]
"""


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    for path, text in {"cards/en/base1.json": LAYOUT_CARDS, "sets/en.json": LAYOUT_SETS}.items():
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def read(path: Path, reader: Any = open_cards) -> tuple[list[Any], list[str]]:
    """The messages of a file, and what is said of its bad records, without the file's name."""
    found = list(reader(str(path)))
    good = [one.message for one in found if isinstance(one, Record)]
    bad = [str(one).replace(f"{path}:", "") for one in found if isinstance(one, BadRecord)]
    return good, bad


def lines(folder: Path, *records: object) -> Path:
    path = folder / "cards.jsonl"
    path.write_text("".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in records))
    return path


def test_a_flat_line_becomes_a_card_with_its_set(tmp_path: Path) -> None:
    [card], bad = read(lines(tmp_path, FLAT))

    assert bad == []
    assert card.catalog_id == "base1-4"
    assert card.details.set.printed_total == 102
    assert (card.details.set.release_date.year, card.details.set.release_date.day) == (1999, 9)
    assert card.details.artist == ""


def test_gzip_is_told_by_content(tmp_path: Path) -> None:
    path = tmp_path / "cards.jsonl"
    path.write_bytes(gzip.compress(lines(tmp_path, FLAT).read_bytes()))

    assert len(read(path)[0]) == 1


def test_a_byte_order_mark_and_blank_lines_are_borne(tmp_path: Path) -> None:
    path = tmp_path / "cards.jsonl"
    path.write_text("\ufeff" + json.dumps(FLAT) + "\r\n\r\n  \n" + json.dumps(FLAT))

    good, bad = read(path)

    assert (len(good), bad) == (2, [])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{broken", "1: broken JSON at column 2"),
        ("[1]", "1: must be a JSON object, not a list"),
        ('{"name": "A"}', "1: id: is missing"),
        ('{"id": "", "name": "A"}', "1: id: is missing"),
        ('{"id": 7, "name": "A"}', "1: id: must be text, not a number"),
        ('{"id": "a", "types": "Fire"}', "1: types: must be a list, not text"),
        ('{"id": "a", "types": [null]}', "1: types[0]: must be text, not null"),
        ('{"id": "a", "set_total": "102"}', "1: set_total: must be a whole number, not text"),
        ('{"id": "a", "set_total": true}', "1: set_total: must be a whole number, not true or false"),
        ('{"id": "a", "set_total": 99999999999}', "1: set_total: must fit in 32 bits"),
        ('{"id": "a", "release_date": "soon"}', "1: release_date: must be a date such as 1999-01-09"),
        ('{"id": "a", "name": NaN}', "1: broken JSON: NaN is not JSON"),
        ('{"id": "a", "name": "\\ud800"}', "1: name: must be valid UTF-8"),
        ("[" * 100_000, "1: broken JSON: nested too deeply"),
        ('{"id": ' + "9" * 5000 + "}", "1: broken JSON: Exceeds the limit"),
        ("x" * (2**20 + 1), "1: the line is longer than 1 MB"),
    ],
)
def test_a_bad_line_is_told_by_line_and_field_and_does_not_stop_the_rest(tmp_path: Path, line: str, said: str) -> None:
    good, bad = read(lines(tmp_path, line, FLAT))

    assert len(good) == 1
    [only] = bad
    assert only.startswith(said)


def test_bytes_that_are_not_utf8_are_told_by_their_field(tmp_path: Path) -> None:
    path = tmp_path / "cards.jsonl"
    path.write_bytes(b'{"id":"a","name":"\xff"}\n' + json.dumps(FLAT).encode())

    good, bad = read(path)

    assert (len(good), bad) == (1, ["1: name: must be valid UTF-8"])


def test_a_gzip_that_breaks_off_gives_what_came_before_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "cards.jsonl.gz"
    packed = gzip.compress("".join(json.dumps({**FLAT, "id": f"a-{n}"}) + "\n" for n in range(5000)).encode())
    path.write_bytes(packed[: len(packed) // 2])

    good, bad = read(path)

    assert len(good) > 100
    assert "the file can't be read on from here" in bad[0]


def test_the_layout_joins_cards_with_the_set_named_by_their_file(layout: Path) -> None:
    good = [one.message for one in open_cards(str(layout)) if isinstance(one, Record)]

    assert [card.catalog_id for card in good] == ["base1-4", "base1-7"]
    assert good[0].details.set.code == "BS"
    assert good[0].details.image_large == "l.png"
    assert list(good[0].details.national_pokedex_numbers) == [6]


def test_bad_cards_of_the_layout_are_told_by_the_line_they_begin_at(layout: Path) -> None:
    file = layout / "cards/en/base1.json"

    bad = [str(one) for one in open_cards(str(layout)) if isinstance(one, BadRecord)]

    assert bad[0] == f"{file}:6: number: must be text, not a number"
    assert bad[1].startswith(f"{file}:9: broken JSON at line 10")
    assert len(bad) == 2


def test_one_file_of_the_layout_finds_its_set(layout: Path) -> None:
    first = next(open_cards(str(layout / "cards/en/base1.json")))

    assert isinstance(first, Record)
    assert first.message.details.set.name == "Base"


def test_a_set_that_is_not_listed_still_has_its_id(layout: Path) -> None:
    (layout / "sets/en.json").unlink()

    first = next(open_cards(str(layout)))

    assert isinstance(first, Record)
    assert first.message.details.set.id == "base1"


@pytest.mark.parametrize(("text", "said"), [("{}", "must be a JSON list"), ('[{"id":"a","name":"A"},', "isn't closed")])
def test_a_file_that_is_no_list_is_a_bad_record_and_not_the_end(layout: Path, text: str, said: str) -> None:
    (layout / "cards/en/aaa.json").write_text(text)

    found = list(open_cards(str(layout)))

    assert any(isinstance(one, BadRecord) and said in one.what for one in found)
    assert any(isinstance(one, Record) and one.message.catalog_id == "base1-7" for one in found)


@pytest.mark.parametrize(
    ("name", "code"), [("nowhere.jsonl", ExitCode.NO_INPUT), ("cards.xml", ExitCode.DATA), (".", ExitCode.DATA)]
)
def test_what_is_no_catalogue_is_refused_before_anything_is_read(tmp_path: Path, name: str, code: ExitCode) -> None:
    (tmp_path / "cards.xml").touch()

    with pytest.raises(CliError) as error:
        open_cards(str(tmp_path / name))

    assert error.value.code == code


def test_an_embedding_carries_the_details_of_its_card_or_none(tmp_path: Path) -> None:
    path = lines(
        tmp_path,
        {"catalog_id": "a", "embedding": [0.5, 1], "model": "m", "name": "A", "set_id": "s"},
        {"id": "b", "embedding": [1]},
    )

    [known, bare], bad = read(path, open_embeddings)

    assert bad == []
    assert (known.model, known.details.name, known.details.set.id) == ("m", "A", "s")
    assert list(known.embedding.values) == [0.5, 1.0]
    assert not bare.HasField("details")


def test_bad_embeddings_are_told_by_their_element(tmp_path: Path) -> None:
    path = lines(
        tmp_path,
        {"id": "a"},
        {"id": "a", "embedding": "x"},
        {"id": "a", "embedding": [1, None]},
        {"embedding": [1]},
        '{"id": "a", "embedding": [1' + "0" * 400 + "]}",
    )

    good, bad = read(path, open_embeddings)

    assert good == []
    assert bad == [
        "1: embedding: is missing",
        "2: embedding: must be a list, not text",
        "3: embedding[1]: must be a number, not null",
        "4: catalog_id: is missing",
        "5: embedding: holds a number that is too large",
    ]


def test_every_message_of_a_catalogue_is_a_card_record(layout: Path) -> None:
    kinds = {type(one.message) for one in open_cards(str(layout)) if isinstance(one, Record)}

    assert kinds == {CardRecord}
