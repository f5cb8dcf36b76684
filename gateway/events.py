"""Server-sent events (WHATWG HTML, 9.2): streams that change nothing, for browsers and `curl`.

A request is handed on as Connect's streaming one, and what it answers is written as events: so who may call, deadlines,
limits and errors are what they are for every other call.

`event: message` has a message as JSON; `event: failure` has Connect's error (browsers use `error` for themselves);
`event: end` has what Connect ends a stream with. After it, as after a failure that a second try wouldn't mend, a
browser that connects again gets 204, which tells it to leave it at that.
"""

import asyncio
import base64
import binascii
import json
import struct
from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from google.rpc.error_details_pb2 import RetryInfo

from chassis.errors import FieldViolation, InvalidArgument
from gateway.asgi import Application, Message, Receive, Scope, Send, headers_of, send_piece, send_whole
from gateway.session import session_token

EVENT_STREAM = "text/event-stream"
HEARTBEAT = b":\n\n"
HEARTBEAT_SECONDS = 15.0
END_ID = "end"
# Calls that ended so may be sent again as they are: the stream begins anew with what is. A browser sets no deadline, so
# one that passed is the bound on a silent stream.
PASSING = ("unavailable", "canceled", "aborted", "deadline_exceeded")
RETRY_MILLISECONDS = 1000
# However soon a service says: a browser would else connect as fast as it can.
LEAST_RETRY_MILLISECONDS = 100
ENVELOPE = struct.Struct(">BI")  # connectrpc.com/docs/protocol, "Streaming RPCs"
END_FLAG = 0b10
# What is said of the one form and not of the other. Messages compressed in Connect's way would be no text.
FORM_HEADERS = (b"content-type", b"content-length", b"connect-content-encoding", b"connect-accept-encoding")
HEAD = ((b"content-type", EVENT_STREAM.encode()), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no"))


class Events:
    """The application of the streams at `paths`, which `methods` answer by Connect."""

    def __init__(
        self,
        *,
        methods: Application,
        paths: Collection[str],
        max_message_bytes: int,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
    ) -> None:
        self._methods = methods
        self._paths = frozenset(paths)
        self._max_message_bytes = max_message_bytes
        self._heartbeat_seconds = heartbeat_seconds

    def takes(self, scope: Scope) -> bool:
        """A stream has no other form for GET; a POST says that it wants events."""
        if scope["path"] not in self._paths:
            return False
        wants_events = EVENT_STREAM in headers_of(scope).get("accept", "")
        return scope["method"] == "GET" or (scope["method"] == "POST" and wants_events)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Raises InvalidArgument for a query without a message that can be read."""
        headers = headers_of(scope)
        is_get = scope["method"] == "GET"
        if headers.get("last-event-id") == END_ID:
            await send_whole(send, HTTPStatus.NO_CONTENT, {})
        elif not is_get and (not _is_json(headers) or "content-encoding" in headers):
            await send_whole(send, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, {})
        else:
            request = _Request(receive, _asked(scope) if is_get else None, self._max_message_bytes)
            await self._stream(_as_connect(scope), request, _Response(send))

    async def _stream(self, scope: Scope, request: "_Request", response: "_Response") -> None:
        heart = asyncio.create_task(response.beat(self._heartbeat_seconds))
        try:
            await self._methods(scope, request, response)
        finally:
            heart.cancel()
            await asyncio.gather(heart, return_exceptions=True)


class _Request:
    """Gives a request's body, or the message that its query had, as the one message of a Connect stream."""

    def __init__(self, receive: Receive, message: bytes | None, limit: int) -> None:
        self._receive = receive
        self._message = message
        self._limit = limit
        self._given = False

    async def __call__(self) -> Message:
        if self._given:
            return await self._receive()
        data, more = bytearray(self._message or b""), self._message is None
        while more and len(data) <= self._limit:  # One that is too large is refused as any other is.
            message = await self._receive()
            if message["type"] == "http.disconnect":
                return message
            data += message.get("body", b"")
            more = message.get("more_body", False)
        self._given = True
        return {"type": "http.request", "body": ENVELOPE.pack(0, len(data)) + data, "more_body": False}


class _Response:
    """Takes the response of a Connect stream, each of whose messages comes whole, and sends it as events."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._begun = False
        self._is_stream = True
        self._count = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._is_stream = message["status"] == HTTPStatus.OK
            await (self._begin(message["headers"]) if self._is_stream else self._send(message))
        elif self._is_stream:
            await send_piece(self._send, self._events(message["body"]), more=message["more_body"])
        else:
            await self._send(message)

    async def beat(self, seconds: float) -> None:
        """Send a comment again and again, so that nobody between takes the stream for dead; until cancelled."""
        while True:
            await asyncio.sleep(seconds)
            await self._begin(())
            await send_piece(self._send, HEARTBEAT, more=True)

    async def _begin(self, headers: Any) -> None:
        """Send the head, unless a heartbeat has."""
        if self._begun:
            return
        self._begun = True
        kept = [(name, value) for name, value in headers if name.lower() not in FORM_HEADERS]
        await self._send({"type": "http.response.start", "status": int(HTTPStatus.OK), "headers": [*HEAD, *kept]})

    def _events(self, enveloped: bytes) -> bytes:
        flags: int = ENVELOPE.unpack_from(enveloped)[0]
        data = enveloped[ENVELOPE.size :]
        if flags & END_FLAG:
            return _last_events(json.loads(data))
        self._count += 1
        return b"event: message\nid: %d\ndata: %s\n\n" % (self._count, data)


def _last_events(end: dict[str, Any]) -> bytes:
    """The events that Connect's end of a stream becomes: how it failed, if it did, and whether that was all."""
    error = end.pop("error", None)
    if error is None:
        return _event("end", end, f"id: {END_ID}\n")
    milliseconds = _retry_milliseconds(error)
    if milliseconds is None:
        return _event("failure", error) + _event("end", end, f"id: {END_ID}\n")
    return _event("failure", error, f"retry: {milliseconds}\n")


def _event(kind: str, data: Any, more_fields: str = "") -> bytes:
    return f"event: {kind}\n{more_fields}data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def _retry_milliseconds(error: Mapping[str, Any]) -> int | None:
    """After how long the same request may succeed; None when it won't."""
    for detail in error.get("details", ()):
        if detail["type"] == RetryInfo.DESCRIPTOR.full_name:
            told = RetryInfo.FromString(base64.b64decode(detail["value"] + "=="))
            return max(LEAST_RETRY_MILLISECONDS, int(told.retry_delay.ToMilliseconds()))
    return RETRY_MILLISECONDS if error["code"] in PASSING else None


def _asked(scope: Scope) -> bytes:
    """The message in a query, as Connect's GET has it (connectrpc.com/docs/protocol, "Unary-Get-Request")."""
    query: dict[str, str] = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
    if "message" not in query:
        raise _violation("message", "is missing: …?encoding=json&message={…}, percent-encoded")
    if query.get("encoding", "json") != "json" or query.get("compression", "identity") != "identity":
        raise _violation("encoding", "must be json, without compression: events are text")
    if query.get("base64") != "1":
        return query["message"].encode()
    try:
        return base64.b64decode(query["message"].rstrip("=") + "==", altchars="-_", validate=True)
    except (binascii.Error, ValueError):
        raise _violation("message", "isn't base64 for URLs") from None


def _as_connect(scope: Scope) -> Scope:
    """The same request as one for a Connect stream, with the token in a browser's cookie if it shows none itself."""
    headers = [(name, value) for name, value in scope["headers"] if name not in FORM_HEADERS]
    headers.append((b"content-type", b"application/connect+json"))
    token = session_token(scope) if scope["method"] == "GET" else None
    if token is not None and all(name != b"authorization" for name, _ in headers):
        headers.append((b"authorization", f"Bearer {token}".encode()))
    return {**scope, "method": "POST", "headers": headers}


def _is_json(headers: Mapping[str, str]) -> bool:
    return headers.get("content-type", "").partition(";")[0].strip() == "application/json"


def _violation(field: str, description: str) -> InvalidArgument:
    return InvalidArgument([FieldViolation(field, description, "MALFORMED")])
