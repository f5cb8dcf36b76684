"""Follows work at its service, and goes on when the service comes back."""

import asyncio
import random
import time
from collections.abc import Collection, Iterable
from contextlib import aclosing

import grpc
import structlog
from atelier.gateway.v1 import gateway_service_pb2 as pb
from google.rpc import status_pb2

from chassis.errors import Unauthenticated, status_of
from gateway.errors import DOMAIN, ServiceUnavailable
from gateway.fanout.board import Board
from gateway.fanout.gate import Gate, Turn
from gateway.fanout.services import ServiceFailed, Services
from gateway.fanout.watched import COURSES, Course, Look
from gateway.metadata import Metadata

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0
LOOKS_AT_ONCE = 32
# All looks together: who hangs meanwhile is told as away, not waited for a minute each.
LOOKING_SECONDS = 30.0
# After these the same call would end the same way.
FINAL_CODES = frozenset(
    code.value[0]
    for code in (
        grpc.StatusCode.NOT_FOUND,
        grpc.StatusCode.PERMISSION_DENIED,
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.UNIMPLEMENTED,
    )
)
NOT_FOUND = grpc.StatusCode.NOT_FOUND.value[0]
UNAUTHENTICATED = grpc.StatusCode.UNAUTHENTICATED.value[0]


class Follower:
    """Follows pieces of work that share a stream, and writes what it is told on a board."""

    def __init__(
        self,
        *,
        services: Services,
        gate: Gate,
        board: Board,
        metadata: Metadata,
        course: Course,
        names: Collection[str],
        log: structlog.stdlib.BoundLogger,
    ) -> None:
        self._services = services
        self._gate = gate
        self._board = board
        self._metadata = metadata
        self._course = course
        self._left = list(names)
        self._log = log
        self._strange: set[str] = set()
        self._pause_seconds = 0.0
        self._is_told = True

    async def follow(self) -> None:
        """Return when all has ended. Raises Unauthenticated when the caller's token is no longer taken."""
        while self._left:
            try:
                async with self._gate.turn() as turn:
                    await self._watch(turn)
                lost = status_of(ServiceUnavailable(self._course.service), domain=DOMAIN)
            except ServiceFailed as failed:
                lost = failed.status
            if self._left:
                await self._cope(lost)

    async def _watch(self, turn: Turn) -> None:
        """Write all that one stream tells, and forget what has ended. Raises ServiceFailed."""
        course, final, began = self._course, set[str](), time.monotonic()
        request = course.request([_id(name) for name in self._left])
        answers = self._services.watch(course.service, course.method, request, metadata=self._metadata)
        try:
            async with aclosing(answers):
                async for answer in answers:
                    turn.answered()
                    self._is_told = True
                    for work in course.told(answer):
                        self._check_state(work)
                        await self._board.write(work)
                        if work.state != pb.WORK_STATE_RUNNING:
                            final.add(work.name)
                    turn.end()
        except ServiceFailed:
            # More may come of one whose stream hasn't ended.
            if course.look is None:
                final.clear()
            raise
        finally:
            self._forget(final)
            # One that breaks after its first word each time is no service that is back.
            if time.monotonic() - began > LONGEST_PAUSE_SECONDS:
                self._pause_seconds = 0.0

    def _check_state(self, work: pb.WatchedWork) -> None:
        """What a newer service calls by a name of its own goes on, as far as is known here; the log has it once."""
        if work.state == pb.WORK_STATE_UNSPECIFIED:
            work.state = pb.WORK_STATE_RUNNING
            if work.name not in self._strange:
                self._strange.add(work.name)
                self._log.warning("work in a state that is unknown here", work=work.name)

    async def _cope(self, lost: status_pb2.Status) -> None:
        """Forget what is nowhere to be found; of the rest say once why it isn't told of, and wait a while."""
        if lost.code == UNAUTHENTICATED:
            raise Unauthenticated(lost.message)
        look = self._course.look
        if lost.code == NOT_FOUND and look is not None:
            await self._look_for_missing(look)
        elif lost.code in FINAL_CODES:
            self._give_up(self._left, lost)
        else:
            await self._pause(lost)

    async def _look_for_missing(self, look: Look) -> None:
        gate, until = asyncio.Semaphore(LOOKS_AT_ONCE), time.monotonic() + LOOKING_SECONDS

        async def look_for(name: str) -> status_pb2.Status | None:
            async with gate:
                return await self._problem_of(look, name, until)

        names = self._left
        problems = await asyncio.gather(*map(look_for, names))
        missing = {name: problem for name, problem in zip(names, problems, strict=True) if problem is not None}
        for name, problem in missing.items():
            self._give_up([name], problem)
        if not missing:  # Or it would be asked again and again at once.
            await self._pause(status_of(ServiceUnavailable(self._course.service), domain=DOMAIN))

    async def _problem_of(self, look: Look, name: str, until: float) -> status_pb2.Status | None:
        """Why it isn't there; None: it is, or nobody can tell."""
        request = look.request(_id(name))
        try:
            await self._services.ask(self._course.service, look.method, request, metadata=self._metadata, until=until)
        except ServiceFailed as failed:
            return failed.status if failed.status.code == NOT_FOUND else None
        return None

    async def _pause(self, problem: status_pb2.Status) -> None:
        if self._is_told:
            self._board.interrupt(self._left, problem)
            self._is_told = False
        self._pause_seconds = min(LONGEST_PAUSE_SECONDS, 2 * self._pause_seconds or FIRST_PAUSE_SECONDS)
        await asyncio.sleep(self._pause_seconds * random.uniform(0.5, 1.0))  # noqa: S311 - it spreads, it hides nothing

    def _give_up(self, names: Collection[str], problem: status_pb2.Status) -> None:
        self._board.interrupt(names, problem, state=pb.WORK_STATE_NOT_FOUND)
        self._forget(names)

    def _forget(self, names: Iterable[str]) -> None:
        ended = frozenset(names)
        self._left = [name for name in self._left if name not in ended]


def courses_of(names: Iterable[str]) -> list[tuple[Course, list[str]]]:
    """The names by the streams that tell of them."""
    alone: list[tuple[Course, list[str]]] = []
    together: dict[str, list[str]] = {}
    for name in names:
        kind = name.rpartition("/")[0]
        if COURSES[kind].look is None:
            alone.append((COURSES[kind], [name]))
        else:
            together.setdefault(kind, []).append(name)
    return alone + [(COURSES[kind], those) for kind, those in together.items()]


def _id(name: str) -> str:
    return name.rpartition("/")[2]
