"""Between poses and the proto's messages; nothing is decided here."""

from atelier.generator.v1 import pose_service_pb2 as pb

from chassis.times import set_time
from services.generator.import_summary import Summary
from services.generator.posing import Pose
from services.generator.skeleton_messages import skeleton_message


def pose_message(pose: Pose, thumbnail: bytes | None) -> pb.Pose:
    """A pose; without a thumbnail also without its skeleton."""
    message = pb.Pose(
        pose_id=pose.pose_id, name=pose.name, tags=pose.tags, built_in=pose.created_at is None, owner=pose.owner
    )
    if thumbnail is not None:
        message.thumbnail = thumbnail
        message.skeleton.CopyFrom(skeleton_message(pose.skeleton))
    if pose.created_at is not None:
        set_time(message.create_time, pose.created_at)
    return message


def import_response(summary: Summary) -> pb.ImportPosesResponse:
    """What an import did."""
    return pb.ImportPosesResponse(
        received=summary.received,
        inserted=summary.inserted,
        updated=summary.updated,
        unchanged=summary.unchanged,
        rejected=summary.rejected,
        rejections=[
            pb.RejectedPose(position=one.position, field=one.field, reason=one.reason, message=one.message)
            for one in summary.rejections
        ],
    )
