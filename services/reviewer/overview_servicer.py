"""reviewer.v1.ReviewerOverviewService: proto in, use case, proto out."""

from typing import Any

from atelier.reviewer.v1 import overview_service_pb2 as pb
from atelier.reviewer.v1 import overview_service_pb2_grpc as pb_grpc

from jobs.messages import job_message, unended_message
from jobs.names import Names
from services.reviewer.messages import summary_message
from services.reviewer.overview import Overviews
from services.reviewer.quota_messages import quota_message

SERVICE_NAME = "atelier.reviewer.v1.ReviewerOverviewService"


class OverviewServicer(pb_grpc.ReviewerOverviewServiceServicer):
    """Requests arrive here authenticated and valid by the proto's rules; errors leave through the interceptor."""

    def __init__(self, *, overviews: Overviews, names: Names) -> None:
        self._overviews = overviews
        self._names = names

    async def GetOverview(self, request: pb.GetOverviewRequest, context: Any) -> pb.GetOverviewResponse:
        overview = await self._overviews.get(owner=request.owner, latest=request.latest)
        return pb.GetOverviewResponse(
            quota=quota_message(overview.quota),
            reviews=map(summary_message, overview.reviews),
            running=[job_message(row, self._names) for row in overview.unended.rows],
            unended=unended_message(overview.unended),
        )
