"""Health that follows the real state of what a process needs: gRPC health v1 with Check, Watch and List.

Names: "" is the process, each gRPC service has its own, and each dependency stands under its name, such as `postgres`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
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
    """A part the process leans on. `check` raises when it is away; without a required one nothing can be served."""

    name: str
    check: Callable[[], Awaitable[None]]
    required: bool = True


class Health(health_pb2_grpc.HealthServicer):
    """Probes the dependencies every `interval_seconds` and tells whoever checks or watches."""

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
        self._changed = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Probe once, so that the first answer is true, and go on probing."""
        await self._probe_all()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Say NOT_SERVING to everyone, so that balancers turn away while calls under way end."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self._publish(dict.fromkeys(self._states, HealthCheckResponse.NOT_SERVING))

    async def Check(self, request: health_pb2.HealthCheckRequest, context: Any) -> HealthCheckResponse:
        """The present state. NOT_FOUND for a name nobody here has."""
        state = self._states.get(request.service)
        if state is None:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"There is no service {request.service!r} here.")
        return HealthCheckResponse(status=state)

    async def List(self, request: Any, context: Any) -> Any:
        """Every name and its state."""
        statuses = {name: HealthCheckResponse(status=state) for name, state in self._states.items()}
        return health_pb2.HealthListResponse(statuses=statuses)  # type: ignore[attr-defined] # newer than its types

    async def Watch(self, request: health_pb2.HealthCheckRequest, context: Any) -> Any:
        """The present state, then every change."""
        last = None
        while True:
            async with self._changed:
                while (state := self._states.get(request.service, HealthCheckResponse.SERVICE_UNKNOWN)) == last:
                    await self._changed.wait()
            last = state
            yield HealthCheckResponse(status=state)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._interval_seconds)
            await self._probe_all()

    async def _probe_all(self) -> None:
        well = await asyncio.gather(*(self._probe(dependency) for dependency in self._dependencies))
        served = all(fine or not one.required for fine, one in zip(well, self._dependencies, strict=True))
        states = dict.fromkeys(self._services, _state(served))
        states |= {one.name: _state(fine) for fine, one in zip(well, self._dependencies, strict=True)}
        await self._publish(states)

    async def _probe(self, dependency: Dependency) -> bool:
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                await dependency.check()
        except Exception as error:  # noqa: BLE001 - whatever it is, the dependency doesn't work
            if self._states.get(dependency.name) != HealthCheckResponse.NOT_SERVING:
                self._log.warning("dependency lost", dependency=dependency.name, error=repr(error))
            return False
        if self._states.get(dependency.name) == HealthCheckResponse.NOT_SERVING:
            self._log.info("dependency back", dependency=dependency.name)
        return True

    async def _publish(self, states: dict[str, Any]) -> None:
        if states != self._states:
            async with self._changed:
                self._states = states
                self._changed.notify_all()


def _state(fine: bool) -> Any:
    return HealthCheckResponse.SERVING if fine else HealthCheckResponse.NOT_SERVING
