"""generator.v1.PoseService: proto in, use case, proto out."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from atelier.generator.v1 import pose_service_pb2 as pb
from atelier.generator.v1 import pose_service_pb2_grpc as pb_grpc

from services.generator.pose_importing import PoseImporting
from services.generator.pose_messages import import_response, pose_message
from services.generator.pose_thumbnails import PoseThumbnails
from services.generator.posing import Pose, Posing

SERVICE_NAME = "atelier.generator.v1.PoseService"


class PoseServicer(pb_grpc.PoseServiceServicer):
    """Requests arrive here authenticated and valid by the proto's rules; errors leave through the interceptor."""

    def __init__(self, *, posing: Posing, importing: PoseImporting, thumbnails: PoseThumbnails) -> None:
        self._posing = posing
        self._importing = importing
        self._thumbnails = thumbnails

    async def ImportPoses(
        self, request_iterator: AsyncIterator[pb.ImportPosesRequest], context: Any
    ) -> pb.ImportPosesResponse:
        return import_response(await self._importing.import_poses(request_iterator))

    async def ListPoses(self, request: pb.ListPosesRequest, context: Any) -> pb.ListPosesResponse:
        page = await self._posing.list_poses(tags=request.tags, size=request.page_size, token=request.page_token)
        poses = await asyncio.gather(*(self._message(pose, full=request.full) for pose in page.rows))
        return pb.ListPosesResponse(poses=poses, next_page_token=page.next_token)

    async def GetPose(self, request: pb.GetPoseRequest, context: Any) -> pb.GetPoseResponse:
        pose = await self._posing.get(request.pose_id)
        return pb.GetPoseResponse(pose=await self._message(pose, full=True))

    async def _message(self, pose: Pose, *, full: bool) -> pb.Pose:
        return pose_message(pose, await self._thumbnails.draw(pose.skeleton) if full else None)
