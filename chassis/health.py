"""Health that follows the real state of what a process needs: gRPC health v1 with Check, Watch and List.

Names: "" is the process, each gRPC service has its own, and each dependency stands under its name, such as `postgres`.
"""

import asyncio
import contextlib
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


@dataclass(frozen=True, slots=True)
class Dependency:
    """A part the process leans on. `check` raises when it is away; without a required one nothing can be served.

    One that is made of parts returns their states by name, its own included where it isn't SERVING; they are published
    beside it, and all are NOT_SERVING while it is away. `parts` names those that are known before it first answers. A
    part that several have is SERVING when it is in each of them.
    """

    name: str
    check: Callable[[], Awaitable[Mapping[str, Any] | None]]
    required: bool = True
    parts: Sequence[str] = ()


class Health(health_pb2_grpc.HealthServicer):
    """Probes the dependencies every `interval_seconds`, or when told to, and tells whoever checks or watches."""

    name = SERVICE_NAME

    def __init__(
        self,
        *,
        services: Sequence[str],
        dependencies: Sequence[Dependency],
        interval_seconds: float,
        log: structlog.stdlib.BoundLogger,
    ) -> None:
        self._dependencies = list(dependencies)
        self._services = ["", *services]
        self._interval_seconds = interval_seconds
        self._log = log
        self._states: dict[str, Any] = dict.fromkeys(self._services, HealthCheckResponse.NOT_SERVING)
        self._parts = {one.name: tuple(one.parts) for one in dependencies}
        self._changed = asyncio.Condition()
        self._look_now = asyncio.Event()
        self._stopped = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Probe once, so that the first answer is true, and go on probing."""
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
        """The present state. NOT_FOUND for a name nobody here has."""
        state = self._states.get(request.service)
        if state is None:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"There is no service {request.service!r} here.")
        return HealthCheckResponse(status=state)

    async def List(self, request: Any, context: Any) -> Any:
        """Every name and its state."""
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

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._interval_seconds):
                    await self._look_now.wait()
            self._look_now.clear()
            await self._probe_all()

    async def _probe_all(self) -> None:
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
