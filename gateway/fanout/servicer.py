"""gateway.v1.GatewayService: proto in, use case, proto out."""

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

from atelier.gateway.v1 import gateway_service_pb2 as pb
from atelier.gateway.v1 import gateway_service_pb2_grpc as pb_grpc

from chassis.auth import Role
from chassis.context import remaining_seconds
from gateway.fanout.overview import Overview
from gateway.fanout.submitting import Submitting
from gateway.fanout.system import System
from gateway.fanout.watching import Watching
from gateway.metadata import forwarded

ROLES: Mapping[str, frozenset[Role]] = {"GetSystem": frozenset({Role.OPERATOR})}
# Who looks at how things are and says nothing of its time isn't left waiting for a service that is away.
LOOK_SECONDS = 3.0


class GatewayServicer(pb_grpc.GatewayServiceServicer):
    """Requests arrive here authenticated and valid by the proto's rules; errors leave through the interceptor."""

    def __init__(self, *, submitting: Submitting, watching: Watching, overview: Overview, system: System) -> None:
        self._submitting = submitting
        self._watching = watching
        self._overview = overview
        self._system = system

    async def SubmitBatch(self, request: pb.SubmitBatchRequest, context: Any) -> pb.SubmitBatchResponse:
        results = await self._submitting.submit(
            request.request_id, request.items, metadata=forwarded(context), seconds=remaining_seconds()
        )
        return pb.SubmitBatchResponse(results=results)

    async def WatchBatch(self, request: pb.WatchBatchRequest, context: Any) -> AsyncIterator[pb.WatchBatchResponse]:
        watch = self._watching.open(request.names, forwarded(context))
        # However the caller's side ends, also where nobody resumes this generator.
        context.add_done_callback(lambda _: watch.close())
        async with aclosing(watch.answers()) as answers:
            async for answer in answers:
                yield answer

    async def GetOverview(self, request: pb.GetOverviewRequest, context: Any) -> pb.GetOverviewResponse:
        return await self._overview.get(
            latest=request.latest, metadata=forwarded(context), seconds=_look_seconds(context)
        )

    async def GetSystem(self, request: pb.GetSystemRequest, context: Any) -> pb.GetSystemResponse:
        return await self._system.get(metadata=forwarded(context), seconds=_look_seconds(context))


def _look_seconds(context: Any) -> float:
    remaining: float | None = context.time_remaining()
    return LOOK_SECONDS if remaining is None else remaining
