"""What `atelier jobs watch` does: follows jobs of any service, on a live table or as a line for every change."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

import grpc
from atelier.jobs.v1.jobs_service_pb2 import GetJobRequest, Job, WatchJobsRequest

from cli.connection import Gateway
from cli.job_board import Board, change_line
from cli.job_documents import job_document
from cli.job_services import checked_service, service_of, services_asked
from cli.lasting import LastingStream, LossNotice
from cli.live_board import showing
from cli.pipeline import merged
from cli.showing import Telling

NAMES_AT_ONCE = 1000  # the most that one call takes


async def watch_jobs(gateway: Gateway, what: Sequence[str], *, kind: str, owner: str, as_json: bool) -> int:
    """Show the named jobs until all have ended, or a service's, or every service's, for ever; how many didn't succeed.

    Raises BadField, CliError and `grpc.aio.AioRpcError`.
    """
    board = Board()
    requests = await _requests(gateway, what)
    for request in requests:
        request.kind, request.owner = kind, owner
    notice = LossNotice()
    streams = [_follow(gateway, board, request, notice) for request in requests]
    with showing(board.table, job_document, change_line, Telling.of(as_json=as_json)) as show:
        async with aclosing(merged(streams)) as changes:
            async for jobs in changes:
                show(jobs)
    return board.unsuccessful()


async def _requests(gateway: Gateway, what: Sequence[str]) -> list[WatchJobsRequest]:
    names = [name for name in what if "/" in name]
    services = [checked_service(name) for name in what if "/" not in name]
    if not what:
        services = await services_asked(gateway, None)
    requests = [WatchJobsRequest(parent=service) for service in services]
    for service in dict.fromkeys(map(service_of, names)):
        own = [name for name in names if service_of(name) == service]
        requests += [
            WatchJobsRequest(parent=service, names=own[start : start + NAMES_AT_ONCE])
            for start in range(0, len(own), NAMES_AT_ONCE)
        ]
    return requests


async def _follow(
    gateway: Gateway, board: Board, request: WatchJobsRequest, notice: LossNotice
) -> AsyncIterator[Sequence[Job]]:
    """The changes of what is asked for, as often as the stream must be opened."""
    stream = LastingStream(notice)
    names = list(request.names)

    def ended() -> bool:
        return bool(names) and board.have_ended(names)

    async for jobs in stream.messages(lambda: _stream(gateway, board, request), ended):
        changed = board.take(jobs)
        if changed:
            yield changed


async def _stream(gateway: Gateway, board: Board, request: WatchJobsRequest) -> AsyncIterator[Sequence[Job]]:
    """One stream's messages; after the first one also what has ended since an earlier stream broke."""
    missed = [] if request.names else board.unended(request.parent)
    async for answer in gateway.jobs.WatchJobs(request):
        yield answer.jobs
        told = {job.name for job in answer.jobs}
        for name in missed:
            if name not in told:
                yield await _look_up(gateway, name)
        missed = []


async def _look_up(gateway: Gateway, name: str) -> Sequence[Job]:
    try:
        return [(await gateway.jobs.GetJob(GetJobRequest(name=name))).job]
    except grpc.aio.AioRpcError as error:
        if error.code() == grpc.StatusCode.NOT_FOUND:
            return []
        raise
