"""Places are lines and characters, in whatever a tool counted."""

import pytest

from services.reviewer.finding import Place
from services.reviewer.linters.places import Ruler, column_of_byte, column_of_utf16, within

TEXT = "é = 1\n\n😀x\n"


@pytest.mark.parametrize(
    ("start", "end", "place"),
    [
        (0, 2, Place(1, 1, 1, 2)),
        (3, 4, Place(1, 3, 1, 4)),
        (7, 7, Place(2, 1, 2, 1)),
        (8, 12, Place(3, 1, 3, 2)),
        (12, 14, Place(3, 2, 4, 1)),
        (99, 999, Place(4, 1, 4, 1)),
    ],
)
def test_bytes_become_lines_and_characters(start: int, end: int, place: Place) -> None:
    assert Ruler(TEXT).place(start, end) == place


def test_columns_of_bytes_and_utf16_become_columns_of_characters() -> None:
    assert [column_of_byte("é😀x", offset) for offset in (0, 2, 6, 7)] == [1, 2, 3, 4]
    assert [column_of_utf16("é😀x", offset) for offset in (0, 1, 3, 4)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("told", "place"),
    [
        (Place(1, 2, 1, 3), Place(1, 2, 1, 3)),
        (Place(9, 1, 9, 4), Place(2)),
        (Place(0), Place(1)),
        (Place(1, 2, 7, 3), Place(1, end_line=2)),
        (Place(1, 50, 1, 60), Place(1, 4, 1, 4)),
        (Place(2, 3, 1, 1), Place(2, 3, 2, 3)),
    ],
)
def test_a_place_outside_the_file_becomes_the_nearest_in_it(told: Place, place: Place) -> None:
    assert within(told, ["abc", "de"]) == place
