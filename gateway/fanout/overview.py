"""Use case: one caller's overview. All services are asked at once, and none waits for another."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from atelier.gateway.v1 import gateway_service_pb2 as pb
from atelier.jobs.v1.jobs_service_pb2 import STATE_RUNNING, Job
from google.protobuf.duration_pb2 import Duration
from google.rpc import status_pb2

from chassis.auth import principal
from gateway.fanout.parts import SHARES, Share
from gateway.fanout.services import ServiceFailed, Services, time_to_ask
from gateway.metadata import Metadata


class Overview:
    """Tells callers what they have, and what is being done for them."""

    def __init__(self, services: Services, *, count_reads: Callable[[int], Awaitable[None]]) -> None:
        """`count_reads` counts so many beside the call itself, and raises where that is too much for its caller."""
        self._services = services
        self._count_reads = count_reads

    async def get(self, *, latest: int, metadata: Metadata, seconds: float) -> pb.GetOverviewResponse:
        """The caller's own, whatever its role, within so many seconds; parts that aren't had by then are missing.

        Raises what `count_reads` does.
        """
        owner, until = principal.get().subject, time_to_ask(seconds)
        await self._count_reads(len(SHARES) - 1)
        overview = pb.GetOverviewResponse(owner=owner)
        # Each is shown when it comes, while the slowest is still waited for.
        await asyncio.gather(
            *(
                self._ask(overview, share, share.request(owner=owner, latest=latest), metadata, until)
                for share in SHARES
            )
        )
        overview.parts.sort(key=lambda part: part.name)
        overview.running.sort(key=_urgency, reverse=True)
        return overview

    async def _ask(
        self, overview: pb.GetOverviewResponse, share: Share, request: Any, metadata: Metadata, until: float | None
    ) -> None:
        """Show what a service answers, and of each part how it went."""
        status, started = status_pb2.Status(), time.monotonic_ns()
        try:
            answer = await self._services.ask(share.service, share.method, request, metadata=metadata, until=until)
            share.show(overview, answer.message)
            _show_jobs(overview, answer.message)
        except ServiceFailed as failed:
            status = failed.status
        latency = Duration()
        latency.FromNanoseconds(time.monotonic_ns() - started)
        for name in share.parts:
            overview.parts.add(name=name, status=status, latency=latency)


def _urgency(job: Job) -> tuple[bool, int]:
    return job.state == STATE_RUNNING, job.create_time.ToNanoseconds()


def _show_jobs(overview: pb.GetOverviewResponse, answer: Any) -> None:
    """What every service tells."""
    overview.running.extend(answer.running)
    overview.unended.scheduled += answer.unended.scheduled
    overview.unended.queued += answer.unended.queued
    overview.unended.running += answer.unended.running
