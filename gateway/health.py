"""The health of the whole system: what each service says of itself, under one roof.

Names: "" is everything, `gateway` this process, `resolver` a service, `resolver/postgres` what a service leans on, and
`atelier.resolver.v1.ResolverService` a gRPC service of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from grpc_health.v1 import health_pb2

from chassis.health import Dependency
from gateway.routing import Routes

LIST_METHOD = "/grpc.health.v1.Health/List"
# A frozen service must be found out within about three seconds, of which the interval takes one.
ANSWER_SECONDS = 1.5


def system_dependencies(*, routes: Routes, grpc_services: Mapping[str, Sequence[str]]) -> list[Dependency]:
    """The gateway and its services as parts of one health. `grpc_services` names what each service answers."""
    services = [
        Dependency(name, ServiceHealth(name=name, routes=routes).check, parts=tuple(grpc_services[name]))
        for name in routes.services
    ]
    return [Dependency("gateway", _serve), *services]


class ServiceHealth:
    """Asks one service for its health."""

    def __init__(self, *, name: str, routes: Routes) -> None:
        self._name = name
        self._routes = routes

    async def check(self) -> Mapping[str, Any]:
        """The state of each of the service's names, as the system calls them. Raises when it doesn't answer."""
        ask: Any = self._routes.channel(self._name).unary_unary(LIST_METHOD)
        data = await ask(health_pb2.HealthListRequest().SerializeToString(), timeout=ANSWER_SECONDS)
        answer = health_pb2.HealthListResponse.FromString(data)
        return {self._system_name(name): answer.statuses[name].status for name in answer.statuses}

    def _system_name(self, name: str) -> str:
        if not name:
            return self._name
        return name if name.startswith("atelier.") else f"{self._name}/{name}"


async def _serve() -> None:
    """The gateway serves while this runs."""
