"""reviewer.v1.RepositoryService: proto in, use case, proto out."""

from collections.abc import AsyncIterator
from typing import Any

from atelier.reviewer.v1 import repository_service_pb2 as pb
from atelier.reviewer.v1 import repository_service_pb2_grpc as pb_grpc

from services.reviewer.messages import summary_message
from services.reviewer.repositories import Repositories
from services.reviewer.repository_messages import repository_message, snapshot_message
from services.reviewer.snapshot_reviewing import SnapshotReviewing
from services.reviewer.snapshotting import Snapshotting

SERVICE_NAME = "atelier.reviewer.v1.RepositoryService"


class RepositoryServicer(pb_grpc.RepositoryServiceServicer):
    """Requests arrive here authenticated and valid by the proto's rules; errors leave through the interceptor."""

    def __init__(self, *, repositories: Repositories, snapshotting: Snapshotting, reviewing: SnapshotReviewing) -> None:
        self._repositories = repositories
        self._snapshotting = snapshotting
        self._reviewing = reviewing

    async def CreateRepository(self, request: pb.CreateRepositoryRequest, context: Any) -> pb.CreateRepositoryResponse:
        row = await self._repositories.create(request.name)
        return pb.CreateRepositoryResponse(repository=repository_message(row))

    async def ListRepositories(self, request: pb.ListRepositoriesRequest, context: Any) -> pb.ListRepositoriesResponse:
        page = await self._repositories.list_repositories(size=request.page_size, token=request.page_token)
        return pb.ListRepositoriesResponse(
            repositories=map(repository_message, page.rows), next_page_token=page.next_token
        )

    async def CreateSnapshot(
        self, request_iterator: AsyncIterator[pb.CreateSnapshotRequest], context: Any
    ) -> pb.CreateSnapshotResponse:
        return pb.CreateSnapshotResponse(snapshot=snapshot_message(await self._snapshotting.take(request_iterator)))

    async def ListSnapshots(self, request: pb.ListSnapshotsRequest, context: Any) -> pb.ListSnapshotsResponse:
        page = await self._repositories.list_snapshots(
            repository_id=request.repository_id, size=request.page_size, token=request.page_token
        )
        return pb.ListSnapshotsResponse(snapshots=map(snapshot_message, page.rows), next_page_token=page.next_token)

    async def ReviewSnapshot(self, request: pb.ReviewSnapshotRequest, context: Any) -> pb.ReviewSnapshotResponse:
        return pb.ReviewSnapshotResponse(review=summary_message(await self._reviewing.create(request)))
