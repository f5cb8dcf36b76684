"""The volumes of a body: outlines to be painted from back to front, each with its axis."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from services.generator.mannequin import proportions as p
from services.generator.mannequin.body import SIDES, Body
from services.generator.mannequin.plane import closed_curve, cross, dot, ellipse, mix, turned, unit

CAP = 0.8  # How round the end of a limb is: 1 is half a circle.


@dataclass(frozen=True, slots=True)
class Volume:
    """One part of the figure. `kind` is limb, trunk, head, hand, foot, neck or ball; `start` to `end` is its axis.

    `left` and `right` are points of its two sides from start to end, `caps` those between them at either end.
    `radius` is the greatest distance of a side from the axis; `depth` grows towards the viewer.
    """

    name: str
    kind: str
    left: tuple[complex, ...]
    right: tuple[complex, ...]
    caps: tuple[complex, complex] | None
    start: complex
    end: complex
    radius: float
    depth: float

    @property
    def outline(self) -> tuple[complex, ...]:
        """The points around it."""
        first, last = ((cap,) for cap in self.caps) if self.caps else ((), ())
        return (*first, *self.left, *last, *reversed(self.right))

    @property
    def path(self) -> str:
        """The outline as path data."""
        return closed_curve(self.outline)

    def between(self, share: float) -> list[complex]:
        """Return a line along the volume: its left side at 0, its right side at 1."""
        return [mix(left, right, share) for left, right in zip(self.left, self.right, strict=True)]

    def placed(self, scale: float, offset: complex) -> "Volume":
        """Return the volume in a picture's pixels."""

        def place(points: tuple[complex, ...]) -> tuple[complex, ...]:
            return tuple(point * scale + offset for point in points)

        return replace(
            self,
            left=place(self.left),
            right=place(self.right),
            caps=(self.caps[0] * scale + offset, self.caps[1] * scale + offset) if self.caps else None,
            start=self.start * scale + offset,
            end=self.end * scale + offset,
            radius=self.radius * scale,
            depth=self.depth * scale,
        )


def volumes(body: Body, *, jointed: bool) -> list[Volume]:
    """Return the parts from back to front. A jointed figure is one of separate pieces and balls, like an artist's."""
    parts = [*_trunk(body, jointed), *_head(body)]
    for side in SIDES:
        parts += _arm(body, side)
        parts += _leg(body, side)
        if jointed:
            parts += _balls(body, side)
    return sorted(parts, key=lambda part: part.depth)


def _limb(name: str, kind: str, ends: tuple[complex, complex], radii: Sequence[float], depth: float) -> Volume:
    """Return a tapered volume around an axis; the radii stand at equal steps along it."""
    start, end = ends
    along = unit(end - start)
    side = along * 1j
    steps = [mix(start, end, k / (len(radii) - 1)) for k in range(len(radii))]
    right = tuple(step + side * radius for step, radius in zip(steps, radii, strict=True))
    left = tuple(step - side * radius for step, radius in zip(steps, radii, strict=True))
    caps = start - along * radii[0] * CAP, end + along * radii[-1] * CAP
    return Volume(name, kind, left, right, caps, start, end, max(radii), depth)


def _round(name: str, kind: str, outline: Sequence[complex], radius: float, depth: float) -> Volume:
    """Return a volume from points around it, of which the first is its start and the one opposite its end."""
    half = len(outline) // 2
    first, last = outline[0], outline[half]
    left, right = tuple(outline[half + 1 :][::-1]), tuple(outline[1:half])
    return Volume(name, kind, left, right, (first, last), first, last, radius, depth)


def _scaled(radii: Sequence[float], factor: float) -> list[float]:
    return [radius * factor for radius in radii]


def _arm(body: Body, side: str) -> Iterator[Volume]:
    shoulder, elbow, wrist = (body.points[f"{side}_{joint}"] for joint in ("shoulder", "elbow", "wrist"))
    depths = [body.depth[f"{side}_{joint}"] for joint in ("shoulder", "elbow", "wrist")]
    height = body.height
    # Arms hang before the trunk unless something says otherwise.
    lift = 0.02 * height
    upper, lower = _upper_depth(depths[0], depths[1], lift), (depths[1] + depths[2]) / 2 + lift * 1.5
    yield _limb(f"{side}_upper_arm", "limb", (shoulder, elbow), _scaled(p.UPPER_ARM, height), upper)
    yield _limb(f"{side}_forearm", "limb", (elbow, wrist), _scaled(p.FOREARM, _near(height, depths[2])), lower)
    yield from _hand(body, side, elbow, wrist, max(lower, depths[2]) + 0.001 * height)


def _upper_depth(root: float, tip: float, lift: float) -> float:
    return root * 0.5 + tip * 0.5 + lift if tip >= 0 else min(root, tip) + lift


def _near(height: float, depth: float) -> float:
    """Return the height that a part of that depth is drawn for: what comes nearer is a little larger."""
    return height * (1 + 0.35 * max(-0.2, min(0.35, depth / height)))


def _hand(body: Body, side: str, elbow: complex, wrist: complex, depth: float) -> Iterator[Volume]:
    height = _near(body.height, body.depth[f"{side}_wrist"])
    along = unit(wrist - elbow)
    inwards = 1 if cross(along, body.points["pelvis"] - wrist) > 0 else -1
    base = wrist + along * 0.012 * height
    root, tip = base + along * 0.018 * height, turned(along, 42 * inwards) * 0.045 * height
    yield _limb(f"{side}_thumb", "hand", (root, root + tip), _scaled(p.THUMB, height), depth)
    yield _limb(f"{side}_hand", "hand", (base, wrist + along * p.HAND * height), _scaled(p.HAND_RADII, height), depth)


def _leg(body: Body, side: str) -> Iterator[Volume]:
    hip, knee, ankle = (body.points[f"{side}_{joint}"] for joint in ("hip", "knee", "ankle"))
    depths = [body.depth[f"{side}_{joint}"] for joint in ("hip", "knee", "ankle")]
    height = body.height
    sunk = -0.012 * height
    thigh, shin = (depths[0] + depths[1]) / 2 + sunk, (depths[1] + depths[2]) / 2 + sunk * 1.5
    yield _limb(f"{side}_foot", "foot", _foot(body, side), _scaled(p.FOOT_RADII, height), shin - 0.001 * height)
    yield _limb(f"{side}_shin", "limb", (knee, ankle), _scaled(p.SHIN, height), shin)
    yield _limb(f"{side}_thigh", "limb", (hip, knee), _scaled(p.THIGH, _near(height, depths[1])), thigh)


def _foot(body: Body, side: str) -> tuple[complex, complex]:
    """Return heel and toe.

    From the side, a foot in the air is square to its shin, one that stands lies on the floor, and one on whose toes or
    instep somebody rests goes on along the shin. From the front it points down and outwards.
    """
    knee, ankle = body.points[f"{side}_knee"], body.points[f"{side}_ankle"]
    shin = unit(ankle - knee)
    outwards = 1.0 if dot(body.points[f"{side}_hip"] - body.points["pelvis"], body.across) >= 0 else -1.0
    profile = _profile_foot(body, side, shin)
    front = turned(shin, -28 * outwards)
    share = abs(body.turn)
    along = unit(profile * share + front * (1 - share), shin)
    length = p.FOOT * body.height * (0.58 + 0.42 * share)
    heel = ankle + shin * 0.012 * body.height - along * 0.028 * body.height * share
    return heel, heel + along * length


def _profile_foot(body: Body, side: str, shin: complex) -> complex:
    looks = 1.0 if body.turn > 0 else -1.0
    # A quarter turn from the shin, to where the body looks; relaxed toes hang a little.
    relaxed = turned(shin, -78 * looks)
    ankle = body.points[f"{side}_ankle"]
    lowest = max(point.imag for point in body.points.values())
    if body.ground is not None or ankle.imag < lowest - 0.09 * body.height:
        return relaxed
    if shin.imag < 0.35:
        return unit(shin + 0.35 * relaxed)
    behind = (body.points["pelvis"] - ankle).real * looks > 0.14 * body.height
    return relaxed if behind or relaxed.imag < 0 else unit(relaxed + 2.5 * looks)


def _trunk(body: Body, jointed: bool) -> Iterator[Volume]:
    if not jointed:
        yield _slice(body, "trunk", (-0.1, -0.04, 0.06, 0.2, 0.4, 0.62, 0.82, 1.0, 1.14), 0.0)
        return
    yield _slice(body, "belly", (0.42, 0.5, 0.66, 0.8, 0.88), -0.002 * body.height, slim=0.84)
    yield _slice(body, "chest", (-0.08, -0.03, 0.06, 0.24, 0.44, 0.56), 0.0)
    yield _slice(body, "pelvis", (0.76, 0.84, 0.98, 1.14), 0.001 * body.height)


# Half the breadth of the trunk at steps from shoulders (0) to hips (1), as shares of the height: from the front, and
# from the side.
_BREADTH = (
    (-0.1, 0.036, 0.026),
    (-0.04, 0.080, 0.038),
    (0.06, 0.113, 0.052),
    (0.2, 0.106, 0.060),
    (0.4, 0.091, 0.060),
    (0.62, 0.072, 0.050),
    (0.82, 0.080, 0.055),
    (1.0, 0.087, 0.062),
    (1.14, 0.060, 0.042),
)


def _breadth(at: float, body: Body) -> float:
    share = abs(body.turn) ** 2
    for (low, front_low, side_low), (high, front_high, side_high) in itertools.pairwise(_BREADTH):
        if at <= high:
            t = (at - low) / (high - low)
            front, side = front_low + (front_high - front_low) * t, side_low + (side_high - side_low) * t
            return (front * (1 - share) + side * share) * body.height
    return 0.05 * body.height


def _slice(body: Body, name: str, steps: Sequence[float], depth: float, slim: float = 1) -> Volume:
    """Return the piece of the trunk between the first step and the last; its breadth follows shoulders and hips."""
    top, bottom = body.points["neck"], body.points["pelvis"]
    tops, bottoms = _axis(body, "shoulder"), _axis(body, "hip")
    # A wide lens near the shoulders, as in pictures from above, widens the chest to where the arms begin.
    widest = max(1.0, abs(body.points["left_shoulder"] - body.points["right_shoulder"]) / (0.235 * body.height))
    left, right = [], []
    for at in steps:
        centre = mix(top, bottom, at)
        across = unit(mix(tops, bottoms, min(1.0, max(0.0, at)))) * _breadth(at, body) * slim
        across *= 1 + (widest - 1) * max(0.0, 1 - max(at, 0.0))
        left.append(centre - across)
        right.append(centre + across)
    first, last = mix(top, bottom, steps[0]), mix(top, bottom, steps[-1])
    radius = max(_breadth(at, body) for at in steps)
    return Volume(name, "trunk", tuple(left), tuple(right), None, first, last, radius, depth)


def _axis(body: Body, pair: str) -> complex:
    """Return the direction from one of the pair to the other, along `across`; square to the trunk where they meet."""
    span = body.points[f"left_{pair}"] - body.points[f"right_{pair}"]
    span = span if dot(span, body.across) > 0 else -span
    weight = min(1.0, abs(span) / (0.1 * body.height))
    return unit(mix(body.across, unit(span, body.across), weight * 0.8), body.across)


def _head(body: Body) -> Iterator[Volume]:
    height, centre = body.height, body.points["head"]
    up = unit(centre - body.points["neck"], -body.down)
    base = body.points["neck"] + body.down * 0.01 * height
    yield _limb("neck", "neck", (base, mix(base, centre, 0.8)), _scaled(p.NECK, height), -0.004 * height)
    look = _look(body, up)
    half_width = (p.HEAD_HALF_WIDTH + (p.HEAD_HALF_DEPTH - p.HEAD_HALF_WIDTH) * abs(look)) * height
    skull = ellipse(centre, up, p.HEAD_HALF_HEIGHT * height, half_width, 16)
    outline = [_jaw(point, centre, up, look, height) for point in skull]
    yield _round("head", "head", outline, half_width, 0.03 * height)


def _look(body: Body, up: complex) -> float:
    """Return how far the head is turned to its right-hand side of the picture, from -1 to 1."""
    if body.gaze is None:
        return 0.0
    return max(-1.0, min(1.0, dot(body.gaze, up * 1j) / (0.05 * body.height)))


def _jaw(point: complex, centre: complex, up: complex, look: float, height: float) -> complex:
    """Narrow the lower half to a chin, and move it to where the head looks."""
    local = (point - centre) / up
    low = max(0.0, -local.real / (p.HEAD_HALF_HEIGHT * height))
    narrowed = local.imag * (1 - 0.34 * low**1.5) + look * 0.016 * height * low
    return centre + up * complex(local.real, narrowed)


def _balls(body: Body, side: str) -> Iterator[Volume]:
    """Return the ball joints between the pieces of a limb, just in front of them."""
    for joint, radius in (("shoulder", 0.034), ("elbow", 0.0265), ("wrist", 0.0185), ("knee", 0.036), ("ankle", 0.022)):
        centre, depth = body.points[f"{side}_{joint}"], body.depth[f"{side}_{joint}"]
        size = radius * body.height
        outline = ellipse(centre, -1j, size, size, 8)
        behind = 0.022 if joint in ("shoulder", "elbow", "wrist") else -0.02
        yield _round(f"{side}_{joint}", "ball", outline, size, depth + behind * body.height)
