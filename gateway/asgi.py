"""The words of ASGI (asgi.readthedocs.io) that the applications behind the HTTP port share, and how they answer."""

import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any, Protocol

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

REFUSED = re.compile(r"q=0(\.0*)?")


class Place(Protocol):
    """An application that answers some of the requests."""

    def takes(self, scope: Scope) -> bool:
        """Whether the request is for it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request. An AtelierError raised before the response has begun becomes the response."""


def headers_of(scope: Scope) -> dict[str, str]:
    """The request's headers; one that stands several times is one list (RFC 9110, 5.3)."""
    found: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def lists_tag(tags: str, tag: str) -> bool:
    """Whether a list of entity tags names this one, by the weak comparison (RFC 9110, 8.8.3.2)."""
    plain = tag.removeprefix("W/")
    return tags.strip() == "*" or plain in (one.strip().removeprefix("W/") for one in tags.split(","))


def accepts(encodings: str, encoding: str) -> bool:
    """Whether a list of encodings takes this one, by its name or by `*` (RFC 9110, 12.5.3)."""
    weights = {}
    for one in encodings.lower().split(","):
        name, _, weight = one.partition(";")
        weights[name.strip()] = weight.replace(" ", "")
    found = weights.get(encoding, weights.get("*"))
    return found is not None and REFUSED.fullmatch(found) is None


async def send_head(send: Send, status: int, headers: Mapping[str, str]) -> None:
    """The status and headers of a response."""
    fields = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": int(status), "headers": fields})


async def send_piece(send: Send, piece: bytes, *, more: bool) -> None:
    """Some bytes of a response's body; its last unless there are `more`."""
    await send({"type": "http.response.body", "body": piece, "more_body": more})


async def send_whole(send: Send, status: int, headers: Mapping[str, str], body: bytes = b"") -> None:
    """A response at once."""
    await send_head(send, status, headers)
    await send_piece(send, body, more=False)


async def send_json(send: Send, status: int, body: Any, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
    """A response in JSON, which nobody keeps."""
    data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    fields = [
        *headers,
        (b"content-type", b"application/json"),
        (b"content-length", str(len(data)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": int(status), "headers": fields})
    await send_piece(send, data, more=False)
