"""Follows a review to its end, however often the connection is lost meanwhile."""

from collections.abc import AsyncIterator

from atelier.reviewer.v1.review_service_pb2 import FileReview, Review, ReviewState, WatchReviewRequest

from cli.connection import Gateway
from cli.lasting import LastingStream, LossNotice

UNENDED = (ReviewState.REVIEW_STATE_UNSPECIFIED, ReviewState.REVIEW_STATE_RUNNING)


class ReviewWatch:
    """A review that exists, as it was last heard of."""

    def __init__(self, gateway: Gateway, review: Review, notice: LossNotice) -> None:
        self.review = review
        self._gateway = gateway
        self._stream = LastingStream(notice, is_there=True)
        self._told: set[str] = set()

    async def changes(self) -> AsyncIterator[list[FileReview]]:
        """The files that have ended and weren't told of, until the review has ended.

        Raises CliError and `grpc.aio.AioRpcError`.
        """
        request = WatchReviewRequest(review_id=self.review.review_id)
        streams = self._stream.messages(lambda: self._gateway.reviews.WatchReview(request), self._has_ended)
        async for answer in streams:
            self.review = answer.review
            yield [one for one in answer.review.files if self._is_news(one)]

    def _has_ended(self) -> bool:
        return self.review.state not in UNENDED

    def _is_news(self, found: FileReview) -> bool:
        """A stream that begins anew tells all again."""
        is_news = found.path not in self._told
        self._told.add(found.path)
        return is_news
