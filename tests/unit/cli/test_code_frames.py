"""Frames of code: the carets stand under what is meant, whatever stands before it, and nothing steers the terminal."""

import pytest
from atelier.reviewer.v1.review_service_pb2 import CodeRange
from rich.cells import cell_len

from cli.code_frames import code_frame


def place(line: int, start: int, end: int, *, last: int | None = None) -> CodeRange:
    return CodeRange(start_line=line, start_column=start, end_line=last or line, end_column=end)


def under(frame: str) -> str:
    """What stands above the carets."""
    lines = frame.split("\n")
    [number] = [at for at, line in enumerate(lines) if "^" in line and line.split("|")[1].strip("^ ") == ""]
    first, carets = lines[number].index("^"), lines[number].count("^")
    above, cells, found = lines[number - 1], 0, ""
    for character in above:
        if first <= cells < first + carets:
            found += character
        cells += cell_len(character)
    return found


def test_the_lines_around_are_shown_with_their_numbers() -> None:
    lines = [f"line {number}" for number in range(1, 13)]

    frame = code_frame(lines, place(9, 6, 7), width=80)

    assert frame.plain.split("\n") == [
        "   7 | line 7",
        "   8 | line 8",
        ">  9 | line 9",
        "     |      ^",
        "  10 | line 10",
        "  11 | line 11",
    ]


@pytest.mark.parametrize("before", ["", "\t", "\t\tif x:\t", "ピカ = ", "e\u0301 = ", "\x1b[31m", "👩\u200d💻 "])
def test_carets_stand_under_the_range_after_tabs_and_wide_characters(before: str) -> None:
    start = len(before) + 1

    frame = code_frame([f"{before}eval(x) + 1"], place(1, start, start + 7), width=80)

    assert under(frame.plain) == "eval(x)"
    assert frame.plain.replace("\n", "").isprintable()


@pytest.mark.parametrize("offset", [0, 30, 500, 3_990])
def test_a_long_line_is_cropped_around_the_range(offset: int) -> None:
    line = "é" * offset + "eval(" + "ピ" * (4_000 - offset)

    frame = code_frame(["short", line, "short"], place(2, offset + 1, offset + 6), width=60)

    assert under(frame.plain) == "eval("
    assert max(cell_len(one) for one in frame.plain.split("\n")) <= 60
    assert "…" in frame.plain


def test_of_a_long_place_the_beginning_is_shown() -> None:
    lines = ["x = 1"] * 500

    frame = code_frame(lines, place(100, 1, 3, last=400), width=80)

    assert frame.plain.count("> ") == 8
    assert "^^^^^" in frame.plain


def test_without_columns_the_line_is_marked_alone() -> None:
    frame = code_frame(["a", "b"], CodeRange(start_line=2, end_line=2), width=80)

    assert frame.plain == "  1 | a\n> 2 | b"


def test_columns_beyond_the_line_point_at_its_end() -> None:
    frame = code_frame(["ab"], place(1, 900, 901), width=80)

    assert frame.plain.split("\n")[1] == "    |   ^"


@pytest.mark.parametrize("line", [0, 3, 10_000])
def test_a_line_that_is_not_there_has_no_frame(line: int) -> None:
    assert not code_frame(["a", "b"], CodeRange(start_line=line, end_line=line), width=80)
