"""Code frames: the lines around a place in a file, numbered, with carets under what is meant."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from atelier.reviewer.v1.review_service_pb2 import CodeRange
from rich.cells import cell_len
from rich.text import Text

from cli.output import neutralise

CONTEXT_LINES = 2
MOST_LINES = 8  # of the place itself; the rest of a long one is cut
TAB_CELLS = 4
LEAST_CELLS = 20
CUT = "…"


def code_frame(lines: Sequence[str], place: CodeRange, *, width: int) -> Text:
    """The frame, at most `width` cells wide, cropped around the place; nothing where no such line is."""
    first = place.start_line
    if not 1 <= first <= len(lines):
        return Text()
    last = min(max(place.end_line, first), len(lines), first + MOST_LINES - 1)
    numbers = range(max(1, first - CONTEXT_LINES), min(_end(lines, last), last + CONTEXT_LINES) + 1)
    digits = len(str(numbers[-1]))
    room = max(width - digits - len("> 1 | "), LEAST_CELLS)
    shown = {number: _Cells.of(lines[number - 1]) for number in numbers}
    start, end = _span(shown[first], place)
    left = 0 if end <= room else max(0, start - room // 4)
    frame = []
    for number, cells in shown.items():
        meant = first <= number <= last
        margin = f"{'>' if meant else ' '} {number:>{digits}}"
        frame.append(_line(margin, cells.cropped(left, room), style="not dim" if meant else ""))
        if number == first and place.start_column:
            carets = "^" * max(1, min(end, left + room) - start)
            frame.append(_line(f"  {'':>{digits}}", f"{' ' * (start - left)}{carets}", style="not dim bold red"))
    return Text("\n").join(frame)


@dataclass(frozen=True, slots=True)
class _Cells:
    """A line as a terminal shows it: what each character becomes, and in which cell it begins; after them the end."""

    pieces: Sequence[str]
    offsets: Sequence[int]

    @classmethod
    def of(cls, line: str) -> "_Cells":
        pieces, offsets = [], [0]
        for character in line:
            offset = offsets[-1]
            piece = " " * (TAB_CELLS - offset % TAB_CELLS) if character == "\t" else neutralise(character)
            pieces.append(piece)
            offsets.append(offset + cell_len(piece))
        return cls(pieces, offsets)

    def offset(self, column: int) -> int:
        """The cell in which the character at a column, from 1, begins."""
        return self.offsets[min(max(column, 1), len(self.offsets)) - 1]

    def cropped(self, left: int, room: int) -> str:
        """The cells from `left` on, with a mark where something is cut off."""
        is_cut = self.offsets[-1] > left + room
        begin, end = left + bool(left), left + room - is_cut
        if left and self.offsets[-1] <= left:
            return ""
        kept = [
            (piece, offset)
            for piece, (offset, after) in zip(self.pieces, itertools.pairwise(self.offsets), strict=True)
            if offset >= begin and after <= end
        ]
        padding = " " * (kept[0][1] - begin) if kept else ""
        text = "".join(piece for piece, _ in kept)
        return f"{CUT if left else ''}{padding}{text}{CUT if is_cut else ''}"


def _end(lines: Sequence[str], last: int) -> int:
    """The number of the last line to show: not of what follows the last line's end, where that isn't meant."""
    return len(lines) - (not lines[-1] and last < len(lines))


def _line(margin: str, code: str, *, style: str) -> Text:
    line = Text(f"{margin} | ", style="dim")
    line.append(code, style=style)
    line.rstrip()
    return line


def _span(cells: _Cells, place: CodeRange) -> tuple[int, int]:
    """The cells of the place in its first line: to its end, or to the line's."""
    start = cells.offset(place.start_column)
    ends_here = place.end_column and place.end_line == place.start_line
    return start, max(cells.offset(place.end_column) if ends_here else cells.offsets[-1], start + 1)
