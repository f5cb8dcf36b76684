"""Health that follows the real state of what a process needs: gRPC health v1 with Check, Watch and List.

Names: "" is the process, each gRPC service has its own, and each dependency stands under its name, such as `postgres`.
"""

import asyncio
import contextlib
import math
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import grpc
import structlog
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import SERVICE_NAME
from grpc_health.v1.health_pb2 import HealthCheckResponse

State = HealthCheckResponse.ServingStatus
PROBE_SECONDS = 2.0
# How often nobody but ourselves looks: while all is well, and while something is away that will come back.
WELL_SECONDS = 5.0
ILL_SECONDS = 2.0
# What was seen longer ago is looked at again once somebody asks, who isn't kept waiting for it.
FRESH_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Dependency:
    """A part the process leans on. `check` raises when it is away; without a required one nothing can be served.

    One that is made of parts returns their states by name, its own included where it isn't SERVING; they are published
    beside it, and all are NOT_SERVING while it is away. `parts` names those that are known before it first answers. A
    part that several have is SERVING when it is in each of them. `on_change` is given what to call when the part itself
    notices that it may have changed.
    """

    name: str
    check: Callable[[], Awaitable[Mapping[str, Any] | None]]
    required: bool = True
    parts: Sequence[str] = ()
    on_change: Callable[[Callable[[], None]], None] | None = None


class Health(health_pb2_grpc.HealthServicer):
    """Probes the dependencies, and tells whoever checks or watches.

    It does so every `interval_seconds` while all is well and sooner while it isn't, when a dependency notices a change,
    and when somebody asks.
    """

    name = SERVICE_NAME

    def __init__(
        self,
        *,
        services: Sequence[str],
        dependencies: Sequence[Dependency],
        log: structlog.stdlib.BoundLogger,
        interval_seconds: float = WELL_SECONDS,
    ) -> None:
        self._dependencies = list(dependencies)
        self._services = ["", *services]
        self._interval_seconds = interval_seconds
        self._log = log
        self._states: dict[str, Any] = dict.fromkeys(self._services, HealthCheckResponse.NOT_SERVING)
        self._parts = {one.name: tuple(one.parts) for one in dependencies}
        self._changed = asyncio.Condition()
        self._look_now = asyncio.Event()
        self._looked_at = -math.inf
        self._stopped = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Probe once, so that the first answer is true, and go on probing."""
        for one in self._dependencies:
            if one.on_change is not None:
                one.on_change(self.look_again)
        await self._probe_all()
        self._task = asyncio.create_task(self._run())

    def look_again(self) -> None:
        """Probe now: a dependency knows that it has changed."""
        self._look_now.set()

    async def stop(self) -> None:
        """Say NOT_SERVING to everyone, so that balancers turn away while calls under way end."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            async with self._changed:
                self._stopped = True
                self._states = dict.fromkeys(self._states, HealthCheckResponse.NOT_SERVING)
                self._changed.notify_all()

    async def Check(self, request: health_pb2.HealthCheckRequest, context: Any) -> HealthCheckResponse:
        """The state as it was seen last. NOT_FOUND for a name nobody here has."""
        self._note_asked()
        state = self._states.get(request.service)
        if state is None:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"There is no service {request.service!r} here.")
        return HealthCheckResponse(status=state)

    async def List(self, request: Any, context: Any) -> Any:
        """Every name and its state, as it was seen last."""
        self._note_asked()
        statuses = {name: HealthCheckResponse(status=state) for name, state in self._states.items()}
        return health_pb2.HealthListResponse(statuses=statuses)

    async def Watch(self, request: health_pb2.HealthCheckRequest, context: Any) -> Any:
        """The present state, then every change; ends with the process, which waits for nobody who only watches.

        Whoever watches the process, "", is also told when only a part of it has changed: the same state again, and List
        has more to say.
        """
        last = None
        while True:
            async with self._changed:
                while (seen := self._seen(request.service)) == last:
                    if self._stopped:
                        return
                    await self._changed.wait()
                state = self._states.get(request.service, HealthCheckResponse.SERVICE_UNKNOWN)
            last = seen
            yield HealthCheckResponse(status=state)

    def _seen(self, name: str) -> object:
        """What a watcher of the name is to be told changes of."""
        return self._states.get(name, HealthCheckResponse.SERVICE_UNKNOWN) if name else self._states

    def _note_asked(self) -> None:
        """Who asks again, as probes and pages do, is told what is."""
        if time.monotonic() - self._looked_at > FRESH_SECONDS:
            self.look_again()

    async def _run(self) -> None:
        while True:
            is_well = all(state == HealthCheckResponse.SERVING for state in self._states.values())
            seconds = self._interval_seconds if is_well else min(self._interval_seconds, ILL_SECONDS)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._look_now.wait()
            self._look_now.clear()
            await self._probe_all()

    async def _probe_all(self) -> None:
        self._looked_at = time.monotonic()
        reports = await asyncio.gather(*(self._probe(dependency) for dependency in self._dependencies))
        pairs = zip(reports, self._dependencies, strict=True)
        served = all(report[one.name] == HealthCheckResponse.SERVING or not one.required for report, one in pairs)
        states = dict.fromkeys(
            self._services, HealthCheckResponse.SERVING if served else HealthCheckResponse.NOT_SERVING
        )
        await self._publish(states | _merged(reports))

    async def _probe(self, dependency: Dependency) -> dict[str, Any]:
        name, error = dependency.name, None
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                report = {name: HealthCheckResponse.SERVING, **(await dependency.check() or {})}
        except Exception as caught:  # noqa: BLE001 - whatever it is, the dependency doesn't work
            error = caught
            report = dict.fromkeys((name, *self._parts[name]), HealthCheckResponse.NOT_SERVING)
        before, self._parts[name] = self._states.get(name), tuple(report)
        if report[name] == HealthCheckResponse.SERVING and before == HealthCheckResponse.NOT_SERVING:
            self._log.info("dependency back", dependency=name)
        elif report[name] != HealthCheckResponse.SERVING and before is None:
            # As whenever all is started together, which is nothing to be warned of.
            self._log.info("dependency awaited", dependency=name, error=_first_line(error))
        elif report[name] != HealthCheckResponse.SERVING and before == HealthCheckResponse.SERVING:
            self._log.warning("dependency lost", dependency=name, error=_first_line(error))
        return report

    async def _publish(self, states: dict[str, Any]) -> None:
        if states != self._states:
            async with self._changed:
                self._states = states
                self._changed.notify_all()


def _merged(reports: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """All reports as one, in which a name has the first state that isn't SERVING, of those that were reported of it."""
    states: dict[str, Any] = {}
    for name, state in (pair for report in reports for pair in report.items()):
        if states.get(name, HealthCheckResponse.SERVING) == HealthCheckResponse.SERVING:
            states[name] = state
    return states


def _first_line(error: Exception | None) -> str | None:
    """What a log line has room for: gRPC's errors describe themselves at length."""
    if isinstance(error, grpc.aio.AioRpcError):
        return f"{error.code().name}: {error.details()}"
    return repr(error) if error else None
