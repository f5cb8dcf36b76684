"""What styles paint on: SVG elements in order, their gradients, and mixed colours. Writes no text of anybody's."""

import itertools
from collections.abc import Sequence

from services.generator.mannequin.plane import number

MOST_STRIPS = 48

Attributes = dict[str, str | float]
Stops = Sequence[tuple[float, str, float]]  # Offset from 0 to 1, colour, opacity.


class Canvas:
    """An SVG fragment in the making. All its ids start with `prefix`, so that several fit one document."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._elements: list[str] = []
        self._definitions = 0

    def add(self, element: str) -> None:
        """Put an element on top."""
        self._elements.append(element)

    def path(self, data: str, **attributes: str | float) -> None:
        """Put a path on top; an underscore in an attribute's name is a dash."""
        self.add(f'<path d="{data}"{written(attributes)}/>')

    def rect(self, x: float, y: float, width: float, height: float, **attributes: str | float) -> None:
        """Put a rectangle on top."""
        place = written({"x": x, "y": y, "width": width, "height": height})
        self.add(f"<rect{place}{written(attributes)}/>")

    def circle(self, centre: complex, radius: float, **attributes: str | float) -> None:
        """Put a circle on top."""
        self.ellipse(centre, radius, radius, **attributes)

    def ellipse(self, centre: complex, across: float, down: float, **attributes: str | float) -> None:
        """Put an upright ellipse of these half axes on top."""
        place = written({"cx": centre.real, "cy": centre.imag, "rx": across, "ry": down})
        self.add(f"<ellipse{place}{written(attributes)}/>")

    def fall(self, top: float, bottom: float, width: float, colours: Sequence[str]) -> None:
        """Fill a band across the picture from the first colour down to the last, as strips of one colour each.

        A gradient costs resvg about 0.1 µs a pixel, 25 ms for 512²; strips a tenth of a step apart in colour cost 2 ms
        and look the same.
        """
        spans = list(itertools.pairwise(colours))
        for k, (upper, lower) in enumerate(spans):
            start, end = (top + (bottom - top) * at / len(spans) for at in (k, k + 1))
            count = max(1, min(MOST_STRIPS, _steps(upper, lower)))
            for strip in range(count):
                y, below = (start + (end - start) * at / count for at in (strip, strip + 1))
                # A pixel and a half into the next one, which covers that: no seam between.
                self.rect(0, y, width, min(below + 1.5, bottom) - y, fill=blend(upper, lower, (strip + 0.5) / count))

    def linear(self, start: complex, end: complex, stops: Stops) -> str:
        """Return the paint of a gradient from one point to another."""
        place = {"x1": start.real, "y1": start.imag, "x2": end.real, "y2": end.imag}
        return self._gradient("linearGradient", written(place), stops)

    def radial(self, centre: complex, radius: float, stops: Stops, flatness: float = 1.0) -> str:
        """Return the paint of a gradient from a centre outwards; `flatness` is its height as a share of its width."""
        place = written({"cx": centre.real, "cy": centre.imag / flatness, "r": radius})
        flat = f' gradientTransform="scale(1 {number(flatness)})"' if flatness != 1 else ""
        return self._gradient("radialGradient", place + flat, stops)

    def clip(self, width: float, height: float) -> str:
        """Return the clip of a frame at the origin."""
        name = self._name()
        size = written({"width": width, "height": height})
        self.add(f'<clipPath id="{name}"><rect{size}/></clipPath>')
        return f"url(#{name})"

    def text(self) -> str:
        """Return the fragment so far."""
        return "".join(self._elements)

    def _gradient(self, tag: str, place: str, stops: Stops) -> str:
        name = self._name()
        inner = "".join(
            f'<stop offset="{number(offset)}" stop-color="{colour}"'
            + (f' stop-opacity="{number(opacity)}"/>' if opacity < 1 else "/>")
            for offset, colour, opacity in stops
        )
        self.add(f'<{tag} id="{name}" gradientUnits="userSpaceOnUse"{place}>{inner}</{tag}>')
        return f"url(#{name})"

    def _name(self) -> str:
        self._definitions += 1
        return f"{self._prefix}{self._definitions}"


def _steps(one: str, other: str) -> int:
    """Return how many colours lie between the two, as far as eight bits can tell."""
    return max(abs(int(one[i : i + 2], 16) - int(other[i : i + 2], 16)) for i in (1, 3, 5))


def written(attributes: dict[str, str | float] | dict[str, float]) -> str:
    """Return attributes as SVG text, each with a space before it."""
    return "".join(
        f' {name.replace("_", "-")}="{value if isinstance(value, str) else number(value)}"'
        for name, value in attributes.items()
    )


def blend(one: str, other: str, share: float) -> str:
    """Return the colour that lies `share` of the way from `#rrggbb` to another."""
    channels = ((int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in channels)


def lighter(colour: str, share: float) -> str:
    """Return the colour mixed with white."""
    return blend(colour, "#ffffff", share)


def darker(colour: str, share: float) -> str:
    """Return the colour mixed with a black that keeps some warmth."""
    return blend(colour, "#120c10", share)
