"""Batches and overviews before real services, one of which freezes or dies meanwhile."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import grpc
from atelier.engager.v1 import engagement_service_pb2 as engager_pb
from atelier.engager.v1.engagement_service_pb2_grpc import EngagementServiceStub
from atelier.gateway.v1 import gateway_service_pb2 as pb
from atelier.gateway.v1.gateway_service_pb2_grpc import GatewayServiceStub
from atelier.generator.v1 import credit_service_pb2 as credit_pb
from atelier.generator.v1 import generation_service_pb2 as generation_pb
from atelier.generator.v1.credit_service_pb2_grpc import CreditServiceStub
from atelier.generator.v1.generation_service_pb2_grpc import GenerationServiceStub
from atelier.jobs.v1.jobs_service_pb2 import Progress
from atelier.resolver.v1 import scan_service_pb2 as scan_pb
from atelier.resolver.v1.scan_service_pb2_grpc import ScanServiceStub
from atelier.reviewer.v1 import review_service_pb2 as review_pb
from atelier.reviewer.v1.review_service_pb2_grpc import ReviewServiceStub
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.auth import Role
from chassis.client import open_channel, token_interceptors
from tests.e2e.conftest import System
from tests.e2e.watching import PATIENCE_SECONDS, pause, resume

DEADLINE_EXCEEDED = grpc.StatusCode.DEADLINE_EXCEEDED.value[0]
SCAN = pb.BatchItem(scan=scan_pb.CreateScanRequest(detections=[scan_pb.Detection(detection_id="1")]))
GENERATION = pb.BatchItem(
    generation=generation_pb.CreateGenerationRequest(
        text=generation_pb.TextSource(prompt="a lake"), variations=2, width=64, height=64
    )
)
REVIEW = pb.BatchItem(
    review=review_pb.CreateReviewRequest(
        review=review_pb.FileTarget(files=[review_pb.SourceFile(path="a.py", content=b"import os\n")])
    )
)


@dataclass(frozen=True)
class User:
    """A user and its channel to the gateway."""

    name: str
    channel: grpc.aio.Channel

    @property
    def gateway(self) -> GatewayServiceStub:
        return GatewayServiceStub(self.channel)

    async def activities(self) -> pb.BatchItem:
        """Two activities, due now, of a pod of this user's."""
        stub, due = EngagementServiceStub(self.channel), Timestamp()
        due.GetCurrentTime()
        pod = (await stub.CreatePod(engager_pb.CreatePodRequest(name="pod"))).pod
        account = engager_pb.CreateAccountRequest(pod_id=pod.pod_id, name="one", dry_run=engager_pb.DryRunConnector())
        made = (await stub.CreateAccount(account)).account
        new = [
            engager_pb.NewActivity(
                pod_id=pod.pod_id,
                account_id=made.account_id,
                post=post,
                kind=engager_pb.ACTIVITY_KIND_LIKE,
                due_time=due,
            )
            for post in ("https://example.com/1", "https://example.com/2")
        ]
        return pb.BatchItem(activities=engager_pb.ScheduleActivitiesRequest(activities=new))

    async def watch(self, names: list[str]) -> list[pb.WatchBatchResponse]:
        """All that is told of these, to their end."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return [answer async for answer in self.gateway.WatchBatch(pb.WatchBatchRequest(names=names))]


@asynccontextmanager
async def user(system: System, name: str, *, credit: int = 0) -> AsyncIterator[User]:
    """A user of that name, who was given credits."""
    if credit:
        async with _channel(system, system.stack.token(Role.OPERATOR)) as channel:
            grant = credit_pb.GrantCreditsRequest(owner=name, amount=credit, request_id="first")
            await CreditServiceStub(channel).GrantCredits(grant)
    async with _channel(system, system.stack.token(Role.USER, subject=name)) as channel:
        yield User(name, channel)


def _channel(system: System, token: str) -> grpc.aio.Channel:
    interceptors = token_interceptors(token)
    return open_channel(system.stack.gateway_address, package="atelier.gateway.v1", interceptors=interceptors)


@contextmanager
def frozen(system: System, service: str) -> Iterator[None]:
    """A service that stands still, and goes on afterwards."""
    pid = system.stack.pid(service)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def all_of(user: User) -> dict[str, int]:
    """How much of each kind of work the user has."""
    channel: Any = user.channel
    lists = {
        "scans": ScanServiceStub(channel).ListScans(scan_pb.ListScansRequest()),
        "generations": GenerationServiceStub(channel).ListGenerations(generation_pb.ListGenerationsRequest()),
        "reviews": ReviewServiceStub(channel).ListReviews(review_pb.ListReviewsRequest()),
        "activities": EngagementServiceStub(channel).ListActivities(engager_pb.ListActivitiesRequest()),
    }
    return {kind: len(getattr(await call, kind)) for kind, call in lists.items()}


async def test_a_frozen_service_costs_its_own_items_and_a_retry_doubles_nothing(system: System) -> None:
    async with user(system, "lorelei", credit=10) as lorelei:
        items = [SCAN, GENERATION, REVIEW, await lorelei.activities()]
        batch = pb.SubmitBatchRequest(request_id="order", items=items)

        with frozen(system, "generator"):
            overview, patient, first = await asyncio.gather(
                lorelei.gateway.GetOverview(pb.GetOverviewRequest(), timeout=5),
                lorelei.gateway.GetOverview(pb.GetOverviewRequest(), timeout=10),
                lorelei.gateway.SubmitBatch(batch, timeout=5),
            )
        again = await lorelei.gateway.SubmitBatch(batch, timeout=PATIENCE_SECONDS)
        last = await lorelei.gateway.SubmitBatch(batch, timeout=PATIENCE_SECONDS)
        names = [name for result in again.results for name in result.accepted.names]
        told = await lorelei.watch(names)
        kept = await all_of(lorelei)
        balance = (await CreditServiceStub(lorelei.channel).GetBalance(credit_pb.GetBalanceRequest())).balance

    for had in (overview, patient):
        failed = {part.name for part in had.parts if part.status.code}
        assert failed == {"generator/credits", "generator/generations", "generator/jobs"}
        assert had.quota.owner == "lorelei"
    assert [result.error.code for result in first.results] == [0, DEADLINE_EXCEEDED, 0, 0]
    assert [list(result.accepted.names) for result in last.results] == [
        list(result.accepted.names) for result in again.results
    ]
    assert [result.accepted.names for result in first.results if result.HasField("accepted")] == [
        again.results[place].accepted.names for place in (0, 2, 3)
    ]
    assert [len(result.accepted.jobs) for result in again.results] == [1, 2, 1, 2]
    assert told[-1].progress == Progress(done=5, total=5)
    assert {work.name: work.state for answer in told for work in answer.work} == dict.fromkeys(
        names, pb.WORK_STATE_SUCCEEDED
    )
    assert kept == {"scans": 1, "generations": 1, "reviews": 1, "activities": 2}
    assert (balance.available, balance.reserved) == (8, 0)


def scan_of(told: list[pb.WatchedWork]) -> pb.WatchedWork:
    """What was told of the one scan last."""
    return next(work for work in reversed(told) if work.name.startswith("resolver/scans/"))


async def test_a_watch_goes_on_over_a_service_that_dies_and_comes_back(system: System) -> None:
    async with user(system, "erika") as erika:
        await pause(system)
        accepted = await erika.gateway.SubmitBatch(pb.SubmitBatchRequest(request_id="order", items=[SCAN, REVIEW]))
        names = [name for result in accepted.results for name in result.accepted.names]
        call = erika.gateway.WatchBatch(pb.WatchBatchRequest(names=names))
        told: list[pb.WatchedWork] = []

        async with asyncio.timeout(PATIENCE_SECONDS):
            while not any(work.HasField("scan") for work in told):
                told += (await call.read()).work
            os.kill(system.stack.pid("resolver"), signal.SIGKILL)
            while not any(work.HasField("problem") for work in told):
                told += (await call.read()).work
            while scan_of(told).HasField("problem"):
                told += (await call.read()).work
            await resume(system)
            rest = [answer async for answer in call]

    last = {work.name: work for work in [*told, *(work for answer in rest for work in answer.work)]}
    assert [last[name].state for name in names] == [pb.WORK_STATE_SUCCEEDED] * 2
    assert [work.name for work in told if work.HasField("problem")] == [names[0]]
    assert rest[-1].progress == Progress(done=2, total=2)
