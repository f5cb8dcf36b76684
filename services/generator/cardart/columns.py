"""A career line as a row of columns: labels above values, from one margin to the other."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.generator.cardart.lettering import Text, width
from services.generator.cardart.statistics import Statistic

_VALUES = (56, 24)  # px; the sizes of a row of values, from which the largest that fits is taken
_LABEL = 19
_GAP = 22  # px between columns, at least
_FRACTION = 0.8  # the size of a fraction behind its whole number


@dataclass(frozen=True, slots=True)
class Column:
    """One statistic: its label and its value, in one or two pieces: a fraction stands behind its whole number."""

    label: Text
    value: Text
    fraction: Text | None
    left: float
    right: float


def set_columns(statistics: Sequence[Statistic], left: float, right: float) -> tuple[Column, ...]:
    """Set the statistics as a row from edge to edge, with equal gaps, at the largest size that leaves them."""
    largest, smallest = _VALUES
    for size in range(largest, smallest - 1, -2):
        widths = [_column_width(statistic, size) for statistic in statistics]
        gap = (right - left - sum(widths)) / (len(widths) - 1)
        if gap >= _GAP:
            break
    starts = [left + sum(widths[:index]) + gap * index for index in range(len(widths))]
    return tuple(map(_column, statistics, starts, widths, [size] * len(widths)))


def _column_width(statistic: Statistic, size: float) -> float:
    return max(width(statistic.label, _LABEL, 600, 0.08), sum(_pieces_widths(statistic.value, size)))


def _pieces_widths(value: str, size: float) -> tuple[float, float]:
    """How wide the whole number and its fraction are."""
    whole, fraction = _pieces(value)
    return width(whole, size, 800), width(fraction, size * _FRACTION, 800)


def _pieces(value: str) -> tuple[str, str]:
    """Part thirds from the whole number: the font draws them of a numerator, a fraction slash and a denominator."""
    thirds = {"⅓": "1⁄3", "⅔": "2⁄3"}
    return (value[:-1], thirds[value[-1]]) if value[-1] in thirds else (value, "")


def _column(statistic: Statistic, left: float, wide: float, size: float) -> Column:
    middle = left + wide / 2
    whole, fraction = _pieces(statistic.value)
    whole_width, fraction_width = _pieces_widths(statistic.value, size)
    start = middle - (whole_width + fraction_width) / 2
    return Column(
        label=Text(statistic.label, middle, 908, _LABEL, 600, "middle", 0.08),
        value=Text(whole, start, 960, size, 800),
        fraction=Text(fraction, start + whole_width, 960, size * _FRACTION, 800) if fraction else None,
        left=left,
        right=left + wide,
    )
