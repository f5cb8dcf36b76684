"""Readers of the files that people keep poses in: OpenPose JSON, COCO keypoint JSON, JSON lines.

The input is a stranger's: its size, depth and counts are bounded, and what is wrong with one pose is told by its place
and field and stops no other. Places may be in any unit; what comes out is normalised.
"""

import enum
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.generator.layouts import COCO_17, LAYOUTS, OPENPOSE_18, Layout
from services.generator.skeleton import (
    MISSING,
    BadSkeleton,
    Joint,
    Skeleton,
    Visibility,
    normalise,
    read_joint,
    read_number,
    read_visibility,
)

Named = tuple[str, tuple[str, ...], Skeleton]  # Name, tags, pose.
Reader = Callable[[Any], Named]

MAX_BYTES = 32 * 1024 * 1024  # The keypoints of COCO's validation set, all pictures, are 10 MB.
MAX_POSES = 10_000
MAX_LINE = 64 * 1024  # One pose of the longest form is under 3 KB.
MAX_NAME = 200
MAX_TAGS = 32
MAX_TAG = 64

# Where each of OpenPose's 18 stands among the 25 of its BODY_25 model, which adds a middle of the hips and the feet.
_FROM_BODY_25 = (0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)


class PoseFormat(enum.StrEnum):
    """What a file holds."""

    OPENPOSE_JSON = "openpose"
    COCO_JSON = "coco"
    JSON_LINES = "jsonl"


@dataclass(frozen=True, slots=True)
class ReadPose:
    """A pose of a file: its place there, from 0, and what the file calls it; "" where it has no name."""

    position: int
    name: str
    tags: tuple[str, ...]
    skeleton: Skeleton


@dataclass(frozen=True, slots=True)
class PoseRejection:
    """A pose that can't be used, or a whole file (position 0): the field that is wrong, and why."""

    position: int
    field: str
    reason: str
    message: str


def read_poses(data: bytes, form: PoseFormat) -> Iterator[ReadPose | PoseRejection]:
    """Yield every pose of a file, or why it is none, in order. Never raises for what the file holds."""
    if len(data) > MAX_BYTES:
        yield PoseRejection(0, "data", "TOO_LARGE", f"must be {MAX_BYTES} bytes at most")
        return
    read = {PoseFormat.OPENPOSE_JSON: _openpose, PoseFormat.COCO_JSON: _coco, PoseFormat.JSON_LINES: _lines}[form]
    try:
        yield from read(data)
    except BadSkeleton as error:
        yield _rejection(0, error)


def _openpose(data: bytes) -> Iterator[ReadPose | PoseRejection]:
    document = _mapping("", _parse(data))
    yield from _each(_sequence("people", document.get("people")), "people[{}]", _openpose_person)


def _coco(data: bytes) -> Iterator[ReadPose | PoseRejection]:
    document = _parse(data)
    if isinstance(document, Mapping) and "annotations" not in document:
        yield _read(0, "", document, _coco_annotation)
        return
    inside = document.get("annotations") if isinstance(document, Mapping) else document
    yield from _each(_sequence("annotations", inside), "annotations[{}]", _coco_annotation)


def _lines(data: bytes) -> Iterator[ReadPose | PoseRejection]:
    filled = (line for line in data.splitlines() if line.strip())
    yield from _each(filled, "", _line)


def _each(values: Iterable[Any], path: str, reader: Reader) -> Iterator[ReadPose | PoseRejection]:
    for position, value in enumerate(values):
        if position == MAX_POSES:
            message = f"must be {MAX_POSES} poses at most; the rest was not read"
            yield PoseRejection(position, path.format(position), "TOO_MANY", message)
            return
        yield _read(position, path.format(position), value, reader)


def _read(position: int, path: str, value: Any, reader: Reader) -> ReadPose | PoseRejection:
    try:
        name, tags, skeleton = reader(value)
    except BadSkeleton as error:
        return _rejection(position, error, path)
    return ReadPose(position, name, tags, skeleton)


def _openpose_person(value: Any) -> Named:
    """`pose_keypoints_2d`: x, y and confidence of 18 or 25 joints in a row; all 0 where one wasn't found."""
    person = _mapping("", value)
    flat = _sequence("pose_keypoints_2d", person.get("pose_keypoints_2d"))
    if len(flat) not in (18 * 3, 25 * 3):
        raise BadSkeleton("pose_keypoints_2d", "JOINT_COUNT", f"must be 54 or 75 numbers, not {len(flat)}")
    places = range(18) if len(flat) == 18 * 3 else _FROM_BODY_25
    joints = [
        _openpose_joint(f"pose_keypoints_2d.{name}", flat[place * 3 : place * 3 + 3])
        for name, place in zip(OPENPOSE_18.joints, places, strict=True)
    ]
    return _name(person), _tags(person), _skeleton(OPENPOSE_18, joints)


def _openpose_joint(field: str, triple: Sequence[Any]) -> Joint:
    x, y, confidence = (
        read_number(f"{field}.{axis}", value) for axis, value in zip(("x", "y", "confidence"), triple, strict=True)
    )
    if confidence < 0:
        raise BadSkeleton(f"{field}.confidence", "OUT_OF_RANGE", "must not be negative")
    return Joint(x, y) if confidence > 0 else MISSING


def _coco_annotation(value: Any) -> Named:
    """`keypoints`: x, y and v of 17 joints in a row; v is 0 where one isn't labelled, 1 occluded, 2 visible."""
    annotation = _mapping("", value)
    flat = _sequence("keypoints", annotation.get("keypoints"))
    if len(flat) != 17 * 3:
        raise BadSkeleton("keypoints", "JOINT_COUNT", f"must be 51 numbers, not {len(flat)}")
    joints = [
        _coco_joint(f"keypoints.{name}", flat[place * 3 : place * 3 + 3]) for place, name in enumerate(COCO_17.joints)
    ]
    return _name(annotation), _tags(annotation), _skeleton(COCO_17, joints)


def _coco_joint(field: str, triple: Sequence[Any]) -> Joint:
    x, y = (read_number(f"{field}.{axis}", value) for axis, value in zip("xy", triple[:2], strict=True))
    visibility = read_visibility(f"{field}.v", triple[2])
    return Joint(x, y, visibility) if visibility is not Visibility.MISSING else MISSING


def _line(value: bytes) -> Named:
    """`format` (coco17 or openpose18) and `keypoints`: `[x, y, v]` or null for each joint."""
    if len(value) > MAX_LINE:
        raise BadSkeleton("", "TOO_LARGE", f"must be {MAX_LINE} bytes at most")
    pose = _mapping("", _parse(value))
    form = pose.get("format")
    layout = LAYOUTS.get(form) if isinstance(form, str) else None
    if layout is None:
        raise BadSkeleton("format", "UNKNOWN_LAYOUT", f"must be one of {', '.join(LAYOUTS)}")
    values = _sequence("keypoints", pose.get("keypoints"))
    if len(values) != len(layout.joints):
        raise BadSkeleton("keypoints", "JOINT_COUNT", f"must be {len(layout.joints)} joints, not {len(values)}")
    joints = [read_joint(f"keypoints.{name}", value) for name, value in zip(layout.joints, values, strict=True)]
    return _name(pose) or _text("id", pose.get("id")), _tags(pose), _skeleton(layout, joints)


def _skeleton(layout: Layout, joints: Sequence[Joint]) -> Skeleton:
    return Skeleton(layout, *normalise(joints))


def _name(document: Mapping[str, Any]) -> str:
    return _text("name", document.get("name"))


def _text(field: str, value: Any) -> str:
    """A text, or the number that COCO names its annotations by; "" without."""
    if value is None:
        return ""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18 else value
    if not isinstance(text, str) or len(text) > MAX_NAME:
        raise BadSkeleton(field, "BAD_NAME", f"must be a text of {MAX_NAME} characters at most")
    return text


def _tags(document: Mapping[str, Any]) -> tuple[str, ...]:
    tags = document.get("tags")
    if tags is None:
        return ()
    if not isinstance(tags, list) or len(tags) > MAX_TAGS:
        raise BadSkeleton("tags", "BAD_TAGS", f"must be a list of {MAX_TAGS} at most")
    for place, tag in enumerate(tags):
        if not isinstance(tag, str) or not 0 < len(tag) <= MAX_TAG:
            raise BadSkeleton(f"tags[{place}]", "BAD_TAGS", f"must be a text of 1 to {MAX_TAG} characters")
    return tuple(tags)


def _parse(data: bytes) -> Any:
    try:
        return json.loads(data)
    # Text that isn't UTF-8 or JSON, a number of more digits than Python reads, brackets without end.
    except (ValueError, RecursionError) as error:
        raise BadSkeleton("", "NOT_JSON", "must be JSON") from error


def _mapping(field: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadSkeleton(field, "NOT_AN_OBJECT", "must be an object")
    return value


def _sequence(field: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise BadSkeleton(field, "NOT_A_LIST", "must be a list")
    return value


def _rejection(position: int, error: BadSkeleton, path: str = "") -> PoseRejection:
    field = ".".join(part for part in (path, error.field) if part)
    return PoseRejection(position, field, error.reason, error.description)
