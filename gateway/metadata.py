"""Which metadata passes the gateway. What belongs to one hop, or to gRPC itself, stays behind."""

from collections.abc import Iterable

import grpc

from chassis.context import REQUEST_ID_KEY, request_id
from chassis.errors import STATUS_DETAILS_KEY
from chassis.passage import Context
from chassis.telemetry import trace_headers

Metadata = tuple[tuple[str, str | bytes], ...]
Entries = Iterable[tuple[str, str | bytes]]

# github.com/grpc/grpc, doc/PROTOCOL-HTTP2.md: names that a call's metadata must not have, and RFC 9110's hop-by-hop.
RESERVED = frozenset({"te", "content-type", "user-agent", "host", "connection", "trailer", "transfer-encoding"})
RESERVED_PREFIXES = ("grpc-", ":")
TRACE_KEYS = frozenset({"traceparent", "tracestate"})


def towards_service(entries: Entries) -> Metadata:
    """A caller's metadata as the service gets it: with this call's request id, and our span where calls are traced."""
    trace = trace_headers()
    replaced = TRACE_KEYS | {REQUEST_ID_KEY} if trace else {REQUEST_ID_KEY}
    kept = [entry for entry in entries if entry[0] not in replaced and not _is_reserved(entry[0])]
    return (*kept, (REQUEST_ID_KEY, request_id.get()), *trace.items())


def forwarded(context: Context) -> Metadata:
    """The metadata of the call under way as the service gets it."""
    return towards_service(context.invocation_metadata() or ())


def towards_caller(entries: Entries | None) -> Metadata:
    """A service's metadata as the caller gets it, rich error details included."""
    return tuple((key, value) for key, value in entries or () if key == STATUS_DETAILS_KEY or not _is_reserved(key))


def trailers_of(error: grpc.aio.AioRpcError) -> Metadata:
    """What came with a call's failure. Empty when nobody answered: our services always send their request id."""
    return towards_caller(error.trailing_metadata())


def _is_reserved(key: str) -> bool:
    return key in RESERVED or key.startswith(RESERVED_PREFIXES)
