"""The kinds of work a batch takes: which service accepts each, and what of its answer is told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from atelier.engager.v1 import engagement_service_pb2 as engager_pb
from atelier.engager.v1.engagement_service_pb2_grpc import EngagementServiceStub
from atelier.gateway.v1 import gateway_service_pb2 as pb
from atelier.generator.v1 import card_art_service_pb2 as card_art_pb
from atelier.generator.v1 import generation_service_pb2 as generation_pb
from atelier.generator.v1.card_art_service_pb2_grpc import CardArtServiceStub
from atelier.generator.v1.generation_service_pb2_grpc import GenerationServiceStub
from atelier.resolver.v1 import scan_service_pb2 as scan_pb
from atelier.resolver.v1.scan_service_pb2_grpc import ScanServiceStub
from atelier.reviewer.v1 import review_service_pb2 as review_pb
from atelier.reviewer.v1.review_service_pb2_grpc import ReviewServiceStub

from gateway.fanout.places import place_fields
from gateway.fanout.services import Method


@dataclass(frozen=True, slots=True)
class Order:
    """How one kind of work is sent. `accepted` makes what is told of the service's answer to the item at a path."""

    service: str
    method: Method
    accepted: Callable[[Any, str], pb.AcceptedWork]


def _scan(answer: scan_pb.CreateScanResponse, _: str) -> pb.AcceptedWork:
    scan = answer.scan
    return pb.AcceptedWork(names=[f"resolver/scans/{scan.scan_id}"], jobs=[scan.job], scan=scan)


def _generation(answer: generation_pb.CreateGenerationResponse, _: str) -> pb.AcceptedWork:
    generation = answer.generation
    jobs = [variation.job for variation in generation.variations]
    # Up to 200 of each of up to 200 generations: the watch tells them.
    generation.ClearField("variations")
    names = [f"generator/generations/{generation.generation_id}"]
    return pb.AcceptedWork(names=names, jobs=jobs, generation=generation)


def _card(answer: card_art_pb.RenderCardResponse, _: str) -> pb.AcceptedWork:
    return pb.AcceptedWork(card=answer.card_image)


def _review(answer: review_pb.CreateReviewResponse, _: str) -> pb.AcceptedWork:
    review = answer.review
    jobs = [file.job for file in review.files if file.job]
    # A repeated one has its findings already, megabytes of them: the watch tells them.
    review.ClearField("files")
    return pb.AcceptedWork(names=[f"reviewer/reviews/{review.review_id}"], jobs=jobs, review=review)


def _activities(answer: engager_pb.ScheduleActivitiesResponse, item: str) -> pb.AcceptedWork:
    for result in answer.results:
        if result.HasField("error"):
            place_fields(result.error, item)
    taken = [result.activity for result in answer.results if result.HasField("activity")]
    for one in taken:
        # Posts and comments of up to 1,000 activities: the caller has them, and the watch tells them.
        one.ClearField("request")
    names = dict.fromkeys(f"engager/activities/{one.activity_id}" for one in taken)
    return pb.AcceptedWork(names=names, jobs=dict.fromkeys(one.job for one in taken), activities=answer)


# By the field of BatchItem.
ORDERS: Mapping[str, Order] = {
    "scan": Order("resolver", lambda channel: ScanServiceStub(channel).CreateScan, _scan),
    "generation": Order("generator", lambda channel: GenerationServiceStub(channel).CreateGeneration, _generation),
    "card": Order("generator", lambda channel: CardArtServiceStub(channel).RenderCard, _card),
    "review": Order("reviewer", lambda channel: ReviewServiceStub(channel).CreateReview, _review),
    "activities": Order("engager", lambda channel: EngagementServiceStub(channel).ScheduleActivities, _activities),
}
