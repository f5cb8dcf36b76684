"""The overview and the system's state: all services asked at once, none waited for longer than the caller does."""

import asyncio
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
from atelier.engager.v1 import overview_service_pb2 as engager_pb
from atelier.gateway.v1 import gateway_service_pb2 as pb
from atelier.generator.v1 import overview_service_pb2 as generator_pb
from atelier.jobs.v1 import jobs_service_pb2 as jobs_pb
from atelier.resolver.v1 import overview_service_pb2 as resolver_pb
from atelier.reviewer.v1 import overview_service_pb2 as reviewer_pb
from atelier.reviewer.v1 import quota_service_pb2 as quota_pb
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
        shares: dict[str, Any] = {
            "resolver": resolver_pb.GetOverviewResponse(collection={"total_cards": 7}, scans=[{"scan_id": "s"}]),
            "generator": generator_pb.GetOverviewResponse(
                credits={"available": 3}, generations=[{"generation_id": "g"}]
            ),
            "reviewer": reviewer_pb.GetOverviewResponse(
                quota={"plan": quota_pb.PLAN_PRO}, reviews=[{"review_id": "r"}]
            ),
            "engager": engager_pb.GetOverviewResponse(activities=[{"activity_id": "a"}]),
        }
        shares["resolver"].running.add(name="resolver/jobs/0", state=jobs_pb.STATE_RUNNING)
        for second, (service, share) in enumerate(shares.items()):
            share.running.add(name=f"{service}/jobs/1", create_time=Timestamp(seconds=second))
            share.unended.MergeFrom(jobs_pb.UnendedJobs(scheduled=second, queued=1, running=2))
            crowd.unary(f"{service}.v1.{service.capitalize()}OverviewService/GetOverview", self._tell(share))
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
    waiting = [f"{service}/jobs/1" for service in reversed(SERVICES)]
    assert [job.name for job in overview.running] == ["resolver/jobs/0", *waiting]
    assert overview.unended == jobs_pb.UnendedJobs(scheduled=0 + 1 + 2 + 3, queued=4, running=8)


async def test_an_overview_is_of_the_callers_own_also_for_an_operator(crowd: Crowd) -> None:
    telling = Telling(crowd)

    async with crowd.stub_of("brock", Role.OPERATOR, timedelta(hours=1)) as stub:
        overview = await stub.GetOverview(pb.GetOverviewRequest(latest=2))

    assert overview.owner == "brock"
    assert [(request.owner, request.latest) for request in telling.requests] == [("brock", 2)] * len(SERVICES)


async def test_a_slow_service_costs_its_own_parts_and_not_the_answer(crowd: Crowd) -> None:
    Telling(crowd)
    crowd.unary("reviewer.v1.ReviewerOverviewService/GetOverview", hang)

    overview = await crowd.stub.GetOverview(pb.GetOverviewRequest(), timeout=4)

    slow = [part for part in overview.parts if part.status.code]
    assert [part.name for part in slow] == ["reviewer/jobs", "reviewer/quota", "reviewer/reviews"]
    assert {part.status.code for part in slow} == {grpc.StatusCode.DEADLINE_EXCEEDED.value[0]}
    assert all(1.5 < part.latency.ToMilliseconds() / 1000 < 4 for part in slow)
    assert not overview.HasField("quota")
    assert overview.collection.total_cards == 7


async def test_a_caller_without_a_deadline_waits_no_longer_than_three_seconds(crowd: Crowd) -> None:
    Telling(crowd)
    crowd.unary("resolver.v1.ResolverOverviewService/GetOverview", hang)
    started = time.monotonic()

    answer = await within(30, post(crowd.gateway, OVERVIEW, {}))

    parts = {part["name"]: part["status"]["code"] for part in answer.json()["parts"]}
    assert 2.2 < time.monotonic() - started < 10
    assert [name for name, code in parts.items() if code] == ["resolver/collection", "resolver/jobs", "resolver/scans"]


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
