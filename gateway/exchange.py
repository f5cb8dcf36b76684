"""One call that came over HTTP, in the form that handlers of gRPC calls know: the used part of a ServicerContext."""

import binascii
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, NoReturn

import grpc
from connectrpc.request import Headers, RequestContext

from chassis.context import REQUEST_ID_KEY
from chassis.errors import STATUS_DETAILS_KEY, AtelierError
from chassis.version import VERSION_KEY
from gateway.limits.errors import PUSHBACK_KEY
from gateway.metadata import Entries, Metadata
from gateway.refusals import refusal, refusal_headers, refusal_of

# What of an HTTP request is meant for the service. The rest, such as cookies, belongs to the hop from the browser.
FORWARDED = ("authorization", REQUEST_ID_KEY, "traceparent", "tracestate")
# What leaves as a header or in the body, or tells only us something.
HIDDEN_TRAILERS = frozenset({REQUEST_ID_KEY, STATUS_DETAILS_KEY, VERSION_KEY, PUSHBACK_KEY})
# What gRPC takes as a value (doc/PROTOCOL-HTTP2.md); others are as good as not sent.
ASCII_VALUE = re.compile("[ -~]*")
# Our own deadline passes just before that of the HTTP layer, whose error would have no details.
DEADLINE_MARGIN_SECONDS = 0.01


class Exchange:
    """Takes a handler's metadata, trailers and errors, and writes them to the HTTP response."""

    def __init__(self, request: RequestContext[Any, Any]) -> None:
        self._request = request
        self._code: grpc.StatusCode | None = None
        self._details = ""
        self._trailers: Metadata = ()
        self._callbacks: list[Callable[[Any], None]] = []

    def invocation_metadata(self) -> Metadata:
        """The forwarded headers."""
        headers = self._request.request_headers
        return tuple((name, headers[name]) for name in FORWARDED if ASCII_VALUE.fullmatch(headers.get(name, "\0")))

    def time_remaining(self) -> float | None:
        """Seconds that the caller still waits; None for no bound."""
        left = self._request.timeout_ms
        return None if left is None else max(0.0, left / 1000 - DEADLINE_MARGIN_SECONDS)

    async def send_initial_metadata(self, entries: Entries) -> None:
        """Headers of the response, which leave with its first message."""
        _write(self._request.response_headers, entries)

    def tell(self, entries: Entries) -> None:
        """Headers of the response that the gateway adds, and gRPC hasn't."""
        _write(self._request.response_headers, entries)

    def set_trailing_metadata(self, entries: Entries) -> None:
        """Trailers of the response, replacing earlier ones. The request id is a header, where users of HTTP look."""
        self._trailers = tuple(entries)
        call_id = dict(self._trailers).get(REQUEST_ID_KEY)
        if call_id is not None:
            self._request.response_headers[REQUEST_ID_KEY] = _text(REQUEST_ID_KEY, call_id)

    async def abort(self, code: grpc.StatusCode, details: str = "", trailing_metadata: Entries = ()) -> NoReturn:
        """End the call with an error."""
        self._code, self._details = code, details
        self.set_trailing_metadata(trailing_metadata)
        raise grpc.aio.AbortError(details)

    def code(self) -> grpc.StatusCode | None:
        """What the call was ended with; None unless by `abort`."""
        return self._code

    def add_done_callback(self, callback: Callable[[Any], None]) -> None:
        """Call back when the call is over, however it ended."""
        self._callbacks.append(callback)

    def close(self) -> None:
        """The call is over."""
        shown = (entry for entry in self._trailers if entry[0] not in HIDDEN_TRAILERS)
        _write(self._request.response_trailers, shown)
        self._request.response_headers.update(refusal_headers(self._code, self._status_details()))
        for callback in self._callbacks:
            callback(self)

    def error(self) -> Exception:
        """What the call was aborted with, as HTTP tells it."""
        return refusal(self._code or grpc.StatusCode.UNKNOWN, self._details, self._status_details())

    def _status_details(self) -> bytes | None:
        details = dict(self._trailers).get(STATUS_DETAILS_KEY)
        return details if isinstance(details, bytes) else None


@asynccontextmanager
async def exchange(request: RequestContext[Any, Any]) -> AsyncIterator[Any]:
    """A call from its first byte to its last. Raises ConnectError for what a handler aborted or refused."""
    call = Exchange(request)
    try:
        yield call
    except grpc.aio.AbortError:
        raise call.error() from None
    except AtelierError as error:
        raise refusal_of(error) from error
    finally:
        call.close()


def _write(headers: Headers, entries: Entries) -> None:
    for key, value in entries:
        headers.add(key, _text(key, value))


def _text(key: str, value: str | bytes) -> str:
    """A metadata value as a header's: binary ones in unpadded base64 (connectrpc.com/docs/protocol)."""
    if key.endswith("-bin"):
        data = value if isinstance(value, bytes) else value.encode()
        return binascii.b2a_base64(data, newline=False).decode().rstrip("=")
    return value if isinstance(value, str) else value.decode("latin-1")
