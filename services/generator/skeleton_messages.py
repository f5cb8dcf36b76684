"""Skeletons between the proto's messages and values. The proto knows no floor: that of a pose is left out."""

import re
from typing import Any

from atelier.generator.v1 import pose_service_pb2 as pb

from services.generator.layouts import COCO_17, OPENPOSE_18, Layout
from services.generator.skeleton import MISSING, BadSkeleton, Joint, Skeleton, Visibility

LAYOUTS: dict[Any, Layout] = {pb.SKELETON_FORMAT_COCO_17: COCO_17, pb.SKELETON_FORMAT_OPENPOSE_18: OPENPOSE_18}
KNOWN: dict[Any, Visibility] = {
    pb.Joint.VISIBILITY_OCCLUDED: Visibility.OCCLUDED,
    pb.Joint.VISIBILITY_VISIBLE: Visibility.VISIBLE,
}
FORMATS = {layout.name: number for number, layout in LAYOUTS.items()}
_NAMED_JOINT = re.compile(r"joints\.(\w+)")


def read_skeleton(message: pb.Skeleton) -> Skeleton:
    """The skeleton, in units of its longer side. Raises BadSkeleton, whose `field` is the message's path."""
    layout = LAYOUTS[message.format]
    try:
        return Skeleton(layout, tuple(_joint(joint) for joint in message.joints)).normalised()
    except BadSkeleton as error:
        raise BadSkeleton(_path(error.field, layout), error.reason, error.description) from None


def skeleton_message(skeleton: Skeleton) -> pb.Skeleton:
    """The message of a skeleton."""
    joints = [pb.Joint(x=one.x, y=one.y, visibility=int(one.visibility)) for one in skeleton.joints]  # type: ignore[arg-type]
    return pb.Skeleton(format=FORMATS[skeleton.layout.name], joints=joints)


def _joint(message: pb.Joint) -> Joint:
    # An open enum: a number that it doesn't have is not known either.
    if message.visibility not in KNOWN:
        return MISSING
    return Joint(message.x, message.y, KNOWN[message.visibility])


def _path(field: str, layout: Layout) -> str:
    """`joints[3].x` for `joints.left_ear.x`."""

    def indexed(match: re.Match[str]) -> str:
        return f"joints[{layout.joints.index(match[1])}]"

    return _NAMED_JOINT.sub(indexed, field)
