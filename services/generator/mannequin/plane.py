"""Points of the plane as complex numbers (x + y·j, y downwards), and SVG paths through them."""

import cmath
import math
from collections.abc import Iterable, Sequence


def unit(vector: complex, otherwise: complex = 1j) -> complex:
    """Return the vector at length 1; `otherwise` where it has no direction."""
    length = abs(vector)
    return vector / length if length > 1e-9 else otherwise


def cross(a: complex, b: complex) -> float:
    """Return the area the two span: positive where `b` lies clockwise of `a` on the screen."""
    return a.real * b.imag - a.imag * b.real


def dot(a: complex, b: complex) -> float:
    """Return the length of `a` along `b`, times that of `b`."""
    return a.real * b.real + a.imag * b.imag


def turned(vector: complex, degrees: float) -> complex:
    """Return the vector turned clockwise on the screen."""
    return vector * cmath.exp(1j * math.radians(degrees))


def mix(a: complex, b: complex, share: float) -> complex:
    """Return the point that lies `share` of the way from `a` to `b`."""
    return a + (b - a) * share


def middle(points: Sequence[complex]) -> complex:
    """Return the mean of the points."""
    return sum(points, 0j) / len(points)


def number(value: float) -> str:
    """Write a coordinate to a hundredth, as short as it goes; the same on every machine."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def pair(point: complex) -> str:
    """Write a point."""
    return f"{number(point.real)} {number(point.imag)}"


def polyline(points: Iterable[complex], *, closed: bool = False) -> str:
    """Return the path data of straight lines through the points."""
    return "M" + "L".join(pair(point) for point in points) + ("Z" if closed else "")


def closed_curve(points: Sequence[complex], tension: float = 1.0) -> str:
    """Return the path data of a smooth closed curve through the points (a Catmull-Rom spline as cubic Béziers)."""
    count = len(points)
    path = ["M", pair(points[0])]
    for i in range(count):
        before, start, end, after = (points[(i + k) % count] for k in (-1, 0, 1, 2))
        first, second = start + (end - before) * tension / 6, end - (after - start) * tension / 6
        path.append(f"C{pair(first)} {pair(second)} {pair(end)}")
    return "".join(path) + "Z"


def open_curve(points: Sequence[complex], tension: float = 1.0) -> str:
    """Return the path data of a smooth curve from the first point to the last."""
    padded = [points[0], *points, points[-1]]
    path = ["M", pair(points[0])]
    for before, start, end, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        first, second = start + (end - before) * tension / 6, end - (after - start) * tension / 6
        path.append(f"C{pair(first)} {pair(second)} {pair(end)}")
    return "".join(path)


def ellipse(centre: complex, along: complex, half_length: float, half_width: float, count: int = 12) -> list[complex]:
    """Return points of an ellipse whose long axis lies along the unit vector `along`."""
    steps = (2 * math.pi * k / count for k in range(count))
    return [centre + along * complex(half_length * math.cos(t), half_width * math.sin(t)) for t in steps]
