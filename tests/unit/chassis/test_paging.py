"""Page tokens: a place in a list, and nobody else's."""

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.errors import InvalidArgument
from chassis.paging import decode_token, encode_token, page_size, placed_time

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


def refused(token: str, name: str = "cards", filters: tuple[str | bool, ...] = (), width: int = 1) -> str:
    """The field a token is refused by."""
    with pytest.raises(InvalidArgument) as caught:
        decode_token(token, name, filters, width)
    return caught.value.violations[0].field


@settings(database=None, deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=3), st.lists(TEXT | st.booleans(), max_size=3))
def test_a_token_brings_back_the_place_it_was_made_from(place: list[str], filters: list[str | bool]) -> None:
    token = encode_token("cards", filters, place)

    assert decode_token(token, "cards", filters, len(place)) == place
    assert token.isascii()


def test_no_token_means_the_first_page() -> None:
    assert decode_token("", "cards", [], 1) is None


def test_a_token_is_bound_to_its_list_its_filters_and_its_width() -> None:
    token = encode_token("cards", ["mew", True], ["a"])

    assert refused(token, "gaps", ("mew", True)) == "page_token"
    assert refused(token, "cards", ("mew", False)) == "page_token"
    assert refused(token, "cards", ()) == "page_token"
    assert refused(token, "cards", ("mew", True), width=2) == "page_token"


@settings(database=None, deadline=None, max_examples=300)
@given(st.text(min_size=1) | st.binary(min_size=1).map(lambda data: base64.urlsafe_b64encode(data).decode()))
def test_rubbish_is_refused_and_nothing_worse(token: str) -> None:
    assert refused(token) == "page_token"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@settings(database=None, deadline=None)
@given(JSON)
def test_any_json_but_a_list_of_text_is_refused(value: object) -> None:
    token = base64.urlsafe_b64encode(json.dumps(value).encode()).decode()

    assert refused(token) == "page_token"


@pytest.mark.parametrize("place", ["a\0b", "\ud800", 7, None, ["a"]])
def test_a_forged_place_that_postgres_cannot_hold_is_refused(place: object) -> None:
    fingerprint, _ = json.loads(base64.urlsafe_b64decode(encode_token("cards", [], ["a"]) + "=="))

    forged = base64.urlsafe_b64encode(json.dumps([fingerprint, place]).encode()).decode()

    assert refused(forged) == "page_token"


def test_a_token_nested_beyond_reason_is_refused() -> None:
    assert refused(base64.urlsafe_b64encode(b"[" * 100_000).decode()) == "page_token"


@pytest.mark.parametrize(("asked", "rows"), [(0, 50), (1, 1), (1000, 1000)])
def test_a_page_holds_what_was_asked_for_or_the_default(asked: int, rows: int) -> None:
    assert page_size(asked) == rows


def test_a_time_is_a_place_only_with_its_zone() -> None:
    noon = datetime(2026, 5, 4, 12, tzinfo=UTC)

    assert placed_time(None) is None
    assert placed_time([noon.isoformat()]) == noon
    for told in ("soon", "2026-05-04T12:00:00", ""):
        with pytest.raises(InvalidArgument):
            placed_time([told])
