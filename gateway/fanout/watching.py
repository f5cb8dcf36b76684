"""Use case: watching a batch. The streams of all its work become one, which survives any service's restart."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager

import structlog
from atelier.gateway.v1 import gateway_service_pb2 as pb

from chassis.errors import AtelierError, FieldViolation, InvalidArgument
from gateway.errors import Leaving
from gateway.fanout.board import Board
from gateway.fanout.following import Follower, courses_of
from gateway.fanout.gate import Gate
from gateway.fanout.services import Services
from gateway.metadata import Metadata

TOGETHER_LIMIT = 1_000
ALONE_LIMIT = 200

# Holds a stream to each of these services for as long as the block lasts, or raises AtelierError.
HoldStreams = Callable[[Sequence[str]], AbstractAsyncContextManager[None]]


class Watching:
    """Watches batches. A part, to stop before the ports do, as a watch would hold them up."""

    def __init__(self, services: Services, *, hold_streams: HoldStreams, log: structlog.stdlib.BoundLogger) -> None:
        self._services = services
        self._hold_streams = hold_streams
        self._log = log
        self._watches: set[Watch] = set()
        self._leaving = False

    async def start(self) -> None:
        """Nothing runs unless somebody watches."""

    async def stop(self) -> None:
        """End every watch with Leaving."""
        self._leaving = True
        for watch in self._watches:
            watch.board.fail(Leaving())

    def open(self, names: Sequence[str], metadata: Metadata) -> "Watch":
        """A watch of these, which follows them until it is closed. Raises InvalidArgument, Leaving."""
        if self._leaving:
            raise Leaving
        courses = courses_of(names)
        alone = sum(course.look is None for course, _ in courses)
        if alone > ALONE_LIMIT or len(names) - alone > TOGETHER_LIMIT:
            too_many = "holds more than 200 scans, generations and reviews, or more than 1,000 activities"
            raise InvalidArgument([FieldViolation("names", too_many)])
        board, gates = Board(names), {course.service: Gate() for course, _ in courses}
        followers = [
            Follower(
                services=self._services,
                gate=gates[course.service],
                board=board,
                metadata=metadata,
                course=course,
                names=those,
                log=self._log,
            )
            for course, those in courses
        ]
        watch = Watch(board, followers, self._hold_streams([course.service for course, _ in courses]))
        self._watches.add(watch)
        watch.task.add_done_callback(lambda _: self._watches.discard(watch))
        return watch


class Watch:
    """One watch: a board, those who write on it, and the streams they hold."""

    def __init__(self, board: Board, followers: Sequence[Follower], streams: AbstractAsyncContextManager[None]) -> None:
        self.board = board
        self.task = asyncio.create_task(self._follow(followers, streams))

    def close(self) -> None:
        """Leave the services' streams."""
        self.task.cancel()

    async def answers(self) -> AsyncGenerator[pb.WatchBatchResponse, None]:
        """All as it is now, then what has changed, until all has ended.

        Raises Leaving, Unauthenticated, and what holding the streams does.
        """
        while (answer := await self.board.read()) is not None:
            yield answer

    async def _follow(self, followers: Sequence[Follower], streams: AbstractAsyncContextManager[None]) -> None:
        try:
            async with streams, asyncio.TaskGroup() as following:
                for follower in followers:
                    following.create_task(follower.follow())
        except* AtelierError as errors:
            self.board.fail(errors.exceptions[0])
        except* Exception as errors:  # noqa: BLE001 - the reader gets it
            self.board.fail(errors)
        else:
            self.board.finish()
