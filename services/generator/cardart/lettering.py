"""Text on a card: cleaned of what can't be seen, measured with the font file that draws it, and made to fit.

Widths and sizes are in pixels. Nothing here knows what a text means. A character that the font lacks stays, and is
drawn as the font's own box with a question mark.
"""

import functools
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import ImageFont

from services.generator.fonts import CONDENSED, font_file

ELLIPSIS = "…"
FACES = {500: "Medium", 600: "SemiBold", 800: "ExtraBold"}  # by the weight that SVG calls them

_MEASURED_AT = 1000  # px; widths grow in proportion to the size
_BREAKS = " -‐–/"
# What has no picture of its own: controls, marks of direction, joiners, lone surrogates, and what isn't assigned.
_UNSEEN = frozenset({"Cf", "Cs", "Cn"})
_SPACES = frozenset({"Cc", "Zs", "Zl", "Zp"})
# Marks that no composed letter has room for; stacked, they would run over the line above.
_MARKS = frozenset({"Mn", "Me", "Mc"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text at the size that it fits at."""

    text: str
    size: float


@dataclass(frozen=True, slots=True)
class Room:
    """Where text may stand: its width, the largest and the smallest size, the weight, and space between letters.

    spacing is in parts of the size.
    """

    width: float
    largest: float
    smallest: float
    weight: int = 600
    spacing: float = 0.0

    def holds(self, text: str, size: float) -> bool:
        """Whether the text is no wider at that size."""
        return width(text, size, self.weight, self.spacing) <= self.width


@dataclass(frozen=True, slots=True)
class Text:
    """One text: where its baseline begins (or ends, or has its middle, as `anchor` says), and how it is set."""

    text: str
    x: float
    y: float
    size: float
    weight: int
    anchor: str = "start"
    spacing: float = 0.0

    @property
    def extent(self) -> tuple[float, float]:
        """From where to where it goes."""
        wide = width(self.text, self.size, self.weight, self.spacing)
        left = self.x - {"start": 0.0, "middle": wide / 2, "end": wide}[self.anchor]
        return left, left + wide


def visible(text: str) -> str:
    """Return the text as it can be drawn: composed, without controls, marks of direction and stacked marks.

    A letter that the font lacks becomes the plain one of its compatibility form (NFKD) where the font has that.
    """
    composed = unicodedata.normalize("NFC", text)
    return " ".join("".join(_visible(character) for character in composed).split())


def width(text: str, size: float, weight: int, spacing: float = 0.0) -> float:
    """Return how wide the text is drawn, or a little more: kerning, which draws letters together, isn't counted."""
    return size * (sum(_advance(character, weight) for character in text) + spacing * len(text))


def fit(text: str, room: Room) -> Line:
    """Return the text on one line: shrunk to the smallest size, and abbreviated where it is still too wide."""
    size = _size_for(text, room)
    if size >= room.smallest:
        return Line(text, size)
    return Line(_abbreviated(text, room), room.smallest)


def fit_lines(text: str, room: Room, wrapped: Room) -> tuple[Line, ...]:
    """Return the text on one line if it shrinks to fit `room`, else on two of one size in `wrapped`."""
    if _size_for(text, room) >= room.smallest:
        return (fit(text, room),)
    pair = min(_halves(text), key=lambda halves: max(width(half, 1, wrapped.weight) for half in halves), default=None)
    if pair is None:
        return (fit(text, room),)
    lines = [fit(half, wrapped) for half in pair]
    size = min(line.size for line in lines)
    return tuple(Line(line.text, size) for line in lines)


def fit_list(texts: Sequence[str], room: Room, before: str = "") -> Line:
    """Return as many of the texts as fit at the smallest size, and how many more there are; abbreviated at worst."""
    for kept in range(len(texts), 0, -1):
        more = f" and {len(texts) - kept} more" if kept < len(texts) else ""
        listed = before + ", ".join(texts[:kept]) + more
        if room.holds(listed, room.smallest):
            return fit(listed, room)
    return fit(before + ", ".join(texts), room)


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in _SPACES:
        return " "
    if category in _UNSEEN or category in _MARKS:
        return ""
    if _is_drawn(character):
        return character
    plain = "".join(
        part for part in unicodedata.normalize("NFKD", character) if unicodedata.category(part) not in _MARKS
    )
    return plain if plain and all(map(_is_drawn, plain)) else character


def _size_for(text: str, room: Room) -> float:
    """The largest size, in halves of a pixel, at which the text fits."""
    full = width(text, room.largest, room.weight, room.spacing)
    size = room.largest if full <= room.width else room.largest * room.width / full
    return int(size * 2) / 2


def _abbreviated(text: str, room: Room) -> str:
    """The longest beginning of the text that fits the smallest size with an ellipsis."""
    for end in range(len(text) - 1, 0, -1):
        shorter = text[:end].rstrip(_BREAKS + ",.") + ELLIPSIS
        if room.holds(shorter, room.smallest):
            return shorter
    return ELLIPSIS


def _halves(text: str) -> Iterator[tuple[str, str]]:
    """Each way to break the text in two: after a hyphen, or at a space."""
    for index, character in enumerate(text[:-1], start=1):
        if character in _BREAKS and text[:index].strip():
            yield text[:index].rstrip(), text[index:].lstrip()


@functools.lru_cache(maxsize=4096)
def _advance(character: str, weight: int) -> float:
    return float(_font(weight).getlength(character)) / _MEASURED_AT


@functools.lru_cache(maxsize=4096)
def _is_drawn(character: str) -> bool:
    """Whether the font has the character: what it lacks looks like a character that no font has."""
    return character == " " or _picture(character) != _picture("\ue000")


@functools.lru_cache(maxsize=4096)
def _picture(character: str) -> tuple[tuple[int, int], bytes]:
    mask = ImageFont.truetype(font_file(CONDENSED, FACES[600]), 24, layout_engine=ImageFont.Layout.BASIC).getmask(
        character
    )
    return mask.size, bytes(mask)


@functools.cache
def _font(weight: int) -> ImageFont.FreeTypeFont:
    # The basic layout is everywhere the same; Raqm is a library that a machine may lack.
    return ImageFont.truetype(font_file(CONDENSED, FACES[weight]), _MEASURED_AT, layout_engine=ImageFont.Layout.BASIC)
