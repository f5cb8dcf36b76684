"""Places in a text from what tools count in: bytes of UTF-8, or UTF-16 as JavaScript does. Ours are characters."""

from bisect import bisect_right

from services.reviewer.finding import Place


class Ruler:
    """Turns offsets in the text's bytes into places."""

    def __init__(self, text: str) -> None:
        self._bytes = text.encode()
        self._starts = [0]
        for line in self._bytes.split(b"\n")[:-1]:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def place(self, start: int, end: int) -> Place:
        """What lies between two offsets, both from 0, the end not included."""
        start_line, start_column = self._position(start)
        end_line, end_column = self._position(max(start, end))
        return Place(start_line, start_column, end_line, end_column)

    def _position(self, offset: int) -> tuple[int, int]:
        offset = min(offset, len(self._bytes))
        line = bisect_right(self._starts, offset)
        return line, len(self._bytes[self._starts[line - 1] : offset].decode(errors="replace")) + 1


def column_of_byte(line: str, offset: int) -> int:
    """The column, from 1, of a byte of a line, from 0."""
    return len(line.encode()[:offset].decode(errors="replace")) + 1


def column_of_utf16(line: str, offset: int) -> int:
    """The column, from 1, of a unit of UTF-16 of a line, from 0."""
    return len(line.encode("utf-16-le")[: 2 * offset].decode("utf-16-le", errors="replace")) + 1


def within(place: Place, lines: list[str]) -> Place:
    """The place, or the nearest to it that these lines have; they are at least one."""
    last = len(lines)
    start, end = min(max(place.start_line, 1), last), min(max(place.end_line, 1), last)
    if not place.start_column or not place.end_column or (start, end) != (place.start_line, place.end_line):
        return Place(start, end_line=max(start, end))
    widest = len(lines[end - 1]) + 1
    start_column = min(place.start_column, len(lines[start - 1]) + 1)
    if end < start or (end == start and place.end_column < start_column):
        return Place(start, start_column, start, start_column)
    return Place(start, start_column, end, min(place.end_column, widest))
