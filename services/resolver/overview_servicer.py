"""resolver.v1.ResolverOverviewService: proto in, use case, proto out."""

from typing import Any

from atelier.resolver.v1 import overview_service_pb2 as pb
from atelier.resolver.v1 import overview_service_pb2_grpc as pb_grpc

from jobs.messages import job_message, unended_message
from jobs.names import Names
from services.resolver.overview import Overviews
from services.resolver.scan_messages import collection_response, scan_message

SERVICE_NAME = "atelier.resolver.v1.ResolverOverviewService"


class OverviewServicer(pb_grpc.ResolverOverviewServiceServicer):
    """Requests arrive here authenticated and valid by the proto's rules; errors leave through the interceptor."""

    def __init__(self, *, overviews: Overviews, names: Names) -> None:
        self._overviews = overviews
        self._names = names

    async def GetOverview(self, request: pb.GetOverviewRequest, context: Any) -> pb.GetOverviewResponse:
        overview = await self._overviews.get(owner=request.owner, latest=request.latest)
        return pb.GetOverviewResponse(
            collection=collection_response(overview.holdings),
            scans=map(scan_message, overview.scans),
            running=[job_message(row, self._names) for row in overview.unended.rows],
            unended=unended_message(overview.unended),
        )
