"""How often identification is right, and how often wrong without saying so, on the real catalogue."""

import csv
import gzip
import random
import re
import string
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.resolver.catalogue_index import CatalogueIndex, Identification, IndexedCard, ReviewReason, TextQuery

SAMPLE = 1_500
CONFUSABLE = {"O": "0", "0": "O", "I": "1", "l": "1", "1": "l", "S": "5", "5": "S", "B": "8", "8": "B", "Z": "2"} | {
    "2": "Z", "G": "6", "6": "G", "a": "o", "e": "c", "m": "rn", "u": "v", "7": "1", "i": "l", "g": "9",
}  # fmt: skip
PROMO = re.compile(r"(SWSH|SM|XY|BW|DP|HGSS)[0-9]")
SUBSET = re.compile(r"(TG|GG|SV)[0-9]")

MakeQuery = Callable[[IndexedCard, random.Random], TextQuery]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Shares of all queries; `silent` were wrong and not marked for review."""

    right: float
    silent: float
    review: float


@pytest.fixture(scope="module")
def cards(catalogue: list[dict[str, Any]]) -> list[IndexedCard]:
    return [
        IndexedCard(
            card_id=card["id"],
            catalog_id=card["id"],
            name=card["name"],
            number=card["number"],
            set_id=card["set_id"],
            set_name=card["set_name"],
            set_code=card["set_code"] or "",
            printed_total=card["set_printed_total"],
        )
        for card in catalogue
    ]


@pytest.fixture(scope="module")
def index(cards: list[IndexedCard]) -> CatalogueIndex:
    return CatalogueIndex(cards, revision=1)


@pytest.fixture(scope="module")
def measure(cards: list[IndexedCard], index: CatalogueIndex) -> Callable[[MakeQuery], Accuracy]:
    def run(make: MakeQuery) -> Accuracy:
        chance = random.Random(2026)
        sample = chance.sample(cards, SAMPLE)
        found = index.identify([make(card, chance) for card in sample])
        right = [
            bool(each.candidates) and each.candidates[0].card == card for card, each in zip(sample, found, strict=True)
        ]
        silent = [not good and not each.needs_review for good, each in zip(right, found, strict=True)]
        return Accuracy(_share(right), _share(silent), _share([each.needs_review for each in found]))

    return run


def test_clean_names_and_numbers_are_right_and_rarely_need_review(measure: Callable[[MakeQuery], Accuracy]) -> None:
    accuracy = measure(lambda card, _: TextQuery(card.name, _printed(card)))

    assert accuracy.right >= 0.99
    assert accuracy.silent == 0.0
    assert accuracy.review < 0.03


def test_one_misread_character_still_finds_the_card(measure: Callable[[MakeQuery], Accuracy]) -> None:
    accuracy = measure(lambda card, chance: _misread(TextQuery(card.name, _printed(card)), chance))

    assert accuracy.right >= 0.97
    assert accuracy.silent <= 0.005


def test_one_misread_character_with_the_set_still_finds_the_card(measure: Callable[[MakeQuery], Accuracy]) -> None:
    def make(card: IndexedCard, chance: random.Random) -> TextQuery:
        return _misread(TextQuery(card.name, _printed(card), chance.choice((card.set_name, card.set_code))), chance)

    accuracy = measure(make)

    assert accuracy.right >= 0.97
    assert accuracy.silent <= 0.005


def test_a_misread_bare_number_is_not_guessed_silently(measure: Callable[[MakeQuery], Accuracy]) -> None:
    accuracy = measure(lambda card, chance: _misread(TextQuery(card.name, card.number), chance))

    assert accuracy.silent <= 0.005


def test_set_and_number_without_a_name_find_the_card(measure: Callable[[MakeQuery], Accuracy]) -> None:
    accuracy = measure(lambda card, _: TextQuery("", card.number, card.set_name))

    assert accuracy.right >= 0.99
    assert accuracy.review < 0.01


def test_one_reading_alone_is_never_trusted(measure: Callable[[MakeQuery], Accuracy]) -> None:
    by_name = measure(lambda card, _: TextQuery(card.name))
    by_number = measure(lambda card, _: TextQuery("", _printed(card)))

    assert by_name.review == 1.0
    assert by_number.review == 1.0


def test_a_wrong_name_is_outranked_by_set_and_number_and_marked(
    measure: Callable[[MakeQuery], Accuracy], cards: list[IndexedCard]
) -> None:
    def make(card: IndexedCard, chance: random.Random) -> TextQuery:
        other = chance.choice([name for name in chance.sample(names, 5) if name != card.name])
        return TextQuery(other, _printed(card), card.set_name)

    names = sorted({card.name for card in cards})

    accuracy = measure(make)

    assert accuracy.right >= 0.99
    assert accuracy.review >= 0.99


def test_cards_the_catalogue_lacks_are_never_trusted(index: CatalogueIndex, shared_data: Path) -> None:
    queries = [TextQuery(row["name_en"], row["id"].rsplit("-", 1)[1], row["set_name"]) for row in _missing(shared_data)]

    found = index.identify(queries)

    assert len(found) > 3_000
    assert [(query, _best(each)) for query, each in zip(queries, found, strict=True) if not each.needs_review] == []


def test_cards_the_catalogue_lacks_are_rarely_trusted_without_a_number(
    index: CatalogueIndex, shared_data: Path
) -> None:
    found = index.identify([TextQuery(row["name_en"], "", row["set_name"]) for row in _missing(shared_data)])

    # What remains are other printings (103a, 103b) of cards that the catalogue has once, as 103.
    assert _share([not each.needs_review for each in found]) <= 0.005


def test_true_twins_are_marked_ambiguous(index: CatalogueIndex) -> None:
    found = index.identify([TextQuery("Blaine's Growlithe", "62/132")])[0]

    assert found.review_reason is ReviewReason.AMBIGUOUS
    assert {candidate.card.catalog_id for candidate in found.candidates[:2]} == {"gym1-62", "gym2-62"}


def _missing(shared_data: Path) -> list[dict[str, str]]:
    path = shared_data / "ids_without_counterpart.csv.gz"
    if not path.is_file():
        pytest.skip(f"the true misses are not at {path}")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [row for row in rows if row["scheme"] == "tcgdex" and row["name_en"] and row["set_name"]]


def _best(identification: Identification) -> str:
    return identification.candidates[0].card.catalog_id


def _share(answers: list[bool]) -> float:
    return sum(answers) / len(answers)


def _printed(card: IndexedCard) -> str:
    """The number as the card prints it: promos without a total, subsets with their letters on it."""
    if PROMO.match(card.number) or card.set_id in ("basep", "np", "svp"):
        return card.number
    subset = SUBSET.match(card.number)
    return f"{card.number}/{subset[1] if subset else ''}{card.printed_total}"


def _misread(query: TextQuery, chance: random.Random) -> TextQuery:
    """Misread one character of the name or, as often, of the number."""
    if chance.random() < 0.5:
        return TextQuery(_misread_text(query.name, chance), query.number, query.set_name)
    return TextQuery(query.name, _misread_text(query.number, chance), query.set_name)


def _misread_text(text: str, chance: random.Random) -> str:
    """Replace a character by any, delete it, or take it for one that looks like it."""
    place = chance.randrange(len(text))
    read = text[place]
    any_other = chance.choice([character for character in string.ascii_letters + string.digits if character != read])
    instead = chance.choice((any_other, "", CONFUSABLE.get(read, any_other)))
    return text[:place] + instead + text[place + 1 :]
