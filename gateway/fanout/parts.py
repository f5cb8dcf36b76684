"""The parts of an overview: what each service is asked for them all, and where its answer is shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from atelier.engager.v1 import overview_service_pb2 as engager_pb
from atelier.engager.v1.overview_service_pb2_grpc import EngagerOverviewServiceStub
from atelier.gateway.v1 import gateway_service_pb2 as pb
from atelier.generator.v1 import overview_service_pb2 as generator_pb
from atelier.generator.v1.overview_service_pb2_grpc import GeneratorOverviewServiceStub
from atelier.resolver.v1 import overview_service_pb2 as resolver_pb
from atelier.resolver.v1.overview_service_pb2_grpc import ResolverOverviewServiceStub
from atelier.reviewer.v1 import overview_service_pb2 as reviewer_pb
from atelier.reviewer.v1.overview_service_pb2_grpc import ReviewerOverviewServiceStub

from gateway.fanout.services import Method


@dataclass(frozen=True, slots=True)
class Share:
    """What one service has for an overview. `parts`: what of it is told of as a part, `<service>/<what>`."""

    service: str
    parts: Sequence[str]
    method: Method
    request: type[Any]
    show: Callable[[pb.GetOverviewResponse, Any], None]


def _show_resolver(overview: pb.GetOverviewResponse, answer: resolver_pb.GetOverviewResponse) -> None:
    overview.collection.CopyFrom(answer.collection)
    overview.scans.extend(answer.scans)


def _show_generator(overview: pb.GetOverviewResponse, answer: generator_pb.GetOverviewResponse) -> None:
    overview.credits.CopyFrom(answer.credits)
    overview.generations.extend(answer.generations)


def _show_reviewer(overview: pb.GetOverviewResponse, answer: reviewer_pb.GetOverviewResponse) -> None:
    overview.quota.CopyFrom(answer.quota)
    overview.reviews.extend(answer.reviews)


def _show_engager(overview: pb.GetOverviewResponse, answer: engager_pb.GetOverviewResponse) -> None:
    overview.activities.extend(answer.activities)


SHARES: Sequence[Share] = (
    Share(
        "resolver",
        ("resolver/collection", "resolver/jobs", "resolver/scans"),
        lambda channel: ResolverOverviewServiceStub(channel).GetOverview,
        resolver_pb.GetOverviewRequest,
        _show_resolver,
    ),
    Share(
        "generator",
        ("generator/credits", "generator/generations", "generator/jobs"),
        lambda channel: GeneratorOverviewServiceStub(channel).GetOverview,
        generator_pb.GetOverviewRequest,
        _show_generator,
    ),
    Share(
        "reviewer",
        ("reviewer/jobs", "reviewer/quota", "reviewer/reviews"),
        lambda channel: ReviewerOverviewServiceStub(channel).GetOverview,
        reviewer_pb.GetOverviewRequest,
        _show_reviewer,
    ),
    Share(
        "engager",
        ("engager/activities", "engager/jobs"),
        lambda channel: EngagerOverviewServiceStub(channel).GetOverview,
        engager_pb.GetOverviewRequest,
        _show_engager,
    ),
)
