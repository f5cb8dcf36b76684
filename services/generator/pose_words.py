"""A pose in words, for models that take no skeleton: the gallery's where it is of the gallery, else its limbs'."""

import functools
import math
from collections.abc import Iterator, Mapping

from services.generator.gallery import GalleryPose, gallery
from services.generator.skeleton import Skeleton

_SAME = 0.005  # Of the pose's longer side; what storing and rounding may move a joint.
_BENT_DEGREES, _FOLDED_DEGREES = 140.0, 75.0
_LEVEL_DEGREES = 30.0
_SIDES = ("left", "right")


def pose_words(skeleton: Skeleton) -> str:
    """The pose's title and tags, or what its trunk, arms and legs do. Sides are the person's own."""
    pose = _gallery_pose(skeleton)
    if pose is not None:
        return f"{pose.title.lower()} ({', '.join(pose.tags)})"
    return ", ".join([*_trunk(skeleton), *_arms(skeleton), *_legs(skeleton)]) or "standing"


def _gallery_pose(skeleton: Skeleton) -> GalleryPose | None:
    places = _places(skeleton)
    return next((pose for pose, theirs in _gallery_places() if _same(places, theirs)), None)


@functools.cache
def _gallery_places() -> tuple[tuple[GalleryPose, Mapping[str, complex]], ...]:
    return tuple((pose, _places(pose.skeleton)) for pose in gallery())


def _places(skeleton: Skeleton) -> Mapping[str, complex]:
    """The known joints that every layout has; x to the right, y upwards."""
    joints = skeleton.normalised().items()
    return {name: complex(joint.x, -joint.y) for name, joint in joints if joint.known and name != "neck"}


def _same(one: Mapping[str, complex], other: Mapping[str, complex]) -> bool:
    return one.keys() == other.keys() and all(abs(place - other[name]) < _SAME for name, place in one.items())


def _trunk(skeleton: Skeleton) -> Iterator[str]:
    places = _places(skeleton)
    shoulders, hips = _middle(places, "shoulder"), _middle(places, "hip")
    if shoulders is None or hips is None:
        return
    lean = _degrees(shoulders - hips, 1j)
    if lean > 180 - 2 * _LEVEL_DEGREES:
        yield "upside down"
    elif lean > 90 - _LEVEL_DEGREES:
        yield "trunk level with the ground"
    elif lean > _LEVEL_DEGREES:
        yield "leaning far over"


def _arms(skeleton: Skeleton) -> Iterator[str]:
    places = _places(skeleton)
    for side in _SIDES:
        shoulder, elbow, wrist = _limb(places, side, "shoulder", "elbow", "wrist")
        if shoulder is None or wrist is None:
            continue
        rise = _degrees(wrist - shoulder, 1j)
        height = "raised" if rise < 90 - _LEVEL_DEGREES else "lowered" if rise > 90 + _LEVEL_DEGREES else "held out"
        bend = "" if elbow is None else _bend(shoulder, elbow, wrist)
        yield f"{side} arm {height}{bend}"


def _legs(skeleton: Skeleton) -> Iterator[str]:
    places = _places(skeleton)
    for side in _SIDES:
        hip, knee, ankle = _limb(places, side, "hip", "knee", "ankle")
        if hip is None or knee is None:
            continue
        lifted = _degrees(knee - hip, -1j) > 2 * _LEVEL_DEGREES
        bend = "" if ankle is None else _bend(hip, knee, ankle)
        if lifted or bend:
            yield f"{side} leg {'lifted' if lifted else 'standing'}{bend}"


def _limb(places: Mapping[str, complex], side: str, *joints: str) -> tuple[complex | None, ...]:
    return tuple(places.get(f"{side}_{joint}") for joint in joints)


def _bend(first: complex, middle: complex, last: complex) -> str:
    degrees = _degrees(first - middle, last - middle)
    return " and folded" if degrees < _FOLDED_DEGREES else " and bent" if degrees < _BENT_DEGREES else ""


def _middle(places: Mapping[str, complex], joint: str) -> complex | None:
    known = [places[f"{side}_{joint}"] for side in _SIDES if f"{side}_{joint}" in places]
    return sum(known) / len(known) if known else None


def _degrees(one: complex, other: complex) -> float:
    """The angle between two directions, 0 to 180; 0 where one is no direction."""
    if not one or not other:
        return 0.0
    return abs(math.degrees(math.atan2((one / other).imag, (one / other).real)))
