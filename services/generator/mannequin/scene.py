"""A figure placed in a picture: its volumes in pixels, the floor, the light, and the dice of its seed."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from services.generator.mannequin.body import Body, read_body
from services.generator.mannequin.plane import unit
from services.generator.mannequin.volumes import Volume, volumes
from services.generator.skeleton import Skeleton

Option = TypeVar("Option")

# Shares of the picture that stay free of the figure: left and right, above, below.
MARGINS = (0.09, 0.08, 0.11)
BARE_MARGINS = (0.02, 0.02, 0.02)  # Without a background, where the frame is somebody else's.
TALLEST = 1.15  # The standing height, as a share of the picture's, that a crouching figure is drawn at.
SUNK = 0.38  # The share of what is left over that lies below the figure.


@dataclass(frozen=True, slots=True)
class Scene:
    """What styles paint. `scale` and `offset` take a skeleton's points to pixels; `unit` is a standing height in them.

    `light` points to where it comes from. `shadow` is the middle of the figure's shadow on the floor, `spread` half its
    width.
    """

    width: float
    height: float
    body: Body
    volumes: list[Volume]
    scale: float
    offset: complex
    light: complex
    shadow: complex
    spread: float
    seed: str

    @property
    def unit(self) -> float:
        """The figure's standing height in pixels."""
        return self.body.height * self.scale

    @property
    def line(self) -> float:
        """The width of a plain line: what a hair of the figure's size is, and never too thin to be seen."""
        return max(0.6, self.unit * 0.006)

    def dice(self, purpose: str) -> random.Random:
        """Return dice of the seed; each purpose has its own, so that a figure is the same on any background."""
        # Python keeps the sequence of a seed across its versions and on every machine.
        return random.Random(f"{self.seed}/{purpose}")  # noqa: S311 - it varies a picture and guards nothing

    def pick(self, options: Sequence[Option]) -> Option:
        """Return the option of this seed: the same one, whoever asks."""
        return options[int(self.dice("pick").random() * len(options))]

    def place(self, point: complex) -> complex:
        """Return a point of the skeleton in pixels."""
        return point * self.scale + self.offset


def make_scene(skeleton: Skeleton, *, seed: str, width: float, height: float, jointed: bool, background: bool) -> Scene:
    """Place the figure of a skeleton in a picture; the same for the same arguments on every machine."""
    body = read_body(skeleton)
    parts = volumes(body, jointed=jointed)
    bounds = _Bounds.of(point for part in parts for point in part.outline)
    ground = bounds.bottom if body.ground is None else max(body.ground, bounds.bottom)
    scale, offset = _placing(bounds, ground, body.height, width, height, MARGINS if background else BARE_MARGINS)
    in_air = ground - bounds.bottom
    reach = (bounds.right - bounds.left) * 0.5 / (1 + 1.5 * in_air / body.height)
    shadow = complex((bounds.left + bounds.right) / 2, ground) * scale + offset
    placed = [part.placed(scale, offset) for part in parts]
    return Scene(width, height, body, placed, scale, offset, _light(seed), shadow, reach * scale, seed)


def _light(seed: str) -> complex:
    dice = random.Random(f"{seed}/light")  # noqa: S311 - as above
    side = -1 if dice.random() < 0.5 else 1
    return unit(complex(side * (0.5 + 0.25 * dice.random()), -0.6 - 0.2 * dice.random()))


@dataclass(frozen=True, slots=True)
class _Bounds:
    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def of(cls, points: Iterable[complex]) -> "_Bounds":
        places = list(points)
        across, down = [point.real for point in places], [point.imag for point in places]
        return cls(min(across), min(down), max(across), max(down))


def _placing(
    bounds: _Bounds, ground: float, tall: float, width: float, height: float, margins: tuple[float, float, float]
) -> tuple[float, complex]:
    """Return the scale and the offset that put the figure into the picture, on its floor."""
    side, above, below = margins
    free = width * (1 - 2 * side), height * (1 - above - below)
    scale = min(free[0] / (bounds.right - bounds.left), free[1] / (ground - bounds.top), height * TALLEST / tall)
    left = (width - scale * (bounds.left + bounds.right)) / 2
    rest = free[1] - scale * (ground - bounds.top)
    floor = height * (1 - below) - rest * SUNK
    return scale, complex(left, floor - scale * ground)
