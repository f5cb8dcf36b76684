"""Folding: what never tells two cards apart disappears, what does stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.resolver.folding import (
    MAX_LENGTH,
    NumberReading,
    confuse,
    fold_name,
    fold_number,
    fold_set,
    is_bare_number,
    number_prefix,
    number_spellings,
    read_number,
    read_set,
    set_spellings,
)

TOTALS = frozenset({"102", "130", "tg30", "30"})


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        ("CHARIZARD", "Charizard"),
        ("  Dark   Raichu ", "Dark Raichu"),
        ("Pokemon Center", "Pokémon Center"),
        ("Flabe\u0301be\u0301", "Flabébé"),
        ("FarfetchʼD", "Farfetch'd"),
        ("Ho\u2010Oh", "Ho-Oh"),
        ("Charizard GX", "Charizard-GX"),
        ("Mr Mime", "Mr. Mime"),
        ("Pikachu and Zekrom GX", "Pikachu & Zekrom-GX"),
        ("Pikachu ☆", "Pikachu ★"),
        ("Pikachu Star", "Pikachu ★"),
        ("Pikachu gold star", "Pikachu ★"),
        ("Lysandre Prism Star", "Lysandre ◇"),
        ("Mew delta", "Mew δ"),
        ("Mew Delta Species", "Mew δ"),
        ("Ｕｎｏｗｎ [!]", "Unown !"),
        ("Nidoran♀\ufe0f", "Nidoran ♀"),
    ],
)
def test_a_name_folds_like_the_one_the_card_prints(read: str, printed: str) -> None:
    assert fold_name(read) == fold_name(printed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nidoran ♀", "Nidoran ♂"),
        ("Pikachu", "Pikachu ★"),
        ("Mew", "Mew δ"),
        ("Unown [!]", "Unown [?]"),
        ("Lysandre", "Lysandre ◇"),
        ("Zacian V", "Zacian VSTAR"),
    ],
)
def test_a_symbol_that_names_another_card_stays(one: str, other: str) -> None:
    assert fold_name(one) != fold_name(other)


def test_star_inside_a_word_is_no_symbol() -> None:
    assert fold_name("Staryu") == "staryu"


@pytest.mark.parametrize(
    ("read", "printed"), [("Base Set", "Base"), ("black and white", "Black & White"), ("HEARTGOLD", "HeartGold")]
)
def test_a_set_folds_like_the_one_in_the_catalogue(read: str, printed: str) -> None:
    assert fold_set(read) == fold_set(printed)


def test_base_set_2_is_not_the_base_set() -> None:
    assert fold_set("Base Set 2") != fold_set("Base Set")


def test_a_set_may_be_meant_by_what_follows_its_dash() -> None:
    assert set_spellings("HS—Unleashed", "UL") == ("hsunleashed", "ul", "unleashed")


@pytest.mark.parametrize("read", ["Scarlet & Violet—151", "Scarlet & Violet 151", "SV: 151", "Pokémon 151", "151"])
def test_a_set_may_be_read_with_its_series_before_it(read: str) -> None:
    assert "151" in read_set(read)


def test_a_series_alone_stays_a_set() -> None:
    assert read_set("Sword & Shield") == ("swordshield",)


def test_promo_sets_printed_with_a_series_stay_apart() -> None:
    assert not set(set_spellings("XY Black Star Promos")) & set(set_spellings("SM Black Star Promos"))


@pytest.mark.parametrize(
    ("printed", "spellings"),
    [("4", ("4",)), ("008", ("008", "8")), ("SWSH001", ("swsh001", "swsh1")), ("0", ("0",)), ("!", ("!",)), ("-", ())],
)
def test_a_number_is_spelled_as_printed_and_without_zeros(printed: str, spellings: tuple[str, ...]) -> None:
    assert number_spellings(printed) == spellings


@pytest.mark.parametrize(
    ("number", "prefix"), [("TG01", ("tg", "01")), ("SWSH001", ("swsh", "001")), ("4", ("", "")), ("ONE", ("", ""))]
)
def test_a_subset_is_named_by_the_letters_before_the_digits(number: str, prefix: tuple[str, str]) -> None:
    assert number_prefix(number) == prefix


@pytest.mark.parametrize(
    ("number", "bare"), [("4", True), ("28a", True), ("H1", True), ("SWSH001", False), ("", False)]
)
def test_a_bare_number_says_nothing_of_its_set(number: str, bare: bool) -> None:
    assert is_bare_number(number) is bare


def test_characters_that_scanners_confuse_become_equal() -> None:
    assert confuse("o1lis5b8z2g6") == "011155882266"
    assert confuse("bam") == confuse("barn")


@pytest.mark.parametrize(
    ("text", "number", "total"),
    [
        ("4/102", "4", "102"),
        (" 4 / 102 ", "4", "102"),
        ("4\u2044102", "4", "102"),
        ("4 of 102", "4", "102"),
        ("No. 4/102", "4", "102"),
        ("TG01/TG30", "TG01", "TG30"),
        ("SWSH001", "SWSH001", ""),
        ("/102", "", "102"),
    ],
)
def test_a_number_is_read_with_its_total(text: str, number: str, total: str) -> None:
    assert read_number(text, TOTALS)[0] == NumberReading(number, total)


@pytest.mark.parametrize("text", ["4102", "4x102", "4l102"])
def test_a_lost_separator_is_looked_for_before_a_known_total(text: str) -> None:
    assert NumberReading("4", "102", lost_separator=True) in read_number(text, TOTALS)


@pytest.mark.parametrize("text", ["", "  ", "/", "-/-", "#"])
def test_a_number_without_letters_or_digits_was_not_read(text: str) -> None:
    assert read_number(text, TOTALS) == ()


def test_many_digits_have_no_more_readings_than_the_longest_total_allows() -> None:
    assert len(read_number("30" * 5_000, TOTALS)) <= 1 + 2 * 4


@given(st.text(max_size=3 * MAX_LENGTH))
def test_any_text_folds_to_a_bounded_one(text: str) -> None:
    folded = [fold_name(text), fold_set(text), fold_number(text)]

    assert all(len(each) <= MAX_LENGTH for each in folded)
    assert not any(character.isspace() for each in folded for character in each)
    assert read_number(text, TOTALS) is not None
    assert read_set(text) is not None


@given(st.from_regex(r"[A-Za-z]{1,12}( [A-Za-z]{1,12}){0,3}", fullmatch=True))
def test_case_and_spacing_never_matter_to_a_name(name: str) -> None:
    assert fold_name(f"  {name.upper()}\t") == fold_name(name.lower())
