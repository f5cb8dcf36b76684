"""Batches: every item goes to its service at once, and what is wrong with one costs no other."""

import asyncio
from pathlib import Path
from typing import Any

import grpc
import pytest
from atelier.engager.v1 import engagement_service_pb2 as engager_pb
from atelier.gateway.v1 import gateway_service_pb2 as pb
from atelier.generator.v1 import card_art_service_pb2 as card_art_pb
from atelier.generator.v1 import generation_service_pb2 as generation_pb
from atelier.resolver.v1 import scan_service_pb2 as scan_pb
from atelier.reviewer.v1 import review_service_pb2 as review_pb
from google.rpc import error_details_pb2

from chassis.errors import AlreadyExists, FieldViolation, InvalidArgument, status_of
from gateway.fanout.submitting import AT_ONCE_PER_SERVICE
from tests.contract.conftest import refusal
from tests.integration.gateway.crowd import Crowd, detail, refuse, run_crowd
from tests.integration.gateway.rig import post, within

INVALID, UNAVAILABLE, DEADLINE, UNIMPLEMENTED = (
    code.value[0]
    for code in (
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.UNIMPLEMENTED,
    )
)
ID = "0190a0b0-0000-7000-8000-00000000000"
SCAN = pb.BatchItem(scan=scan_pb.CreateScanRequest(detections=[scan_pb.Detection(detection_id="1")]))
GENERATION = pb.BatchItem(
    generation=generation_pb.CreateGenerationRequest(text=generation_pb.TextSource(prompt="a lake"), variations=2)
)
CARD = pb.BatchItem(card=card_art_pb.RenderCardRequest(player_id="ohtani", kind=card_art_pb.CARD_KIND_BATTING))
REVIEW = pb.BatchItem(
    review=review_pb.CreateReviewRequest(
        review=review_pb.FileTarget(files=[review_pb.SourceFile(path="a.py", content=b"1")])
    )
)
ACTIVITIES = pb.BatchItem(
    activities=engager_pb.ScheduleActivitiesRequest(activities=[engager_pb.NewActivity(), engager_pb.NewActivity()])
)


class Accepting:
    """Stand-ins that accept everything, and remember what they were sent."""

    def __init__(self, crowd: Crowd) -> None:
        self.requests: list[Any] = []
        self.metadata: list[dict[str, Any]] = []
        crowd.unary("resolver.v1.ScanService/CreateScan", self._scan)
        crowd.unary("generator.v1.GenerationService/CreateGeneration", self._generation)
        crowd.unary("generator.v1.CardArtService/RenderCard", self._card)
        crowd.unary("reviewer.v1.ReviewService/CreateReview", self._review)
        crowd.unary("engager.v1.EngagementService/ScheduleActivities", self._activities)

    def ids(self) -> list[str]:
        """The request ids of what came, ordered."""
        return sorted(request.request_id for request in self.requests if hasattr(request, "request_id"))

    async def _scan(self, request: Any, context: Any) -> Any:
        self._note(request, context)
        return scan_pb.CreateScanResponse(scan=scan_pb.Scan(scan_id=f"{ID}1", job=f"resolver/jobs/{ID}2"))

    async def _generation(self, request: Any, context: Any) -> Any:
        self._note(request, context)
        variations = [generation_pb.Variation(key=key, job=f"generator/jobs/{ID}{key}") for key in "34"]
        generation = generation_pb.Generation(generation_id=f"{ID}5", variations=variations)
        return generation_pb.CreateGenerationResponse(generation=generation)

    async def _card(self, request: Any, context: Any) -> Any:
        self._note(request, context)
        return card_art_pb.RenderCardResponse(card_image=card_art_pb.CardImage(name="ohtani/batting/0"))

    async def _review(self, request: Any, context: Any) -> Any:
        self._note(request, context)
        files = [review_pb.FileReview(path="a.py", job=f"reviewer/jobs/{ID}6"), review_pb.FileReview(path="old.py")]
        return review_pb.CreateReviewResponse(review=review_pb.Review(review_id=f"{ID}7", files=files))

    async def _activities(self, request: Any, context: Any) -> Any:
        self._note(request, context)
        asked = engager_pb.NewActivity(comment="all that was asked for")
        one = engager_pb.Activity(activity_id=f"{ID}8", job=f"engager/jobs/{ID}9", request=asked)
        wrong = InvalidArgument([FieldViolation("activities[1].post", "must not be empty")])
        return engager_pb.ScheduleActivitiesResponse(
            results=[
                engager_pb.ScheduleResult(activity=one, created=True),
                engager_pb.ScheduleResult(error=status_of(wrong, domain="engager.atelier")),
            ]
        )

    def _note(self, request: Any, context: Any) -> None:
        self.requests.append(request)
        self.metadata.append(dict(context.invocation_metadata()))


def batch(*items: pb.BatchItem, request_id: str = "order-1") -> pb.SubmitBatchRequest:
    return pb.SubmitBatchRequest(request_id=request_id, items=items)


async def test_every_kind_of_work_is_accepted_and_named_in_order(crowd: Crowd) -> None:
    Accepting(crowd)

    answer = await crowd.stub.SubmitBatch(batch(ACTIVITIES, REVIEW, CARD, GENERATION, SCAN))

    activities, review, card, generation, scan = (result.accepted for result in answer.results)
    assert [list(one.names) for one in (activities, review, card, generation, scan)] == [
        [f"engager/activities/{ID}8"],
        [f"reviewer/reviews/{ID}7"],
        [],
        [f"generator/generations/{ID}5"],
        [f"resolver/scans/{ID}1"],
    ]
    assert [list(one.jobs) for one in (activities, review, card, generation, scan)] == [
        [f"engager/jobs/{ID}9"],
        [f"reviewer/jobs/{ID}6"],
        [],
        [f"generator/jobs/{ID}3", f"generator/jobs/{ID}4"],
        [f"resolver/jobs/{ID}2"],
    ]
    assert (card.card.name, scan.scan.scan_id) == ("ohtani/batting/0", f"{ID}1")
    # Which there may be megabytes of: the watch tells them.
    assert (list(generation.generation.variations), list(review.review.files)) == ([], [])
    assert not activities.activities.results[0].activity.HasField("request")


async def test_the_caller_and_its_request_are_known_to_every_service(crowd: Crowd) -> None:
    accepting = Accepting(crowd)

    await crowd.stub.SubmitBatch(batch(SCAN, CARD, REVIEW, ACTIVITIES), metadata=(("x-request-id", "find-me"),))

    assert {one["authorization"] for one in accepting.metadata} == {f"Bearer {crowd.gateway.token}"}
    assert {one["x-request-id"] for one in accepting.metadata} == {"find-me"}


async def test_a_batch_sent_again_sends_the_same_ids_and_another_batch_others(crowd: Crowd) -> None:
    accepting = Accepting(crowd)

    async def ids_of(request_id: str) -> list[str]:
        accepting.requests.clear()
        await crowd.stub.SubmitBatch(batch(SCAN, GENERATION, REVIEW, SCAN, request_id=request_id))
        return accepting.ids()

    first, again, other = await ids_of("order-1"), await ids_of("order-1"), await ids_of("order-2")

    assert first == again
    assert len({*first, *other}) == 8


async def test_what_a_service_refuses_is_told_in_its_words_with_the_batchs_fields(crowd: Crowd) -> None:
    Accepting(crowd)

    async def refuse_scan(request: Any, context: Any) -> None:
        await refuse(context, InvalidArgument([FieldViolation("detections[0].external", "is odd", "ODD")]), "r.atelier")

    async def refuse_review(request: Any, context: Any) -> None:
        metadata = {"field": "request_id", "request_id": request.request_id}
        await refuse(context, AlreadyExists("It was another one.", metadata=metadata), "v.atelier")

    crowd.unary("resolver.v1.ScanService/CreateScan", refuse_scan)
    crowd.unary("reviewer.v1.ReviewService/CreateReview", refuse_review)
    answer = await crowd.stub.SubmitBatch(batch(GENERATION, SCAN, REVIEW, ACTIVITIES))

    made, scan, review, activities = answer.results
    [violation] = detail(scan.error, error_details_pb2.BadRequest).field_violations
    info = detail(review.error, error_details_pb2.ErrorInfo)
    [wrong] = detail(activities.accepted.activities.results[1].error, error_details_pb2.BadRequest).field_violations
    assert made.HasField("accepted")
    assert (scan.error.code, violation.field, violation.reason) == (
        INVALID,
        "items[1].scan.detections[0].external",
        "ODD",
    )
    assert (review.error.message, info.domain) == ("It was another one.", "v.atelier")
    assert info.metadata["field"] == "items[2].review.request_id"
    assert wrong.field == "items[3].activities.activities[1].post"


async def test_a_service_that_is_away_costs_its_own_items(crowd: Crowd) -> None:
    Accepting(crowd)
    await crowd.services["resolver"].stop()

    try:
        answer = await crowd.stub.SubmitBatch(batch(SCAN, GENERATION, SCAN))
    finally:
        await crowd.services["resolver"].start()

    info = detail(answer.results[0].error, error_details_pb2.ErrorInfo)
    assert [result.WhichOneof("result") for result in answer.results] == ["error", "accepted", "error"]
    assert (answer.results[2].error.code, info.reason) == (UNAVAILABLE, "SERVICE_UNAVAILABLE")
    assert info.metadata["service"] == "resolver"


async def test_a_service_that_is_slow_costs_its_own_items_and_not_the_answer(crowd: Crowd) -> None:
    Accepting(crowd)

    async def hang(request: Any, context: Any) -> None:
        await asyncio.Event().wait()

    crowd.unary("reviewer.v1.ReviewService/CreateReview", hang)
    answer = await crowd.stub.SubmitBatch(batch(REVIEW, SCAN), timeout=4)

    assert answer.results[0].error.code == DEADLINE
    assert detail(answer.results[0].error, error_details_pb2.ErrorInfo).reason == "DEADLINE_EXCEEDED"
    assert answer.results[1].HasField("accepted")


async def test_a_service_that_is_not_run_costs_its_own_items(secret_file: Path) -> None:
    async with run_crowd(secret_file, without="engager") as crowd:
        Accepting(crowd)

        answer = await crowd.stub.SubmitBatch(batch(ACTIVITIES, SCAN))

    assert answer.results[0].error.code == UNIMPLEMENTED
    assert detail(answer.results[0].error, error_details_pb2.ErrorInfo).reason == "UNKNOWN_SERVICE"
    assert answer.results[1].HasField("accepted")


async def test_items_go_at_once_and_no_service_gets_too_many_of_them(crowd: Crowd) -> None:
    Accepting(crowd)
    under_way, most, full = 0, 0, asyncio.Event()

    async def accept(request: Any, context: Any) -> Any:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        if most == AT_ONCE_PER_SERVICE:
            full.set()
        await full.wait()
        under_way -= 1
        return scan_pb.CreateScanResponse(scan=scan_pb.Scan(scan_id=request.request_id))

    crowd.unary("resolver.v1.ScanService/CreateScan", accept)
    answer = await within(30, crowd.stub.SubmitBatch(batch(*[SCAN] * 200)))

    assert most == AT_ONCE_PER_SERVICE
    assert len({result.accepted.scan.scan_id for result in answer.results}) == 200


@pytest.mark.parametrize(
    ("items", "field"),
    [
        ([SCAN, pb.BatchItem(scan=scan_pb.CreateScanRequest(request_id="mine"))], "items[1].scan.request_id"),
        ([SCAN, pb.BatchItem(review=review_pb.CreateReviewRequest(request_id="x"))], "items[1].review.request_id"),
        ([SCAN, pb.BatchItem()], "items[1].work"),
        ([SCAN] * 201, "items"),
        (
            [pb.BatchItem(activities=engager_pb.ScheduleActivitiesRequest(activities=[engager_pb.NewActivity()] * 501))]
            * 2,
            "items",
        ),
    ],
)
async def test_a_batch_that_is_wrong_as_a_whole_is_refused_before_anything_is_sent(
    crowd: Crowd, items: list[pb.BatchItem], field: str
) -> None:
    accepting = Accepting(crowd)

    error = await refusal(crowd.stub.SubmitBatch(batch(*items)))

    assert (error.code, error.domain, error.fields) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        "gateway.atelier",
        [field],
    )
    assert accepting.requests == []


async def test_a_caller_that_leaves_is_waited_for_by_no_service(crowd: Crowd) -> None:
    Accepting(crowd)
    began, ended = asyncio.Event(), asyncio.Event()

    async def hang(request: Any, context: Any) -> None:
        context.add_done_callback(lambda _: ended.set())
        began.set()
        await asyncio.Event().wait()

    crowd.unary("resolver.v1.ScanService/CreateScan", hang)
    call = crowd.stub.SubmitBatch(batch(SCAN))
    await within(10, began.wait())

    call.cancel()

    await within(10, ended.wait())


async def test_curl_submits_a_batch_in_json(crowd: Crowd) -> None:
    Accepting(crowd)
    scan = {"scan": {"detections": [{"detectionId": "1"}]}}

    good = await post(
        crowd.gateway, "/atelier.gateway.v1.GatewayService/SubmitBatch", {"requestId": "x", "items": [scan]}
    )
    bad = await post(crowd.gateway, "/atelier.gateway.v1.GatewayService/SubmitBatch", {"requestId": "x", "items": [{}]})

    assert good.json()["results"][0]["accepted"]["names"] == [f"resolver/scans/{ID}1"]
    assert (bad.status_code, bad.json()["code"]) == (400, "invalid_argument")
    assert "items[0]" in bad.text
