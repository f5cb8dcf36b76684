"""reviewer.v1.ReviewService: proto in, use case, proto out."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from atelier.reviewer.v1 import review_service_pb2 as pb
from atelier.reviewer.v1 import review_service_pb2_grpc as pb_grpc

from services.reviewer.cancelling import Cancelling
from services.reviewer.dismissing import Dismissing
from services.reviewer.messages import finding_message, review_message, state_word, summary_message
from services.reviewer.review_watching import ReviewWatching
from services.reviewer.reviewing import Reviewing
from services.reviewer.sarif_exporting import SarifExporting

SERVICE_NAME = "atelier.reviewer.v1.ReviewService"


class ReviewServicer(pb_grpc.ReviewServiceServicer):
    """Requests arrive here authenticated and valid by the proto's rules; errors leave through the interceptor."""

    def __init__(
        self,
        *,
        reviewing: Reviewing,
        cancelling: Cancelling,
        watching: ReviewWatching,
        exporting: SarifExporting,
        dismissing: Dismissing,
    ) -> None:
        self._reviewing = reviewing
        self._cancelling = cancelling
        self._watching = watching
        self._exporting = exporting
        self._dismissing = dismissing

    async def CreateReview(self, request: pb.CreateReviewRequest, context: Any) -> pb.CreateReviewResponse:
        view = await self._reviewing.create(request)
        return pb.CreateReviewResponse(review=review_message(view))

    async def GetReview(self, request: pb.GetReviewRequest, context: Any) -> pb.GetReviewResponse:
        view, next_token = await self._reviewing.get(
            request.review_id, size=request.page_size, token=request.page_token
        )
        return pb.GetReviewResponse(review=review_message(view), next_page_token=next_token)

    async def ListReviews(self, request: pb.ListReviewsRequest, context: Any) -> pb.ListReviewsResponse:
        page = await self._reviewing.list_reviews(
            project=request.project,
            state=state_word(request.state),
            owner=request.owner,
            size=request.page_size,
            token=request.page_token,
        )
        reviews = [summary_message(row) for row in page.rows]
        return pb.ListReviewsResponse(reviews=reviews, next_page_token=page.next_token)

    async def WatchReview(self, request: pb.WatchReviewRequest, context: Any) -> AsyncIterator[pb.WatchReviewResponse]:
        async with aclosing(self._watching.watch(request.review_id)) as changes:
            async for view in changes:
                yield pb.WatchReviewResponse(review=review_message(view))

    async def CancelReview(self, request: pb.CancelReviewRequest, context: Any) -> pb.CancelReviewResponse:
        view = await self._cancelling.cancel(request.review_id)
        return pb.CancelReviewResponse(review=review_message(view))

    async def ExportSarif(self, request: pb.ExportSarifRequest, context: Any) -> pb.ExportSarifResponse:
        sarif = await self._exporting.export(request.review_id)
        return pb.ExportSarifResponse(sarif=sarif.document, left_out=sarif.left_out)

    async def DismissFinding(self, request: pb.DismissFindingRequest, context: Any) -> pb.DismissFindingResponse:
        row = await self._dismissing.dismiss(request.finding_id, request.reason)
        return pb.DismissFindingResponse(finding=finding_message(row))
