"""How a pose is written by hand: the angles of its bones as they are seen, and from them a skeleton of one body.

Every pose so written has the same proportions, so that it is anatomically right wherever its angles are. Lengths are
shares of the standing height. Angles are degrees in the picture: 0 hangs down, 90 points right, 180 up, -90 left.
"""

import cmath
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from services.generator.layouts import COCO_17
from services.generator.mannequin.plane import unit
from services.generator.mannequin.proportions import BONES, HEAD_RISE, HIPS, SHOULDERS, SOLE, TRUNK
from services.generator.skeleton import MISSING, Joint, Skeleton, Visibility, normalise

ARM = ("shoulder", "elbow", "wrist")
LEG = ("hip", "knee", "ankle")
SIDEWAYS = 0.28  # What is seen of the breadth of shoulders and hips from the side, as no one stands quite square.
FACING_AWAY = 110.0


@dataclass(frozen=True, slots=True)
class Bone:
    """A bone by its angle; `share` is what is seen of its length: less than 1 where it points at the viewer."""

    angle: float
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Reach:
    """A hand or foot by its place from the neck or the pelvis (x right, y down); `bend` 1 or -1 is the joint's side."""

    x: float
    y: float
    bend: int


Limb = tuple[float | Bone, float | Bone] | Reach


@dataclass(frozen=True, slots=True)
class Posture:
    """A pose in words of the body.

    `trunk` and `head` point from pelvis to neck and from neck to head. `turn` is 0 for one who faces the viewer, 90 for
    one who faces right, 180 for one seen from behind; `look` is the same of the head. `lift` is how far the lowest
    joint is above where it would stand; `hidden` names joints that something hides.
    """

    right_arm: Limb
    left_arm: Limb
    right_leg: Limb
    left_leg: Limb
    trunk: float = 180.0
    turn: float = 0.0
    head: float | None = None
    look: float | None = None
    shoulders: float = 0.0
    hips: float = 0.0
    lift: float = 0.0
    hidden: frozenset[str] = field(default=frozenset())

    def skeleton(self) -> Skeleton:
        """Return the pose as COCO-17."""
        points = self._points()
        lowest = max(point.imag for point in points.values())
        ground = lowest + SOLE + self.lift if self.lift else None
        joints = [self._joint(name, points) for name in COCO_17.joints]
        return Skeleton(COCO_17, *normalise(joints, ground))

    def _joint(self, name: str, points: Mapping[str, complex]) -> Joint:
        if name not in points:
            return MISSING
        seen = Visibility.OCCLUDED if name in self.hidden else Visibility.VISIBLE
        return Joint(points[name].real, points[name].imag, seen)

    def _points(self) -> dict[str, complex]:
        up = direction(self.trunk)
        neck = up * TRUNK
        points = {
            **_pair("shoulder", neck, up, SHOULDERS, self.turn, self.shoulders),
            **_pair("hip", 0j, up, HIPS, self.turn, self.hips),
        }
        for side, arm, leg in (("right", self.right_arm, self.right_leg), ("left", self.left_arm, self.left_leg)):
            _bend(points, side, ARM, arm, neck)
            _bend(points, side, LEG, leg, 0j)
        return {**points, **self._face(neck)}

    def _face(self, neck: complex) -> dict[str, complex]:
        up = direction(self.trunk if self.head is None else self.head)
        look = math.radians(self.turn if self.look is None else self.look)
        centre = neck + up * HEAD_RISE
        across, sideways, frontal = up * 1j, math.sin(look), math.cos(look)
        points = {}
        for side, sign in (("left", 1), ("right", -1)):
            ear = centre + across * (sign * 0.043 * frontal - 0.012 * sideways) + up * 0.004
            eye = centre + across * (sign * 0.019 * frontal + 0.042 * sideways) + up * 0.016
            # Who looks to the right hides the left ear, and in profile the left eye.
            far = sign * sideways
            if far < 0.75:
                points[f"{side}_ear"] = ear
            if far < 0.95 and frontal > math.cos(math.radians(FACING_AWAY)):
                points[f"{side}_eye"] = eye
        if frontal > math.cos(math.radians(FACING_AWAY)):
            points["nose"] = centre + across * 0.056 * sideways - up * 0.006
        return points


def direction(angle: float) -> complex:
    """Return the unit vector of an angle."""
    return complex(math.sin(math.radians(angle)), math.cos(math.radians(angle)))


def _pair(name: str, middle: complex, up: complex, breadth: float, turn: float, tilt: float) -> dict[str, complex]:
    """Return the left and the right of two joints about their middle; `tilt` turns them clockwise."""
    frontal = math.cos(math.radians(turn))
    seen = math.copysign(max(abs(frontal), SIDEWAYS), frontal)
    half = up * 1j * cmath.exp(1j * math.radians(tilt)) * breadth * seen / 2
    return {f"left_{name}": middle + half, f"right_{name}": middle - half}


def _bend(points: dict[str, complex], side: str, chain: tuple[str, str, str], limb: Limb, origin: complex) -> None:
    root, joint, tip = (f"{side}_{name}" for name in chain)
    first, second = BONES[chain[0], chain[1]], BONES[chain[1], chain[2]]
    if isinstance(limb, Reach):
        points[joint], points[tip] = _reach(points[root], origin + complex(limb.x, limb.y), first, second, limb.bend)
        return
    for start, end, bone, length in ((root, joint, limb[0], first), (joint, tip, limb[1], second)):
        seen = bone if isinstance(bone, Bone) else Bone(bone)
        points[end] = points[start] + direction(seen.angle) * length * seen.share


def _reach(root: complex, target: complex, first: float, second: float, bend: int) -> tuple[complex, complex]:
    """Return the middle joint and the tip of a two-bone limb that reaches for a target, as far as it can."""
    span = target - root
    distance = min(max(abs(span), abs(first - second) + 1e-6), first + second - 1e-6)
    along = unit(span)
    cosine = (first**2 + distance**2 - second**2) / (2 * first * distance)
    swing = math.acos(max(-1.0, min(1.0, cosine))) * bend
    return root + along * cmath.exp(1j * swing) * first, root + along * distance
