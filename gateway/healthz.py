"""The state of the system and of each of its parts, for probes: `GET /healthz`, which needs no token."""

from http import HTTPStatus

from grpc_health.v1 import health_pb2
from grpc_health.v1.health_pb2 import HealthCheckResponse

from chassis.health import Health, State
from gateway.asgi import Receive, Scope, Send, send_json, send_whole

PATH = "/healthz"
METHODS = ("GET", "HEAD")


class Healthz:
    """Tells 200 while all that is needed serves, else 503."""

    def __init__(self, health: Health) -> None:
        self._health = health

    def takes(self, scope: Scope) -> bool:
        return bool(scope["path"] == PATH)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in METHODS:
            await send_whole(send, HTTPStatus.METHOD_NOT_ALLOWED, {"allow": ", ".join(METHODS)})
            return
        listed = await self._health.List(health_pb2.HealthListRequest(), None)
        states = {name: State.Name(listed.statuses[name].status) for name in sorted(listed.statuses)}
        whole = states.pop("")
        fine = whole == State.Name(HealthCheckResponse.SERVING)
        status = HTTPStatus.OK if fine else HTTPStatus.SERVICE_UNAVAILABLE
        await send_json(send, status, {"state": whole, "parts": states})
