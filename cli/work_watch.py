"""Follows work of any kind to its end, by as few streams as it takes, however often the connection is lost."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import aclosing
from math import ceil

from atelier.gateway.v1.gateway_service_pb2 import WatchBatchRequest, WatchedWork

from cli.connection import Gateway
from cli.fields import BadField
from cli.job_services import checked_names
from cli.lasting import LastingStream, LossNotice
from cli.pipeline import merged
from cli.work_board import WorkBoard

# The most that one stream takes of each.
WORK_AT_ONCE, ACTIVITIES_AT_ONCE = 200, 1_000
ACTIVITIES = "engager/activities/"
WATCHABLE = ("resolver/scans/", "generator/generations/", "reviewer/reviews/", ACTIVITIES)

Told = tuple[Sequence[WatchedWork], Sequence[WatchedWork]]
"""Work with the images and files that are new to the stream; and, without these, what of it has changed."""


def checked_work(names: Iterable[str]) -> list[str]:
    """Names of work on the command line, each once. Raises BadField for one of something else."""
    found = checked_names(names)
    for name in found:
        if not name.startswith(WATCHABLE):
            known = ", ".join(f"{kind}<uuid>" for kind in WATCHABLE)
            raise BadField("NAME", f"must be one of {known}; `atelier jobs watch` follows jobs")
    return found


async def follow_work(
    gateway: Gateway, names: Sequence[str], board: WorkBoard, *, is_there: bool
) -> AsyncIterator[Told]:
    """What is told of the work, which is noted on the board, until all of it has ended.

    `is_there`: the gateway answered just now. Raises CliError and `grpc.aio.AioRpcError`.
    """
    notice = LossNotice()

    async def follow(request: WatchBatchRequest) -> AsyncIterator[Told]:
        streams = LastingStream(notice, is_there=is_there)
        async for answer in streams.messages(
            lambda: gateway.batches.WatchBatch(request), lambda: board.have_ended(request.names)
        ):
            yield answer.work, board.take(answer.work)

    async with aclosing(merged([follow(request) for request in watch_requests(names)])) as told:
        async for one in told:
            yield one


def watch_requests(names: Sequence[str]) -> list[WatchBatchRequest]:
    """The fewest requests that all the names have room in, each once."""
    activities = [name for name in dict.fromkeys(names) if name.startswith(ACTIVITIES)]
    others = [name for name in dict.fromkeys(names) if not name.startswith(ACTIVITIES)]
    streams = max(ceil(len(others) / WORK_AT_ONCE), ceil(len(activities) / ACTIVITIES_AT_ONCE))
    return [
        WatchBatchRequest(
            names=[
                *others[at * WORK_AT_ONCE : (at + 1) * WORK_AT_ONCE],
                *activities[at * ACTIVITIES_AT_ONCE : (at + 1) * ACTIVITIES_AT_ONCE],
            ]
        )
        for at in range(streams)
    ]
