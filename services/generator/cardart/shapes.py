"""Outlines of a card's parts as path data: the window of its frame, rays of light, the seal of a parallel."""

import cmath
import functools
import math

from services.generator.cardart.design import HEIGHT, WIDTH
from services.generator.mannequin.plane import number, polyline

LIGHT = 375 + 372j  # the middle of the light, in pixels
CUT_FROM = 2  # the least rank of a frame with cut corners
# Pixels from the light to the corners of the picture, but not to those of the card, which are cut round.
_REACH = 505


@functools.cache
def window(margin: float, rank: int) -> str:
    """The edge of what the frame shows, `margin` from the card's: with round corners, and cut ones on higher ranks."""
    left, top, right, bottom = margin, margin, WIDTH - margin, HEIGHT - margin
    cut = 22 if rank >= CUT_FROM else 12
    corners = (
        (complex(left, top + cut), complex(left, top), complex(left + cut, top)),
        (complex(right - cut, top), complex(right, top), complex(right, top + cut)),
        (complex(right, bottom - cut), complex(right, bottom), complex(right - cut, bottom)),
        (complex(left + cut, bottom), complex(left, bottom), complex(left, bottom - cut)),
    )
    if rank >= CUT_FROM:
        return polyline([point for start, _, end in corners for point in (start, end)], closed=True)
    curves = (f"{_pair(start)}Q{_pair(corner)} {_pair(end)}" for start, corner, end in corners)
    return f"M{'L'.join(curves)}Z"


@functools.cache
def rays(count: int, inner: float) -> str:
    """So many rays from the middle of the light outwards, from `inner` pixels off it."""
    turn = 2 * math.pi / count
    edges = ((inner, -0.25), (_REACH, -0.25), (_REACH, 0.25), (inner, 0.25))
    return "".join(
        polyline([LIGHT + cmath.rect(radius, turn * (ray + side)) for radius, side in edges], closed=True)
        for ray in range(count)
    )


@functools.cache
def seal() -> str:
    """A disc with 24 points around the origin."""
    return polyline([cmath.rect(52 if step % 2 else 46, math.pi * step / 24) for step in range(48)], closed=True)


def _pair(point: complex) -> str:
    return f"{number(point.real)} {number(point.imag)}"
