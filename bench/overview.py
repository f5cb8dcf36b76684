"""An overview, which asks every service at once, beside each of its parts asked by itself through the same gateway.

One caller has used it for a while: 5,000 different cards, ten generations, ten reviews, and a hundred activities that
wait. The other has nothing yet, and no part takes longer than the call around it.
"""

import statistics
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from atelier.engager.v1 import engagement_service_pb2 as engager_pb
from atelier.engager.v1.engagement_service_pb2_grpc import EngagementServiceStub
from atelier.gateway.v1 import gateway_service_pb2 as pb
from atelier.gateway.v1.gateway_service_pb2_grpc import GatewayServiceStub
from atelier.generator.v1 import credit_service_pb2 as credit_pb
from atelier.generator.v1 import generation_service_pb2 as generation_pb
from atelier.generator.v1.credit_service_pb2_grpc import CreditServiceStub
from atelier.generator.v1.generation_service_pb2_grpc import GenerationServiceStub
from atelier.jobs.v1 import jobs_service_pb2 as jobs_pb
from atelier.jobs.v1.jobs_service_pb2_grpc import JobsServiceStub
from atelier.resolver.v1 import resolver_service_pb2 as cards_pb
from atelier.resolver.v1 import scan_service_pb2 as scan_pb
from atelier.resolver.v1.scan_service_pb2_grpc import ScanServiceStub
from atelier.reviewer.v1 import quota_service_pb2 as quota_pb
from atelier.reviewer.v1 import review_service_pb2 as review_pb
from atelier.reviewer.v1.quota_service_pb2_grpc import QuotaServiceStub
from atelier.reviewer.v1.review_service_pb2_grpc import ReviewServiceStub

from bench.figures import Figure, at_most
from bench.surroundings import Surroundings
from chassis.auth import Role
from tests.shared_data import chunks

OWNER, NEWCOMER = "overviewed", "newcomer"
CARDS, CARDS_A_SCAN = 5_000, 1_000
OTHERS, ACTIVITIES = 10, 100
LOOKS, CALLS, LATEST, JOBS = 50, 400, 5, 100
UNENDED_JOBS = (jobs_pb.STATE_SCHEDULED, jobs_pb.STATE_QUEUED, jobs_pb.STATE_RUNNING)
UNENDED_ACTIVITIES = (
    engager_pb.ACTIVITY_STATE_WAITING,
    engager_pb.ACTIVITY_STATE_HELD,
    engager_pb.ACTIVITY_STATE_RUNNING,
)


async def measure(around: Surroundings) -> list[Figure]:
    """p50 of each one's overview beside its slowest part, asked by itself and as answered within the overview."""
    await around.import_catalogue()
    async with _channel(around, OWNER) as channel:
        await _scan(around, channel)
        await _generate(around, channel)
        await _review(channel)
        await _schedule(channel)
    await _analyse(around)
    overview, slowest, name = await _compare(around, OWNER)
    ratio, against = overview / slowest, f"{name} alone: {slowest:.2f} ms"
    found = Figure("gateway", "GetOverview, p50", "ms", overview, against, ratio, *at_most(ratio, 1.3))
    overview, slowest = await _compare_within(around, OWNER)
    ratio, against = overview / slowest, f"its slowest part in the same call: {slowest:.2f} ms"
    within = Figure("gateway", "GetOverview, beyond its parts", "ms", overview, against, ratio)
    overview, slowest, name = await _compare(around, NEWCOMER)
    ratio, against = overview / slowest, f"{name} alone: {slowest:.2f} ms"
    return [found, within, Figure("gateway", "GetOverview of a newcomer, p50", "ms", overview, against, ratio)]


async def _compare(around: Surroundings, owner: str) -> tuple[float, float, str]:
    """Milliseconds of the overview and of the slowest part, and that one's name."""
    async with _channel(around, owner) as channel:
        parts = _parts(channel, owner)
        looked = await _in_turns(parts, LOOKS)
        slowest = max(looked, key=lambda name: looked[name])
        overview = (GatewayServiceStub(channel).GetOverview, pb.GetOverviewRequest(latest=LATEST))
        p50 = await _in_turns({"overview": overview, slowest: parts[slowest]}, CALLS)
    return p50["overview"], p50[slowest], slowest


async def _compare_within(around: Surroundings, owner: str) -> tuple[float, float]:
    """Milliseconds of the overview, and of its slowest part by what the same answers tell; medians."""
    taken, parts = [], []
    async with _channel(around, owner) as channel:
        overview = GatewayServiceStub(channel).GetOverview
        for _ in range(CALLS):
            began = time.perf_counter()
            answer = await overview(pb.GetOverviewRequest(latest=LATEST))
            taken.append(time.perf_counter() - began)
            parts.append(max(part.latency.ToTimedelta().total_seconds() for part in answer.parts))
    overview_p50, slowest_p50 = (1000 * statistics.median(times[CALLS // 10 :]) for times in (taken, parts))
    return overview_p50, slowest_p50


async def _in_turns(calls: Mapping[str, tuple[Any, Any]], rounds: int) -> dict[str, float]:
    """Milliseconds of each call with its request, p50.

    They take turns call by call, so that noise hits all; the first tenth warms up.
    """
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, (call, request) in calls.items():
            began = time.perf_counter()
            await call(request)
            taken[name].append(time.perf_counter() - began)
    return {name: 1000 * statistics.median(times[rounds // 10 :]) for name, times in taken.items()}


def _parts(channel: Any, owner: str) -> dict[str, tuple[Any, Any]]:
    """The call that asks for each part alone, and its request."""
    scans, jobs = ScanServiceStub(channel), JobsServiceStub(channel)
    latest: Mapping[str, Any] = {"owner": owner, "page_size": LATEST}
    running: Mapping[str, Any] = {"owner": owner, "page_size": JOBS, "states": UNENDED_JOBS}
    activities = engager_pb.ListActivitiesRequest(states=UNENDED_ACTIVITIES, **latest)
    return {
        "resolver/collection": (scans.GetCollection, scan_pb.GetCollectionRequest(owner=owner)),
        "resolver/scans": (scans.ListScans, scan_pb.ListScansRequest(**latest)),
        "generator/credits": (CreditServiceStub(channel).GetBalance, credit_pb.GetBalanceRequest(owner=owner)),
        "generator/generations": (
            GenerationServiceStub(channel).ListGenerations,
            generation_pb.ListGenerationsRequest(**latest),
        ),
        "reviewer/quota": (QuotaServiceStub(channel).GetQuota, quota_pb.GetQuotaRequest(owner=owner)),
        "reviewer/reviews": (ReviewServiceStub(channel).ListReviews, review_pb.ListReviewsRequest(**latest)),
        "engager/activities": (EngagementServiceStub(channel).ListActivities, activities),
        **{
            f"{service}/jobs": (jobs.ListJobs, jobs_pb.ListJobsRequest(parent=service, **running))
            for service in ("resolver", "generator", "reviewer", "engager")
        },
    }


async def _analyse(around: Surroundings) -> None:
    """What PostgreSQL does by itself within a minute or two: before, the collection takes half as long again."""
    connection = await around.postgres()
    await connection.execute("ANALYZE")
    await connection.close()


def _channel(around: Surroundings, owner: str) -> Any:
    return around.channel(around.stack.gateway_address, around.stack.token(Role.USER, subject=owner))


async def _scan(around: Surroundings, channel: Any) -> None:
    stub = ScanServiceStub(channel)
    ids = [record.catalog_id for record in around.records[:CARDS]]
    for number, chunk in enumerate(chunks(ids, CARDS_A_SCAN)):
        detections = [
            scan_pb.Detection(
                detection_id=catalog_id, external=cards_pb.ExternalId(source="bench", external_id=catalog_id)
            )
            for catalog_id in chunk
        ]
        accepted = await stub.CreateScan(scan_pb.CreateScanRequest(request_id=f"{number}", detections=detections))
        await _ended(stub.WatchScan(scan_pb.WatchScanRequest(scan_id=accepted.scan.scan_id)))


async def _generate(around: Surroundings, channel: Any) -> None:
    async with around.channel(around.stack.gateway_address) as operator:
        grant = credit_pb.GrantCreditsRequest(owner=OWNER, amount=OTHERS, request_id="bench")
        await CreditServiceStub(operator).GrantCredits(grant)
    stub = GenerationServiceStub(channel)
    for number in range(OTHERS):
        source = generation_pb.GallerySource(pose_ids=["waving"])
        request = generation_pb.CreateGenerationRequest(request_id=f"{number}", gallery=source, width=64, height=64)
        accepted = await stub.CreateGeneration(request)
        watch = generation_pb.WatchGenerationRequest(generation_id=accepted.generation.generation_id)
        await _ended(stub.WatchGeneration(watch))


async def _review(channel: Any) -> None:
    stub = ReviewServiceStub(channel)
    for number in range(OTHERS):
        target = review_pb.FileTarget(files=[review_pb.SourceFile(path="a.sql", content=f"SELECT {number};".encode())])
        accepted = await stub.CreateReview(review_pb.CreateReviewRequest(request_id=f"{number}", review=target))
        await _ended(stub.WatchReview(review_pb.WatchReviewRequest(review_id=accepted.review.review_id)))


async def _schedule(channel: Any) -> None:
    stub = EngagementServiceStub(channel)
    pod_id = (await stub.CreatePod(engager_pb.CreatePodRequest(name="bench"))).pod.pod_id
    asked = engager_pb.CreateAccountRequest(pod_id=pod_id, name="bench", dry_run=engager_pb.DryRunConnector())
    account_id = (await stub.CreateAccount(asked)).account.account_id
    due, like = datetime.now(UTC) + timedelta(days=1), engager_pb.ACTIVITY_KIND_LIKE
    items = [
        engager_pb.NewActivity(pod_id=pod_id, account_id=account_id, post=f"{number}", kind=like, due_time=due)
        for number in range(ACTIVITIES)
    ]
    await stub.ScheduleActivities(engager_pb.ScheduleActivitiesRequest(activities=items))


async def _ended(watched: Any) -> None:
    async for _ in watched:
        pass
