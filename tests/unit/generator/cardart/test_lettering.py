"""Text that fits its room, whatever it holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFont, features

from services.generator.cardart.lettering import FACES, Room, fit, fit_lines, fit_list, visible, width
from services.generator.fonts import CONDENSED, font_file

ROOM = Room(300, 60, 30, 800)
WRAPPED = Room(300, 40, 20, 800)


@pytest.mark.parametrize(
    ("given_text", "seen"),
    [
        ("Jose\u0301", "José"),
        ("\u202eeiraM\u202c", "eiraM"),
        ("\u2066Ann\u2069\u200f\u200b", "Ann"),
        ("A\tB\nC\x07", "A B C"),
        ("Z\u0315\u0316\u0317\u0318algo\u0336", "Zalgo"),
        ("Ｗｉｄｅ ﬃ", "Wide ffi"),
        ("two \u00a0 \u2003 spaces ", "two spaces"),
        ("\ufffe\ufffftail", "tail"),
        ("<b>&amp;", "<b>&amp;"),
        ("大谷", "大谷"),
    ],
)
def test_only_what_can_be_seen_is_kept(given_text: str, seen: str) -> None:
    assert visible(given_text) == seen


def test_a_text_shrinks_before_it_is_abbreviated() -> None:
    short, longer, longest = (fit("Encarnacion" * count, ROOM) for count in (1, 2, 4))

    assert short.size == ROOM.largest
    assert ROOM.smallest <= longer.size < short.size
    assert longest.size == ROOM.smallest
    assert longest.text.endswith("…")


def test_a_long_name_breaks_at_its_hyphen_and_then_at_its_middle_space() -> None:
    hyphen = fit_lines("Wolfeschlegelstein-Bergerdorff", ROOM, WRAPPED)
    spaces = fit_lines("de la Cruz y Montemayor Rodriguez", ROOM, WRAPPED)

    assert [line.text for line in hyphen] == ["Wolfeschlegelstein-", "Bergerdorff"]
    assert [line.text for line in spaces] == ["de la Cruz y", "Montemayor Rodriguez"]
    assert hyphen[0].size == hyphen[1].size


def test_a_list_says_how_many_it_leaves_out() -> None:
    teams = [f"Team {letter}" for letter in "ABCDEFGHIJ"]

    line = fit_list(teams, Room(300, 22, 18), "also ")

    assert line.text.startswith("also Team A, Team B")
    assert line.text.endswith("more")


@given(st.text(max_size=120), st.integers(20, 600))
def test_no_text_is_wider_than_its_room(text: str, room_width: int) -> None:
    room = Room(room_width, 60, 12, 600, 0.05)
    for line in (fit(visible(text), room), *fit_lines(visible(text), room, room), fit_list([visible(text)] * 3, room)):
        assert room.holds(line.text, line.size)


@pytest.mark.skipif(not features.check("raqm"), reason="Pillow has no shaping engine here")
@pytest.mark.parametrize("text", ["AVAVAV Tokyo", "O'Rourke", "Encarnacion-Strand", "Świątek", "234–163", ".305"])
def test_shaped_text_is_never_wider_than_measured(text: str) -> None:
    for weight, face in FACES.items():
        font = ImageFont.truetype(font_file(CONDENSED, face), 1000, layout_engine=ImageFont.Layout.RAQM)

        assert font.getlength(text) / 10 <= width(text, 100, weight) * 1.005
