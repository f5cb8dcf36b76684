"""A GatewayService on a real socket: what it accepts is by rule, and carried out while it is watched."""

from typing import Any
from uuid import NAMESPACE_OID, uuid5

from atelier.engager.v1 import engagement_service_pb2 as engager
from atelier.gateway.v1 import gateway_service_pb2 as pb
from atelier.gateway.v1.gateway_service_pb2_grpc import GatewayServiceServicer
from atelier.generator.v1 import generation_service_pb2 as generator
from atelier.jobs.v1.jobs_service_pb2 import Progress
from atelier.resolver.v1 import scan_service_pb2 as resolver
from atelier.reviewer.v1 import review_service_pb2 as reviewer

from chassis.errors import AtelierError, Unavailable, status_of
from tests.unit.cli.aborting import DOMAIN, abort
from tests.unit.cli.fake_art import FakeCardArt
from tests.unit.cli.fake_generations import FakeGenerations

LOST = Unavailable("The gateway is leaving.")


class FakeWhole(GatewayServiceServicer):
    """Accepts items by the batch's id and their place, those `refusing` names by their number excepted.

    Keeps what it was asked. `breaks`: so many streams break after their first message. `failing` are the services whose
    work fails.
    """

    def __init__(self, generations: FakeGenerations, card_art: FakeCardArt) -> None:
        self.batches: list[pb.SubmitBatchRequest] = []
        self.watched: list[list[str]] = []
        self.requests: list[Any] = []
        self.refusing: dict[int, AtelierError] = {}
        self.failing: set[str] = set()
        self.breaks = 0
        self.error: AtelierError | None = None
        self.overview = pb.GetOverviewResponse(owner="local")
        self.system = pb.GetSystemResponse()
        self._generations = generations
        self._card_art = card_art

    async def SubmitBatch(self, request: Any, context: Any) -> Any:
        if self.error is not None:
            await abort(context, self.error)
        self.batches.append(request)
        results = [await self._result(request.request_id, place, item) for place, item in enumerate(request.items)]
        return pb.SubmitBatchResponse(results=results)

    async def WatchBatch(self, request: Any, context: Any) -> Any:
        if self.error is not None:
            await abort(context, self.error)
        self.watched.append(list(request.names))
        yield pb.WatchBatchResponse(work=[_begun(name) for name in request.names])
        if self.breaks:
            self.breaks -= 1
            await abort(context, LOST)
        for name in request.names:
            yield pb.WatchBatchResponse(work=[await self._ended(name)])

    async def GetOverview(self, request: Any, context: Any) -> Any:
        self.requests.append(request)
        if self.error is not None:
            await abort(context, self.error)
        return self.overview

    async def GetSystem(self, request: Any, context: Any) -> Any:
        if self.error is not None:
            await abort(context, self.error)
        return self.system

    async def _result(self, request_id: str, place: int, item: pb.BatchItem) -> pb.BatchResult:
        if place in self.refusing:
            return pb.BatchResult(error=status_of(self.refusing[place], domain=DOMAIN))
        return pb.BatchResult(accepted=await self._accepted(f"{request_id}/{place}", item))

    async def _accepted(self, key: str, item: pb.BatchItem) -> pb.AcceptedWork:
        uuid = str(uuid5(NAMESPACE_OID, key))
        match item.WhichOneof("work"):
            case "scan":
                return pb.AcceptedWork(names=[f"resolver/scans/{uuid}"], scan=resolver.Scan(scan_id=uuid))
            case "generation":
                asked = generator.CreateGenerationRequest(request_id=key)
                asked.MergeFrom(item.generation)
                found = (await self._generations.CreateGeneration(asked, None)).generation
                return pb.AcceptedWork(names=[f"generator/generations/{found.generation_id}"], generation=found)
            case "card":
                return pb.AcceptedWork(card=(await self._card_art.RenderCard(item.card, None)).card_image)
            case "review":
                return pb.AcceptedWork(names=[f"reviewer/reviews/{uuid}"], review=reviewer.Review(review_id=uuid))
            case _:
                return _scheduled(item.activities)

    async def _ended(self, name: str) -> pb.WatchedWork:
        service, _, uuid = name.split("/")
        state = pb.WORK_STATE_FAILED if service in self.failing else pb.WORK_STATE_SUCCEEDED
        work = pb.WatchedWork(name=name, state=state, progress=Progress(done=1, total=1))
        match service:
            case "resolver":
                work.scan.CopyFrom(resolver.Scan(scan_id=uuid, result=resolver.ScanResult(resolved=9, needs_review=1)))
            case "generator":
                async for told in self._generations.WatchGeneration(
                    generator.WatchGenerationRequest(generation_id=uuid), None
                ):
                    work.generation.MergeFrom(told.generation)
            case "reviewer":
                work.review.CopyFrom(reviewer.Review(counts=reviewer.FindingCounts(added=2)))
            case _:
                work.activity.CopyFrom(engager.Activity(activity_id=uuid, request=engager.NewActivity(post="post")))
        return work


def _begun(name: str) -> pb.WatchedWork:
    return pb.WatchedWork(name=name, state=pb.WORK_STATE_RUNNING, progress=Progress(total=1))


def _scheduled(asked: engager.ScheduleActivitiesRequest) -> pb.AcceptedWork:
    """Each by itself; those without a post are refused."""
    accepted = pb.AcceptedWork()
    for place, activity in enumerate(asked.activities):
        result = accepted.activities.results.add()
        if activity.post:
            uuid = str(uuid5(NAMESPACE_OID, activity.post))
            result.activity.CopyFrom(engager.Activity(activity_id=uuid, request=activity))
            accepted.names.append(f"engager/activities/{uuid}")
        else:
            result.error.message = f"activities[{place}].post: must not be empty"
            result.error.code = 3
    return accepted
