"""What an HTTP request meets first: whoever takes it, then the methods, and a sentence as JSON for whatever else."""

import re
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

import structlog

from chassis.errors import AtelierError, Unavailable, status_of
from gateway.asgi import Message, Place, Receive, Scope, Send, send_json
from gateway.connect import ConnectMethods
from gateway.errors import DOMAIN
from gateway.refusals import refusal_headers, wire_of

GRPC_CONTENT_TYPE = "application/grpc"
GRPC_WEB_CONTENT_TYPE = "application/grpc-web"
WORDLESS = (
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
)


class Front:
    """The whole ASGI application: asks each of the places in turn whether a request is for it."""

    def __init__(self, *, places: Sequence[Place], methods: ConnectMethods, log: structlog.stdlib.BoundLogger) -> None:
        self._places = places
        self._methods = methods
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; never raises."""
        answer = _Answer(send, scope)
        try:
            await self._answer(scope, receive, answer)
        except AtelierError as error:
            self._note(scope["path"], error)
            await answer.refuse_by(error)
        except Exception:  # noqa: BLE001 - the edge; what a method's call raised was told and logged inside
            self._log.exception("http request failed", path=scope["path"])
            await answer.refuse(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "Something went wrong on our side.")

    async def _answer(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        place = next((one for one in self._places if one.takes(scope)), None)
        if not _is_text(scope):
            await answer.refuse(HTTPStatus.BAD_REQUEST, "invalid_argument", "Headers and query must be valid UTF-8.")
        elif place is not None:
            await place(scope, receive, answer)
        elif not self._methods.has(scope["path"]):
            message = f"There is nothing at {scope['path']}.{_hint(scope['path'], self._methods.paths)}"
            await answer.refuse(HTTPStatus.NOT_FOUND, "unimplemented", message)
        elif _is_native_grpc(scope):
            message = "This port speaks Connect and gRPC-Web; gRPC itself is on the gateway's other port."
            await answer.refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unimplemented", message)
        else:
            methods: Any = self._methods  # Its types spell out every message of ASGI.
            await methods(scope, receive, answer)

    def _note(self, path: str, error: AtelierError) -> None:
        """One line a refusal. Callers' mistakes are theirs; only a lost part is a warning."""
        lost = isinstance(error, Unavailable)
        level = self._log.warning if lost else self._log.info
        level("http request refused", path=path, reason=error.reason, cause=repr(error.__cause__) if lost else None)


class _Answer:
    """The response of one request, which gets a sentence where a method's application would leave it empty."""

    def __init__(self, send: Send, scope: Scope) -> None:
        self._send = send
        self._path = scope["path"]
        self._method = scope["method"]
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
            self._started = True
            await send_json(self._send, status, {"code": code, "message": message}, headers)

    async def refuse_by(self, error: AtelierError) -> None:
        """The same for an error of ours, with its details."""
        if not self._started:
            self._started = True
            wire = wire_of(error)
            told = refusal_headers(error.code, status_of(error, domain=DOMAIN).SerializeToString())
            headers = [(name.encode(), value.encode()) for name, value in told.items()]
            await send_json(self._send, wire.to_http_status().code, wire.to_dict(), headers)

    async def _explain(self, held: Message) -> None:
        code = "unimplemented"
        headers = dict(held["headers"])
        match held["status"]:
            case HTTPStatus.METHOD_NOT_ALLOWED:
                message = f"{self._path} takes {headers.get(b'allow', b'').decode().replace(', ', ' or ')}."
            case HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                code, size = "out_of_range", headers[b"content-range"].decode().removeprefix("bytes */")
                message = f"range: {self._path} has {size} bytes."
            case _ if self._method == "GET":
                message = "Send `?encoding=json&message={…}`, percent-encoded."
            case _:
                message = (
                    "Send `content-type: application/json` or `application/proto`; streams: application/connect+…."
                )
        await self.refuse(held["status"], code, message, held["headers"])


def _has_no_body(message: Message) -> bool:
    """Whether an application is about to refuse a request without a word, as Connect's does before it knows a codec."""
    return message["status"] in WORDLESS


def _hint(path: str, known: Iterable[str]) -> str:
    """Which methods somebody may have meant: those called as the path's last word, however that is written."""
    meant = _plain(path)
    near = sorted(one for one in known if _plain(one) == meant)
    return f" Did you mean {' or '.join(near)}?" if near else ""


def _plain(path: str) -> str:
    return re.sub("[^a-z0-9]", "", path.rstrip("/").rpartition("/")[2].lower())


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
