"""Use case: one caller's overview. All parts are asked for at once, and none waits for another."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from atelier.gateway.v1 import gateway_service_pb2 as pb
from google.rpc import status_pb2

from chassis.auth import principal
from gateway.fanout.parts import PARTS, Part
from gateway.fanout.services import ServiceFailed, Services, time_to_ask
from gateway.metadata import Metadata

LATEST_TOLD = 5


class Overview:
    """Tells callers what they have, and what is being done for them."""

    def __init__(self, services: Services, *, count_reads: Callable[[int], Awaitable[None]]) -> None:
        """`count_reads` counts so many beside the call itself, and raises where that is too much for its caller."""
        self._services = services
        self._count_reads = count_reads

    async def get(self, *, latest: int, metadata: Metadata, seconds: float) -> pb.GetOverviewResponse:
        """The caller's own, whatever its role, within so many seconds; a part that isn't had by then is missing.

        Raises what `count_reads` does.
        """
        owner, until = principal.get().subject, time_to_ask(seconds)
        await self._count_reads(len(PARTS) - 1)
        asked = [self._ask(part, owner, latest or LATEST_TOLD, metadata, until) for part in PARTS]
        overview = pb.GetOverviewResponse(owner=owner)
        for part, (told, answer) in zip(PARTS, await asyncio.gather(*asked), strict=True):
            overview.parts.append(told)
            if answer is not None:
                part.show(overview, answer)
        overview.parts.sort(key=lambda part: part.name)
        overview.running.sort(key=lambda job: job.create_time.ToNanoseconds(), reverse=True)
        return overview

    async def _ask(
        self, part: Part, owner: str, latest: int, metadata: Metadata, until: float | None
    ) -> tuple[pb.OverviewPart, Any]:
        """How it went, and the answer; None: there is none."""
        answer, status, started = None, status_pb2.Status(), time.monotonic()
        request = part.request(owner, latest)
        try:
            answer = await self._services.ask(part.service, part.method, request, metadata=metadata, until=until)
        except ServiceFailed as failed:
            status = failed.status
        latency = timedelta(seconds=time.monotonic() - started)
        return pb.OverviewPart(name=part.name, status=status, latency=latency), answer and answer.message
