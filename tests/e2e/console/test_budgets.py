"""What the console tells of budgets where there is more than one call answers."""

from atelier.reviewer.v1.review_service_pb2 import ListReviewsRequest, ListReviewsResponse, Review, Usage
from google.protobuf.timestamp_pb2 import Timestamp
from playwright.async_api import Route, expect

from tests.e2e.console.visitor import Visitor

MORE = "more"


async def list_reviews(route: Route) -> None:
    """Two pages of reviews of this month, with ten tokens each."""
    asked = ListReviewsRequest.FromString(route.request.post_data_buffer or b"")
    now = Timestamp()
    now.GetCurrentTime()
    reviews = [Review(review_id=str(number), create_time=now, usage=Usage(input_tokens=10)) for number in range(2)]
    answer = ListReviewsResponse(reviews=reviews, next_page_token="" if asked.page_token else MORE)
    await route.fulfill(body=answer.SerializeToString(), content_type="application/proto")


async def test_the_tokens_of_a_month_are_added_up_over_all_pages_of_its_reviews(user: Visitor) -> None:
    await user.page.route("**/*.ReviewService/ListReviews", list_reviews)

    await user.go("Budgets")

    curve = user.page.get_by_role("img", name="Tokens used this month")
    await expect(curve).to_have_accessible_name("Tokens used this month From 0 to 40 tokens.")
