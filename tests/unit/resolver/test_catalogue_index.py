"""Identification on a small catalogue: what ranks first, how sure it is, and when a person must look."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.resolver.catalogue_index import (
    Agreement,
    CatalogueIndex,
    Identification,
    IndexedCard,
    ReviewReason,
    TextQuery,
)
from services.resolver.vocabulary import Vocabulary, compare


def _card(catalog_id: str, name: str, number: str, set_name: str, code: str, total: int | None) -> IndexedCard:
    return IndexedCard(f"id-{catalog_id}", catalog_id, name, number, catalog_id.split("-")[0], set_name, code, total)


CARDS = (
    _card("base1-2", "Blastoise", "2", "Base", "BS", 102),
    _card("base1-4", "Charizard", "4", "Base", "BS", 102),
    _card("base1-14", "Raichu", "14", "Base", "BS", 102),
    _card("base1-58", "Pikachu", "58", "Base", "BS", 102),
    _card("base4-4", "Charizard", "4", "Base Set 2", "B2", 130),
    _card("base4-87", "Pikachu", "87", "Base Set 2", "B2", 130),
    _card("ecard2-103", "Porygon", "103", "Aquapolis", "AQ", 147),
    _card("ecard2-H1", "Ampharos", "H1", "Aquapolis", "AQ", 147),
    _card("ecard2-H32", "Vaporeon", "H32", "Aquapolis", "AQ", 147),
    _card("ex13-104", "Pikachu ★", "104", "Holon Phantoms", "HP", 110),
    _card("gym1-62", "Blaine's Growlithe", "62", "Gym Heroes", "G1", 132),
    _card("gym2-62", "Blaine's Growlithe", "62", "Gym Challenge", "G2", 132),
    _card("hgss2-5", "Jirachi", "5", "HS—Unleashed", "UL", 95),
    _card("sm3-92", "Kirlia", "92", "Burning Shadows", "BUS", 147),
    _card("swsh9tg-TG01", "Flareon", "TG01", "Brilliant Stars Trainer Gallery", "BRS", 30),
    _card("swshp-SWSH001", "Grookey", "SWSH001", "SWSH Black Star Promos", "PR-SW", 304),
    _card("swshp-SWSH076", "Zacian V", "SWSH076", "SWSH Black Star Promos", "PR-SW", 304),
    _card("mystery-1", "Missing Total", "1", "Mystery", "", None),
)
INDEX = CatalogueIndex(CARDS, revision=1)


def _identify(name: str = "", number: str = "", set_name: str = "") -> Identification:
    return INDEX.identify([TextQuery(name, number, set_name)])[0]


def _agreements(identification: Identification) -> dict[str, Agreement]:
    return {evidence.field: evidence.agreement for evidence in identification.candidates[0].evidence}


@pytest.mark.parametrize(
    ("query", "catalog_id"),
    [
        (TextQuery("Charizard", "4/102", "Base"), "base1-4"),
        (TextQuery("Charizcrd", "4/102"), "base1-4"),
        (TextQuery("charizard", "4/1O2", "base set"), "base1-4"),
        (TextQuery("Charizard", "4", "B2"), "base4-4"),
        (TextQuery("Charizard", "4", "base4"), "base4-4"),
        (TextQuery("Charizard", "", "Base Set 2"), "base4-4"),
        (TextQuery("Charizard", "4l102"), "base1-4"),
        (TextQuery("Raichu", "l4/102"), "base1-14"),
        (TextQuery("Pikachu", "5B/102"), "base1-58"),
        (TextQuery("PIKACHU ☆", "104/110"), "ex13-104"),
        (TextQuery("Grookey", "SWSHO01"), "swshp-SWSH001"),
        (TextQuery("Flareon", "TG01/TG30"), "swsh9tg-TG01"),
        (TextQuery("Flareon", "TG01/30"), "swsh9tg-TG01"),
        (TextQuery("Ampharos", "H1/H32"), "ecard2-H1"),
        (TextQuery("Jirachi", "5", "Unleashed"), "hgss2-5"),
        (TextQuery("", "58/102", "Base"), "base1-58"),
        (TextQuery("Missing Total", "1/99", "Mystery"), "mystery-1"),
    ],
)
def test_a_card_is_found_by_what_a_scan_reads(query: TextQuery, catalog_id: str) -> None:
    found = INDEX.identify([query])[0]

    assert found.candidates[0].card.catalog_id == catalog_id
    assert found.review_reason is None


def test_evidence_says_how_each_field_agrees() -> None:
    found = _identify("Charizcrd", "4/1O2", "BS").candidates[0]

    assert [(each.field, each.observed, each.expected, each.agreement) for each in found.evidence] == [
        ("name", "Charizcrd", "Charizard", Agreement.SIMILAR),
        ("number", "4", "4", Agreement.EXACT),
        ("total", "1O2", "102", Agreement.SIMILAR),
        ("set", "BS", "BS", Agreement.EXACT),
    ]
    assert found.evidence[0].similarity == pytest.approx(8 / 9)


def test_a_confusable_character_costs_half_a_misread() -> None:
    confused, wrong = compare(("1o2",), ("102",)), compare(("1x2",), ("102",))

    assert (confused.edits, wrong.edits) == (0.5, 1.0)


def test_cards_that_fit_equally_are_ambiguous_and_in_order_of_their_catalogue_ids() -> None:
    found = _identify("Blaine's Growlithe", "62/132")

    assert found.review_reason is ReviewReason.AMBIGUOUS
    assert [candidate.card.catalog_id for candidate in found.candidates] == ["gym1-62", "gym2-62"]
    assert found.candidates[0].confidence == found.candidates[1].confidence


def test_set_and_number_outrank_a_wrong_name() -> None:
    found = _identify("Blastoise", "58/102", "Base")

    assert found.candidates[0].card.catalog_id == "base1-58"
    assert found.review_reason is ReviewReason.CONFLICT
    assert _agreements(found)["name"] is Agreement.CONFLICT


def test_a_set_that_contradicts_needs_review() -> None:
    found = _identify("Porygon", "103/147", "Genetic Apex")

    assert found.candidates[0].card.catalog_id == "ecard2-103"
    assert found.review_reason is ReviewReason.CONFLICT


def test_a_letter_too_many_is_another_printing_and_not_a_misread() -> None:
    found = _identify("Porygon", "103a", "Aquapolis")

    assert found.review_reason is ReviewReason.CONFLICT
    assert _agreements(found)["number"] is Agreement.CONFLICT


@pytest.mark.parametrize("query", [TextQuery("Kirlia"), TextQuery("", "92"), TextQuery("", "92/147")])
def test_one_reading_alone_is_weak(query: TextQuery) -> None:
    found = INDEX.identify([query])[0]

    assert found.candidates[0].card.catalog_id == "sm3-92"
    assert found.review_reason is ReviewReason.WEAK


def test_many_cards_of_one_name_are_ambiguous() -> None:
    found = _identify("Charizard")

    assert found.review_reason is ReviewReason.AMBIGUOUS
    assert {candidate.card.catalog_id for candidate in found.candidates} == {"base1-4", "base4-4"}


@pytest.mark.parametrize("query", [TextQuery(), TextQuery(" ", "/", "-"), TextQuery("\x00\u200b", "\t", "\ud800")])
def test_a_query_without_anything_read_has_no_candidate(query: TextQuery) -> None:
    assert INDEX.identify([query]) == [Identification((), ReviewReason.NO_CANDIDATE)]


def test_a_name_that_resembles_none_has_no_candidate() -> None:
    assert _identify("Xqwzjvkyyfdt") == Identification((), ReviewReason.NO_CANDIDATE)


def test_a_known_name_with_an_unknown_number_is_shown_for_review() -> None:
    found = _identify("Porygon", "999")

    assert found.candidates[0].card.catalog_id == "ecard2-103"
    assert found.needs_review


def test_an_empty_catalogue_has_no_candidate() -> None:
    empty = CatalogueIndex([], revision=0)

    assert empty.identify([TextQuery("Charizard", "4/102")])[0].review_reason is ReviewReason.NO_CANDIDATE
    assert len(empty) == 0


def test_no_more_candidates_than_the_limit_are_listed_and_the_rest_still_count() -> None:
    found = INDEX.identify([TextQuery("Charizard")], limit=1)[0]

    assert len(found.candidates) == 1
    assert found.review_reason is ReviewReason.AMBIGUOUS


def test_answers_come_in_the_order_of_the_queries() -> None:
    queries = [TextQuery(card.name, f"{card.number}/{card.printed_total or ''}", card.set_name) for card in CARDS] * 20

    found = INDEX.identify(queries)

    assert [each.candidates[0].card for each in found] == list(CARDS) * 20


def test_an_answer_does_not_depend_on_its_batch() -> None:
    query = TextQuery("Charizcrd", "4102", "Bas")

    assert INDEX.identify([TextQuery("Raichu", "14/102"), query, TextQuery()])[1] == INDEX.identify([query])[0]


def test_an_update_replaces_by_card_id_and_adds_the_rest() -> None:
    renamed = dataclasses.replace(CARDS[1], name="Glurak")
    added = _card("base1-15", "Venusaur", "15", "Base", "BS", 102)

    updated = INDEX.updated([renamed, added], revision=2)

    assert (len(updated), updated.revision) == (len(CARDS) + 1, 2)
    assert updated.identify([TextQuery("Glurak", "4/102")])[0].candidates[0].card == renamed
    assert updated.identify([TextQuery("Venusaur", "15/102")])[0].candidates[0].card == added


def test_an_update_leaves_the_old_index_as_it_was() -> None:
    INDEX.updated([dataclasses.replace(CARDS[1], name="Glurak")], revision=2)

    assert (len(INDEX), INDEX.revision) == (len(CARDS), 1)
    assert _identify("Charizard", "4/102").candidates[0].card == CARDS[1]


any_text = st.text(max_size=40) | st.text(st.sampled_from("0123456789/lOIxTG "), max_size=40)


@settings(deadline=None)
@given(st.lists(st.builds(TextQuery, any_text, any_text, any_text), max_size=5))
def test_any_text_gets_ranked_probabilities(queries: list[TextQuery]) -> None:
    found = INDEX.identify(queries)

    assert len(found) == len(queries)
    for identification in found:
        confidences = [candidate.confidence for candidate in identification.candidates]
        assert confidences == sorted(confidences, reverse=True)
        assert all(0.0 <= confidence <= 1.0 for confidence in confidences)
        assert sum(confidences) <= 1.0 + 1e-5
        assert identification.needs_review or confidences[0] >= 0.9


spellings = st.lists(st.text("abo01lrnm", min_size=1, max_size=6), min_size=1, max_size=3).map(tuple)


@given(st.lists(spellings, min_size=1, max_size=4), st.lists(spellings, min_size=1, max_size=4))
def test_the_edits_of_a_batch_are_those_of_each_pair(
    values: list[tuple[str, ...]], readings: list[tuple[str, ...]]
) -> None:
    vocabulary = Vocabulary(values)

    edits = vocabulary.edits(readings)

    for row, reading in enumerate(readings):
        for card, value in enumerate(values):
            assert edits[row, vocabulary.codes[card]] == compare(reading, value).edits
