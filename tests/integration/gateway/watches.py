"""What the tests of watches say and hear: names, states, and the words of services."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from atelier.engager.v1 import engagement_service_pb2 as engager_pb
from atelier.gateway.v1 import gateway_service_pb2 as pb
from atelier.jobs.v1.jobs_service_pb2 import Progress
from atelier.resolver.v1 import scan_service_pb2 as scan_pb

from tests.integration.gateway.crowd import Crowd

ID = "0190a0b0-0000-7000-8000-0000000000"
RUNNING, SUCCEEDED, PARTLY, FAILED, NOT_FOUND = (
    pb.WORK_STATE_RUNNING,
    pb.WORK_STATE_SUCCEEDED,
    pb.WORK_STATE_PARTIALLY_SUCCEEDED,
    pb.WORK_STATE_FAILED,
    pb.WORK_STATE_NOT_FOUND,
)
WATCH_SCAN = "resolver.v1.ScanService/WatchScan"
WATCH_GENERATION = "generator.v1.GenerationService/WatchGeneration"
WATCH_REVIEW = "reviewer.v1.ReviewService/WatchReview"
WATCH_ACTIVITIES = "engager.v1.EngagementService/WatchActivities"
GET_ACTIVITY = "engager.v1.EngagementService/GetActivity"


def scan(scan_id: str, done: int, *, ended: bool = False) -> scan_pb.WatchScanResponse:
    state = scan_pb.SCAN_STATE_SUCCEEDED if ended else scan_pb.SCAN_STATE_PENDING
    return scan_pb.WatchScanResponse(
        scan=scan_pb.Scan(scan_id=scan_id, state=state, progress=Progress(done=done, total=9))
    )


def activity(activity_id: str, state: engager_pb.ActivityState) -> engager_pb.Activity:
    return engager_pb.Activity(activity_id=activity_id, state=state)


async def watched(crowd: Crowd, *names: str) -> list[pb.WatchBatchResponse]:
    """All that a watch tells, to its end."""
    async with asyncio.timeout(30):
        return [answer async for answer in crowd.stub.WatchBatch(pb.WatchBatchRequest(names=names))]


async def end_scan(request: Any, context: Any) -> AsyncIterator[Any]:
    yield scan(request.scan_id, 9, ended=True)
