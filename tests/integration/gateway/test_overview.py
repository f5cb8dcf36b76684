"""The overview and the system's state: all services asked at once, none waited for longer than the caller does."""

import asyncio
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from atelier.engager.v1 import engagement_service_pb2 as engager_pb
from atelier.gateway.v1 import gateway_service_pb2 as pb
from atelier.generator.v1 import credit_service_pb2 as credit_pb
from atelier.generator.v1 import generation_service_pb2 as generation_pb
from atelier.jobs.v1 import jobs_service_pb2 as jobs_pb
from atelier.resolver.v1 import scan_service_pb2 as scan_pb
from atelier.reviewer.v1 import quota_service_pb2 as quota_pb
from atelier.reviewer.v1 import review_service_pb2 as review_pb
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import error_details_pb2

from chassis.auth import Role
from chassis.version import VERSION_KEY, installed_version
from tests.contract.conftest import refusal
from tests.integration.gateway.crowd import SERVICES, Crowd, detail, run_crowd
from tests.integration.gateway.rig import post, within

PARTS = [
    "engager/activities",
    "engager/jobs",
    "generator/credits",
    "generator/generations",
    "generator/jobs",
    "resolver/collection",
    "resolver/jobs",
    "resolver/scans",
    "reviewer/jobs",
    "reviewer/quota",
    "reviewer/reviews",
]
OVERVIEW = "/atelier.gateway.v1.GatewayService/GetOverview"


class Telling:
    """Stand-ins that answer all that an overview and an operator ask, and remember what they were asked."""

    def __init__(self, crowd: Crowd) -> None:
        self.requests: list[Any] = []
        crowd.unary("resolver.v1.ScanService/GetCollection", self._tell(scan_pb.GetCollectionResponse(total_cards=7)))
        crowd.unary(
            "resolver.v1.ScanService/ListScans", self._tell(scan_pb.ListScansResponse(scans=[{"scan_id": "s"}]))
        )
        balance = credit_pb.GetBalanceResponse(balance=credit_pb.CreditBalance(available=3))
        crowd.unary("generator.v1.CreditService/GetBalance", self._tell(balance))
        generations = generation_pb.ListGenerationsResponse(generations=[{"generation_id": "g"}])
        crowd.unary("generator.v1.GenerationService/ListGenerations", self._tell(generations))
        quota = quota_pb.GetQuotaResponse(quota=quota_pb.Quota(plan=quota_pb.PLAN_PRO))
        crowd.unary("reviewer.v1.QuotaService/GetQuota", self._tell(quota))
        crowd.unary(
            "reviewer.v1.ReviewService/ListReviews",
            self._tell(review_pb.ListReviewsResponse(reviews=[{"review_id": "r"}])),
        )
        activities = engager_pb.ListActivitiesResponse(activities=[{"activity_id": "a"}])
        crowd.unary("engager.v1.EngagementService/ListActivities", self._tell(activities))
        for second, service in enumerate(SERVICES):
            job = jobs_pb.Job(name=f"{service}/jobs/1", create_time=Timestamp(seconds=second))
            crowd.jobs(service, "ListJobs", self._tell(jobs_pb.ListJobsResponse(jobs=[job])))
            queue = jobs_pb.Queue(name=f"{service}/queues/one", waiting=second)
            crowd.jobs(service, "ListQueues", self._tell(jobs_pb.ListQueuesResponse(queues=[queue])))

    def _tell(self, answer: Any) -> Any:
        async def tell(request: Any, context: Any) -> Any:
            self.requests.append(request)
            context.set_trailing_metadata(((VERSION_KEY, "9.8.7"),))
            return answer

        return tell


async def hang(request: Any, context: Any) -> None:
    await asyncio.Event().wait()


def codes(overview: pb.GetOverviewResponse) -> dict[str, int]:
    return {part.name: part.status.code for part in overview.parts}


async def test_an_overview_has_a_part_from_each_service(crowd: Crowd) -> None:
    Telling(crowd)

    overview = await crowd.stub.GetOverview(pb.GetOverviewRequest())

    assert overview.owner == "ash"
    assert [part.name for part in overview.parts] == PARTS
    assert all(part.HasField("status") and part.HasField("latency") for part in overview.parts)
    assert set(codes(overview).values()) == {0}
    assert (overview.collection.total_cards, overview.credits.available, overview.quota.plan) == (7, 3, 2)
    assert (overview.scans[0].scan_id, overview.generations[0].generation_id) == ("s", "g")
    assert (overview.reviews[0].review_id, overview.activities[0].activity_id) == ("r", "a")
    assert [job.name for job in overview.running] == [f"{service}/jobs/1" for service in reversed(SERVICES)]


@pytest.mark.parametrize(("asked", "told"), [(0, 5), (2, 2)])
async def test_an_overview_is_of_the_callers_own_also_for_an_operator(crowd: Crowd, asked: int, told: int) -> None:
    telling = Telling(crowd)

    async with crowd.stub_of("brock", Role.OPERATOR, timedelta(hours=1)) as stub:
        overview = await stub.GetOverview(pb.GetOverviewRequest(latest=asked))

    sizes = {request.page_size for request in telling.requests if hasattr(request, "page_size")}
    assert overview.owner == "brock"
    assert [request.owner for request in telling.requests] == ["brock"] * len(PARTS)
    assert sizes == {told, 100}


async def test_a_slow_part_costs_itself_and_not_the_answer(crowd: Crowd) -> None:
    Telling(crowd)
    crowd.unary("reviewer.v1.QuotaService/GetQuota", hang)

    overview = await crowd.stub.GetOverview(pb.GetOverviewRequest(), timeout=4)

    [slow] = [part for part in overview.parts if part.status.code]
    assert (slow.name, slow.status.code) == ("reviewer/quota", grpc.StatusCode.DEADLINE_EXCEEDED.value[0])
    assert 1.5 < slow.latency.ToMilliseconds() / 1000 < 4
    assert not overview.HasField("quota")
    assert overview.collection.total_cards == 7


async def test_a_caller_without_a_deadline_waits_no_longer_than_three_seconds(crowd: Crowd) -> None:
    Telling(crowd)
    crowd.unary("resolver.v1.ScanService/GetCollection", hang)
    started = time.monotonic()

    answer = await within(30, post(crowd.gateway, OVERVIEW, {}))

    parts = {part["name"]: part["status"]["code"] for part in answer.json()["parts"]}
    assert 2.2 < time.monotonic() - started < 10
    assert [name for name, code in parts.items() if code] == ["resolver/collection"]


async def test_a_service_that_is_away_or_not_run_costs_its_own_parts(secret_file: Path) -> None:
    async with run_crowd(secret_file, without="engager") as crowd:
        Telling(crowd)
        await crowd.services["generator"].stop()
        overview = await crowd.stub.GetOverview(pb.GetOverviewRequest(), timeout=5)

    assert codes(overview) == {
        name: {
            "generator": grpc.StatusCode.UNAVAILABLE.value[0],
            "engager": grpc.StatusCode.UNIMPLEMENTED.value[0],
        }.get(name.split("/")[0], 0)
        for name in PARTS
    }


async def test_the_system_is_told_to_operators_with_health_queues_and_versions(crowd: Crowd) -> None:
    Telling(crowd)
    crowd.jobs("reviewer", "ListQueues", hang)

    async with crowd.stub_of("brock", Role.OPERATOR, timedelta(hours=1)) as stub:
        system = await stub.GetSystem(pb.GetSystemRequest(), timeout=4)

    told = {service.name: service for service in system.services}
    engager, reviewer, gateway = told["engager"], told["reviewer"], told["gateway"]
    assert list(told) == ["engager", "gateway", "generator", "resolver", "reviewer"]
    assert (engager.version, engager.status.code, engager.queues[0].waiting) == ("9.8.7", 0, 3)
    assert [(part.name, part.serving) for part in engager.health] == [("", True), ("postgres", True), ("redis", True)]
    assert (reviewer.version, reviewer.status.code) == ("", grpc.StatusCode.DEADLINE_EXCEEDED.value[0])
    assert (gateway.version, gateway.health[0].serving) == (installed_version(), True)
    assert system.HasField("load")


async def test_the_system_is_told_to_operators_only(crowd: Crowd) -> None:
    error = await refusal(crowd.stub.GetSystem(pb.GetSystemRequest()))
    over_http = await post(crowd.gateway, "/atelier.gateway.v1.GatewayService/GetSystem", {})

    assert (error.code, error.reason) == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_NOT_ALLOWED")
    assert over_http.status_code == 403


async def test_a_service_whose_health_is_lost_is_told_as_not_serving(secret_file: Path) -> None:
    async with run_crowd(secret_file) as crowd:
        Telling(crowd)
        await crowd.services["engager"].stop()
        async with crowd.stub_of("brock", Role.OPERATOR, timedelta(hours=1)) as stub, asyncio.timeout(20):
            while True:
                system = await stub.GetSystem(pb.GetSystemRequest(), timeout=4)
                [engager] = [service for service in system.services if service.name == "engager"]
                if not engager.health[0].serving:
                    break

    assert [(part.name, part.serving) for part in engager.health] == [("", False)]
    assert detail(engager.status, error_details_pb2.ErrorInfo).reason == "SERVICE_UNAVAILABLE"


async def test_every_answer_tells_the_release_that_gave_it(crowd: Crowd) -> None:
    Telling(crowd)
    good = crowd.stub.GetOverview(pb.GetOverviewRequest())
    await good
    bad = crowd.stub.GetSystem(pb.GetSystemRequest())
    await refusal(bad)
    over_http = await post(crowd.gateway, OVERVIEW, {})

    assert dict(await good.trailing_metadata())[VERSION_KEY] == installed_version() != ""
    assert dict(await bad.trailing_metadata())[VERSION_KEY] == installed_version()
    assert not [name for name in over_http.headers if "version" in name]
