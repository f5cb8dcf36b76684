"""engager.v1.EngagerOverviewService: proto in, use case, proto out."""

from typing import Any

from atelier.engager.v1 import overview_service_pb2 as pb
from atelier.engager.v1 import overview_service_pb2_grpc as pb_grpc

from jobs.messages import job_message, unended_message
from jobs.names import Names
from services.engager.messages import activity_message
from services.engager.overview import Overviews

SERVICE_NAME = "atelier.engager.v1.EngagerOverviewService"


class OverviewServicer(pb_grpc.EngagerOverviewServiceServicer):
    """Requests arrive here authenticated and valid by the proto's rules; errors leave through the interceptor."""

    def __init__(self, *, overviews: Overviews, names: Names) -> None:
        self._overviews = overviews
        self._names = names

    async def GetOverview(self, request: pb.GetOverviewRequest, context: Any) -> pb.GetOverviewResponse:
        overview = await self._overviews.get(owner=request.owner, latest=request.latest)
        return pb.GetOverviewResponse(
            activities=map(activity_message, overview.activities),
            running=[job_message(row, self._names) for row in overview.unended.rows],
            unended=unended_message(overview.unended),
        )
