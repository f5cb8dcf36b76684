"""The health of the whole system: what each service says of itself, under one roof.

Names: "" is everything, `gateway` this process, `resolver` a service, `resolver/postgres` what a service leans on, and
`atelier.resolver.v1.ResolverService` a gRPC service of it. A shared gRPC service has its name too, under which it is
SERVING when all who answer it serve it, and each service's own is `resolver/atelier.jobs.v1.JobsService`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from grpc_health.v1 import health_pb2

from chassis.health import Dependency
from gateway.routing import Routes, is_shared

LIST_METHOD = "/grpc.health.v1.Health/List"
# A frozen service must be found out within about three seconds, of which the interval takes one.
ANSWER_SECONDS = 1.5


def system_dependencies(*, routes: Routes, grpc_services: Mapping[str, Sequence[str]]) -> list[Dependency]:
    """The gateway and its services as parts of one health. `grpc_services` names what each service answers."""
    services = [
        Dependency(name, ServiceHealth(name=name, routes=routes).check, parts=_system_names(name, grpc_services[name]))
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
        states = answer.statuses
        return {ours: states[name].status for name in states for ours in _system_names(self._name, [name])}


def _system_names(service: str, names: Iterable[str]) -> Sequence[str]:
    """What the system calls that which a service calls by `names`."""
    found = []
    for name in names:
        own = f"{service}/{name}" if name else service
        if name.startswith("atelier."):
            found += [name, own] if is_shared(f"/{name}/") else [name]
        else:
            found.append(own)
    return found


async def _serve() -> None:
    """The gateway serves while this runs."""
