"""A person's joints in the plane: what a pose is, its rules, and its conversion from COCO to OpenPose.

Immutable values. x grows to the right, y downwards; both are divided by one length, the longer side of the pose, so
that a pose keeps its shape. "Left" and "right" are the person's own.
"""

import enum
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.generator.layouts import FACE, LAYOUTS, OPENPOSE_18, Layout

# The least set: a shoulder, a hip or a part of the head, and three more. The first two give the trunk's direction and
# the size of the body, from which every missing joint is guessed; portraits have no hips, people seen from behind no
# face. With fewer joints the guess would be more of the picture than the pose.
LEAST_KNOWN = 5
LEAST_EXTENT = 1e-6  # Below this the points are one point: no direction can be read from them.
# Joints may lie a little outside of the unit square, as where a picture cuts a person; further out is another unit.
SLACK = 0.5


class Visibility(enum.IntEnum):
    """How a joint is known; the numbers are those of COCO's `v`."""

    MISSING = 0
    OCCLUDED = 1
    VISIBLE = 2


class BadSkeleton(ValueError):
    """Points that are no skeleton. `field` is the path of what is wrong: `joints.left_knee.x`, or `joints`."""

    def __init__(self, field: str, reason: str, description: str) -> None:
        super().__init__(f"{field}: {description}")
        self.field = field
        self.reason = reason
        self.description = description


@dataclass(frozen=True, slots=True)
class Joint:
    """One joint; the place of a missing one means nothing and is the origin."""

    x: float
    y: float
    visibility: Visibility = Visibility.VISIBLE

    @property
    def known(self) -> bool:
        """Whether its place is known, seen or not."""
        return self.visibility is not Visibility.MISSING


MISSING = Joint(0.0, 0.0, Visibility.MISSING)


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A pose: one joint for each of its layout's. Raises `BadSkeleton` where it breaks a rule.

    `ground` is the y of the floor where that is known, as of a person in the air; else the lowest joint stands on it.
    """

    layout: Layout
    joints: tuple[Joint, ...]
    ground: float | None = None

    def __post_init__(self) -> None:
        _check_count(self.layout, self.joints)
        for name, joint in self.items():
            _check_place(name, joint)
        _check_ground(self.ground)
        _check_known(self)

    @classmethod
    def from_document(cls, document: Any) -> "Skeleton":
        """Read what `to_document` wrote; raises `BadSkeleton`."""
        if not isinstance(document, Mapping):
            raise BadSkeleton("", "NOT_A_SKELETON", "must be an object")
        layout = LAYOUTS.get(document["layout"]) if isinstance(document.get("layout"), str) else None
        if layout is None:
            raise BadSkeleton("layout", "UNKNOWN_LAYOUT", f"must be one of {', '.join(LAYOUTS)}")
        joints = document.get("joints")
        if not isinstance(joints, Sequence) or isinstance(joints, str):
            raise BadSkeleton("joints", "NOT_A_LIST", "must be a list")
        _check_count(layout, joints)
        read = (read_joint(f"joints.{name}", value) for name, value in zip(layout.joints, joints, strict=True))
        ground = document.get("ground")
        return cls(layout, tuple(read), None if ground is None else read_number("ground", ground))

    def to_document(self) -> dict[str, Any]:
        """Return the skeleton as JSON: its layout's name, and `[x, y, v]` or null for each joint in order."""
        joints = [[joint.x, joint.y, int(joint.visibility)] if joint.known else None for joint in self.joints]
        document: dict[str, Any] = {"layout": self.layout.name, "joints": joints}
        return document if self.ground is None else {**document, "ground": self.ground}

    def __getitem__(self, name: str) -> Joint:
        """Return the joint of that name; `MISSING` where the layout has none."""
        joints = self.layout.joints
        return self.joints[joints.index(name)] if name in joints else MISSING

    def items(self) -> Iterator[tuple[str, Joint]]:
        """Yield the joints with their names, in order."""
        return zip(self.layout.joints, self.joints, strict=True)

    def normalised(self) -> "Skeleton":
        """Return the pose moved to the origin and divided by its longer side, rounded to a ten-thousandth."""
        return Skeleton(self.layout, *normalise(self.joints, self.ground))

    def to_openpose(self) -> "Skeleton":
        """Return the pose as OpenPose-18.

        The neck that COCO lacks is the middle of the shoulders, as in OpenPose's own training data, and missing
        where one of them is; it is seen where both are.
        """
        if self.layout is OPENPOSE_18:
            return self
        joints = tuple(self._neck() if name == "neck" else self[name] for name in OPENPOSE_18.joints)
        return replace(self, layout=OPENPOSE_18, joints=joints)

    def _neck(self) -> Joint:
        left, right = self["left_shoulder"], self["right_shoulder"]
        if not (left.known and right.known):
            return MISSING
        return Joint((left.x + right.x) / 2, (left.y + right.y) / 2, min(left.visibility, right.visibility))


def normalise(joints: Sequence[Joint], ground: float | None = None) -> tuple[tuple[Joint, ...], float | None]:
    """Return joints and ground in units of the pose's longer side, from its top left. Raises `BadSkeleton`.

    The places may be in any unit, pixels for one, but must be finite.
    """
    _check_enough(joints)
    across, down = zip(*((joint.x, joint.y) for joint in joints if joint.known), strict=True)
    left, right, top, bottom = min(across), max(across), min(down), max(down)
    side = max(right - left, bottom - top)
    if not LEAST_EXTENT < side < math.inf:
        raise BadSkeleton("joints", "NO_EXTENT", "lie all in one place" if side < 1 else "lie too far apart")
    moved = (
        Joint(round((joint.x - left) / side, 4), round((joint.y - top) / side, 4), joint.visibility)
        if joint.known
        else MISSING
        for joint in joints
    )
    return tuple(moved), None if ground is None else round((ground - top) / side, 4)


def read_joint(field: str, value: Any) -> Joint:
    """Read `[x, y, v]`, `[x, y]` (seen) or null (missing); raises `BadSkeleton` naming `field`."""
    if value is None:
        return MISSING
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) not in (2, 3):
        raise BadSkeleton(field, "NOT_A_JOINT", "must be [x, y, v] or null")
    visibility = read_visibility(f"{field}.v", value[2]) if len(value) == 3 else Visibility.VISIBLE
    if visibility is Visibility.MISSING:
        return MISSING
    return Joint(read_number(f"{field}.x", value[0]), read_number(f"{field}.y", value[1]), visibility)


def read_number(field: str, value: Any) -> float:
    """Return a finite number; raises `BadSkeleton` naming `field`."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadSkeleton(field, "NOT_A_NUMBER", "must be a number")
    # An integer of JSON may have any length, and float() refuses the long ones.
    if not -1e300 < value < 1e300:
        raise BadSkeleton(field, "NOT_FINITE", "must be finite")
    return float(value)


def read_visibility(field: str, value: Any) -> Visibility:
    """Return COCO's flag; raises `BadSkeleton` naming `field`."""
    if isinstance(value, bool) or value not in (0, 1, 2):
        raise BadSkeleton(field, "BAD_VISIBILITY", "must be 0 (missing), 1 (occluded) or 2 (visible)")
    return Visibility(int(value))


def _check_count(layout: Layout, joints: Sequence[Any]) -> None:
    if len(joints) != len(layout.joints):
        expected = len(layout.joints)
        raise BadSkeleton("joints", "JOINT_COUNT", f"must be {expected} for {layout.name}, not {len(joints)}")


def _check_place(name: str, joint: Joint) -> None:
    for axis, value in (("x", joint.x), ("y", joint.y)):
        if not math.isfinite(value):
            raise BadSkeleton(f"joints.{name}.{axis}", "NOT_FINITE", "must be finite")
        if joint.known and not -SLACK <= value <= 1 + SLACK:
            raise BadSkeleton(
                f"joints.{name}.{axis}", "OUT_OF_RANGE", f"must be between {-SLACK} and {1 + SLACK}, not {value:g}"
            )


def _check_ground(ground: float | None) -> None:
    if ground is not None and not 0 <= ground <= 2:
        raise BadSkeleton("ground", "OUT_OF_RANGE", "must be between 0 and 2")


def _check_enough(joints: Iterable[Joint]) -> None:
    known = sum(joint.known for joint in joints)
    if known < LEAST_KNOWN:
        raise BadSkeleton("joints", "TOO_FEW_JOINTS", f"{LEAST_KNOWN} at least must be known, not {known}")


def _check_known(skeleton: Skeleton) -> None:
    _check_enough(skeleton.joints)
    if not _any_known(skeleton, "left_shoulder", "right_shoulder"):
        raise BadSkeleton("joints.left_shoulder", "NO_TRUNK", "one shoulder at least must be known")
    if not _any_known(skeleton, "left_hip", "right_hip", *FACE):
        raise BadSkeleton("joints.left_hip", "NO_TRUNK", "a hip or a part of the head must be known")
    if _extent(joint for joint in skeleton.joints if joint.known) <= LEAST_EXTENT:
        raise BadSkeleton("joints", "NO_EXTENT", "lie all in one place")


def _any_known(skeleton: Skeleton, *names: str) -> bool:
    return any(skeleton[name].known for name in names)


def _extent(joints: Iterable[Joint]) -> float:
    places = list(joints)
    return max(
        max(joint.x for joint in places) - min(joint.x for joint in places),
        max(joint.y for joint in places) - min(joint.y for joint in places),
    )
