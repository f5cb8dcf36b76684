"""Pictures by HTTP, straight from the object store: `GET /media/<sha256>.<extension>?expires=…&signature=…`.

The signature is the authority, so that a browser can show what a token's holder was told of. A picture is named by its
content: its name is its entity tag, and what stands under it never changes.
"""

from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl

from chassis.blobs import Blobs
from chassis.media import CONTENT_TYPES, LIFETIME_SECONDS, PREFIX, MediaSigner, media_key
from gateway.asgi import Receive, Scope, Send, headers_of, lists_tag, send_head, send_piece, send_whole
from gateway.ranges import asked_span

METHODS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Reply:
    """The head of a response, and which of the picture's bytes follow."""

    status: HTTPStatus
    headers: Mapping[str, str]
    span: range = range(0)


class Media:
    """The ASGI application of everything under `/media/`."""

    def __init__(self, *, blobs: Blobs, signer: MediaSigner) -> None:
        self._blobs = blobs
        self._signer = signer

    def takes(self, scope: Scope) -> bool:
        path: str = scope["path"]
        return path.startswith(PREFIX)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Raises MediaAddressInvalid, MediaAddressExpired, BlobNotFound and Unavailable."""
        if scope["method"] not in METHODS:
            await send_whole(send, HTTPStatus.METHOD_NOT_ALLOWED, {"allow": ", ".join(METHODS)})
            return
        name = self._verified_name(scope)
        size = (await self._blobs.head(media_key(name))).size_bytes
        await self._send(send, media_key(name), reply_to(scope["method"], headers_of(scope), name, size))

    def _verified_name(self, scope: Scope) -> str:
        told = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        path: str = scope["path"]
        self._signer.verify(path, expires=told.get("expires", ""), signature=told.get("signature", ""))
        return path.removeprefix(PREFIX)

    async def _send(self, send: Send, key: str, reply: Reply) -> None:
        """Nothing is sent until the store has given the first piece: until then it may still refuse."""
        head_is_sent = False
        async with aclosing(self._blobs.stream(key, reply.span)) as pieces:
            async for piece in pieces:
                if not head_is_sent:
                    await send_head(send, reply.status, reply.headers)
                    head_is_sent = True
                await send_piece(send, piece, more=True)
        if not head_is_sent:
            await send_head(send, reply.status, reply.headers)
        await send_piece(send, b"", more=False)


def reply_to(method: str, asked: Mapping[str, str], name: str, size: int) -> Reply:
    """What a request with the headers `asked` gets of the picture `name` of `size` bytes (RFC 9110, 13 and 14)."""
    digest, _, extension = name.partition(".")
    tag = f'"{digest}"'
    kept = {
        "etag": tag,
        "cache-control": f"private, max-age={LIFETIME_SECONDS}, immutable",
        "cross-origin-resource-policy": "cross-origin",  # The signature is the authority, on whosever page it stands.
    }
    if lists_tag(asked.get("if-none-match", ""), tag):
        return Reply(HTTPStatus.NOT_MODIFIED, kept)
    kind = {"content-type": CONTENT_TYPES[extension], "x-content-type-options": "nosniff", "accept-ranges": "bytes"}
    if method == "HEAD":  # Ranges are GET's alone.
        return Reply(HTTPStatus.OK, kept | kind | {"content-length": str(size)})
    span = asked_span(asked.get("range", ""), size) if asked.get("if-range", tag) == tag else None
    if span is None:
        return Reply(HTTPStatus.OK, kept | kind | {"content-length": str(size)}, range(size))
    if not span:
        return Reply(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, {"content-range": f"bytes */{size}"})
    part = {"content-length": str(len(span)), "content-range": f"bytes {span.start}-{span.stop - 1}/{size}"}
    return Reply(HTTPStatus.PARTIAL_CONTENT, kept | kind | part, span)
