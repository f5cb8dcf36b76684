"""How full the queues are, as metrics, and whether one is stuck, as health. One statement looks at all of them.

Every process of a service looks for itself and sees the same table: take the highest of their values, not the sum.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import structlog
from grpc_health.v1.health_pb2 import HealthCheckResponse
from opentelemetry.metrics import CallbackOptions, Meter, Observation

from chassis.errors import AtelierError, Unavailable
from chassis.health import Dependency
from chassis.postgres import Database
from jobs import store
from jobs.job import Lane
from jobs.kinds import Kind
from jobs.loops import Loop

if TYPE_CHECKING:
    from chassis.postgres import Connection

LOOK_SECONDS = 10.0
# Counting a table of millions takes its time; no more than a twentieth of all time is spent on it.
REST_FACTOR = 20.0


class QueueStatistics:
    """Looks at all queues of a service; what it saw last is kept for whoever asks."""

    def __init__(
        self,
        *,
        database: Database,
        kinds: Mapping[str, Kind],
        stuck_seconds: float,
        meter: Meter,
        log: structlog.stdlib.BoundLogger,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._database = database
        self._kinds = sorted(kinds)
        self._stuck_seconds = stuck_seconds
        self._log = log
        self._look_seconds = look_seconds
        self._queues: Sequence[store.Row] = ()
        self._problem: Exception | None = Unavailable("The queues weren't looked at yet.")
        self._stuck: set[str] = set()
        self._rest_seconds = look_seconds
        self._loop = Loop("look at queues", self._rest_and_look, log=log)
        for name, observe, description in (
            ("jobs.depth", self._observe_depth, "Jobs that are QUEUED, by lane."),
            (
                "jobs.oldest_age_seconds",
                self._observe_age,
                "How long the QUEUED job due longest has been due, by lane.",
            ),
            ("jobs.scheduled", self._observer("scheduled"), "Jobs that are SCHEDULED."),
            ("jobs.running", self._observer("running"), "Jobs that are RUNNING."),
            ("jobs.failed", self._observer("failed"), "Jobs that are FAILED and still kept."),
            ("jobs.stuck", self._observer("stuck"), "1 while jobs are due and nothing moves."),
        ):
            meter.create_observable_gauge(name, callbacks=[observe], description=description)

    @property
    def dependency(self) -> Dependency:
        """The queues as a part of the process's health, which serves whatever becomes of them."""
        return Dependency("queues", self.check, required=False, parts=[f"queue/{kind}" for kind in self._kinds])

    async def start(self) -> None:
        """Look once, so that the first answer is true, and go on looking."""
        await self._look()
        await self._loop.start()

    async def stop(self) -> None:
        """Look no more."""
        await self._loop.stop()

    async def check(self) -> Mapping[str, Any]:
        """The state of each queue: NOT_SERVING while it is stuck. Raises what kept them from being looked at."""
        if self._problem is not None:
            raise self._problem
        states = {f"queue/{row['kind']}": _state(stuck=row["stuck"]) for row in self._queues}
        return {"queues": _state(stuck=bool(self._stuck)), **states}

    async def _rest_and_look(self) -> None:
        await asyncio.sleep(self._rest_seconds)
        await self._look()

    async def _look(self) -> None:
        async def read(connection: "Connection") -> store.Rows:
            return await store.measure_queues(connection, self._kinds, stuck_seconds=self._stuck_seconds, in_full=False)

        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            self._queues, self._problem = await self._database.run(read), None
        except AtelierError as error:
            # Numbers of a while ago would pass for today's.
            self._queues, self._problem = (), error
        else:
            self._tell_stuck({row["kind"] for row in self._queues if row["stuck"]})
        self._rest_seconds = max(self._look_seconds, REST_FACTOR * (loop.time() - began))

    def _tell_stuck(self, stuck: set[str]) -> None:
        """Log what has changed, once."""
        for kind in sorted(stuck - self._stuck):
            self._log.warning("queue is stuck", kind=kind, stuck_seconds=self._stuck_seconds)
        for kind in sorted(self._stuck - stuck):
            self._log.info("queue moves again", kind=kind)
        self._stuck = stuck

    def _observe_depth(self, options: CallbackOptions) -> Iterable[Observation]:
        return self._by_lane("waiting")

    def _observe_age(self, options: CallbackOptions) -> Iterable[Observation]:
        return self._by_lane("oldest_seconds")

    def _by_lane(self, column: str) -> Iterable[Observation]:
        for row in self._queues:
            values = dict(zip(row["lanes"], row[column], strict=True))
            for lane in Lane:
                yield Observation(values.get(lane, 0), {"kind": row["kind"], "lane": lane.name})

    def _observer(self, column: str) -> Callable[[CallbackOptions], Iterable[Observation]]:
        def observe(options: CallbackOptions) -> Iterable[Observation]:
            return [Observation(int(row[column]), {"kind": row["kind"]}) for row in self._queues]

        return observe


def _state(*, stuck: bool) -> Any:
    return HealthCheckResponse.NOT_SERVING if stuck else HealthCheckResponse.SERVING
