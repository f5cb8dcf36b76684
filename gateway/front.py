"""What an HTTP request meets first: `/healthz`, pictures, the methods, and a sentence as JSON for whatever else."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any

import grpc
import structlog
from grpc_health.v1 import health_pb2
from grpc_health.v1.health_pb2 import HealthCheckResponse

from chassis.errors import AtelierError, Unavailable
from chassis.health import Health, State
from chassis.media import PREFIX as MEDIA_PREFIX
from gateway.connect import ConnectMethods
from gateway.refusals import json_of, refusal_of

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

HEALTH_PATH = "/healthz"
GRPC_CONTENT_TYPE = "application/grpc"
GRPC_WEB_CONTENT_TYPE = "application/grpc-web"
WORDLESS = (
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
)
# What an error of ours, raised outside of a method, is over HTTP.
STATUSES = {
    grpc.StatusCode.PERMISSION_DENIED: HTTPStatus.FORBIDDEN,
    grpc.StatusCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    grpc.StatusCode.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}


class Front:
    """The whole ASGI application: stands before those that answer the methods and, if there is one, show pictures."""

    def __init__(
        self,
        *,
        methods: ConnectMethods,
        media: Application | None,
        health: Health,
        log: structlog.stdlib.BoundLogger,
    ) -> None:
        self._methods = methods
        self._media = media
        self._health = health
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; never raises."""
        answer = _Answer(send, path=scope["path"])
        try:
            await self._answer(scope, receive, answer)
        except AtelierError as error:
            self._note(scope["path"], error)
            await answer.refuse_by(error)
        except Exception:  # noqa: BLE001 - the edge; what a method's call raised was told and logged inside
            self._log.exception("http request failed", path=scope["path"])
            await answer.refuse(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "Something went wrong on our side.")

    async def _answer(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        if scope["path"] == HEALTH_PATH:
            await self._answer_health(scope["method"], answer)
        elif self._media is not None and scope["path"].startswith(MEDIA_PREFIX):
            await self._media(scope, receive, answer)
        elif not self._methods.has(scope["path"]):
            await answer.refuse(HTTPStatus.NOT_FOUND, "unimplemented", f"There is nothing at {scope['path']}.")
        elif not _is_text(scope):
            await answer.refuse(HTTPStatus.BAD_REQUEST, "invalid_argument", "Headers and query must be valid UTF-8.")
        elif _is_native_grpc(scope):
            message = "This port speaks Connect and gRPC-Web; gRPC itself is on the gateway's other port."
            await answer.refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unimplemented", message)
        else:
            methods: Any = self._methods  # Its types spell out every message of ASGI.
            await methods(scope, receive, answer)

    async def _answer_health(self, method: str, answer: "_Answer") -> None:
        if method not in ("GET", "HEAD"):
            await answer.refuse(HTTPStatus.METHOD_NOT_ALLOWED, "unimplemented", f"{HEALTH_PATH} takes GET.")
            return
        listed = await self._health.List(health_pb2.HealthListRequest(), None)
        states = {name: State.Name(listed.statuses[name].status) for name in sorted(listed.statuses)}
        whole = states.pop("")
        fine = whole == State.Name(HealthCheckResponse.SERVING)
        body = {"state": whole, "parts": states}
        await answer.send_json(HTTPStatus.OK if fine else HTTPStatus.SERVICE_UNAVAILABLE, body)

    def _note(self, path: str, error: AtelierError) -> None:
        """One line a refusal. Callers' mistakes are theirs; only a lost part is a warning."""
        lost = isinstance(error, Unavailable)
        level = self._log.warning if lost else self._log.info
        level("http request refused", path=path, reason=error.reason, cause=repr(error.__cause__) if lost else None)


class _Answer:
    """The response of one request, which gets a sentence where a method's application would leave it empty."""

    def __init__(self, send: Send, *, path: str) -> None:
        self._send = send
        self._path = path
        self._started = False
        self._held: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _has_no_body(message):
            self._held = message
            return
        held, self._held = self._held, None
        if held is None:
            self._started = True
            await self._send(message)
        else:
            await self._explain(held)

    async def refuse(self, status: int, code: str, message: str, headers: Any = ()) -> None:
        """An error in Connect's form, unless the response has begun."""
        if not self._started:
            await self.send_json(status, {"code": code, "message": message}, headers)

    async def refuse_by(self, error: AtelierError) -> None:
        """The same for an error of ours, with its details."""
        if not self._started:
            await self.send_json(STATUSES[error.code], json_of(refusal_of(error)))

    async def send_json(self, status: int, body: Any, headers: Any = ()) -> None:
        """The whole response."""
        self._started = True
        data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        fields = [
            *headers,
            (b"content-type", b"application/json"),
            (b"content-length", str(len(data)).encode()),
            (b"cache-control", b"no-store"),
        ]
        await self._send({"type": "http.response.start", "status": int(status), "headers": fields})
        await self._send({"type": "http.response.body", "body": data, "more_body": False})

    async def _explain(self, held: Message) -> None:
        code = "unimplemented"
        headers = dict(held["headers"])
        match held["status"]:
            case HTTPStatus.METHOD_NOT_ALLOWED:
                message = f"{self._path} takes {headers.get(b'allow', b'').decode().replace(', ', ' or ')}."
            case HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                code, size = "out_of_range", headers[b"content-range"].decode().removeprefix("bytes */")
                message = f"range: {self._path} has {size} bytes."
            case _:
                message = (
                    "Send `content-type: application/json` or `application/proto`; streams: application/connect+…."
                )
        await self.refuse(held["status"], code, message, held["headers"])


def _has_no_body(message: Message) -> bool:
    """Whether an application is about to refuse a request without a word, as Connect's does before it knows a codec."""
    return message["status"] in WORDLESS


def _is_text(scope: Scope) -> bool:
    try:
        scope.get("query_string", b"").decode()
        for name, value in scope["headers"]:
            name.decode(), value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_native_grpc(scope: Scope) -> bool:
    kind = dict(scope["headers"]).get(b"content-type", b"").decode()
    return bool(kind.startswith(GRPC_CONTENT_TYPE) and not kind.startswith(GRPC_WEB_CONTENT_TYPE))
