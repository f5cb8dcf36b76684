"""Documents: bytes that stay the same while the process runs, by `GET` and `HEAD`, with entity tags and compressed."""

import asyncio
import gzip
import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus

from gateway.asgi import Receive, Scope, Send, accepts, headers_of, lists_tag, send_whole

METHODS = ("GET", "HEAD")
# What a browser asks for again each time, by its tag.
CHECKED = "no-cache"
# What never changes under its name.
LASTING = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Document:
    """One of them. `policy` is its Content-Security-Policy; None: what every answer has."""

    body: bytes
    content_type: str
    cache_control: str = CHECKED
    policy: str | None = None

    @cached_property
    def tag(self) -> str:
        """The entity tag. Weak, as it is that of the compressed form too."""
        return f'W/"{hashlib.sha256(self.body).hexdigest()[:32]}"'

    @cached_property
    def compressed(self) -> bytes:
        """The body by gzip."""
        return gzip.compress(self.body, mtime=0)


class Documents:
    """The application of the documents at `paths`, which `load` makes in a thread when one is asked for first."""

    def __init__(self, paths: Collection[str], load: Callable[[], Mapping[str, Document]]) -> None:
        self._paths = frozenset(paths)
        self._load = load
        self._loading: asyncio.Task[Mapping[str, Document]] | None = None

    def takes(self, scope: Scope) -> bool:
        return scope["path"] in self._paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in METHODS:
            await send_whole(send, HTTPStatus.METHOD_NOT_ALLOWED, {"allow": ", ".join(METHODS)})
            return
        document = (await self._loaded())[scope["path"]]
        asked = headers_of(scope)
        headers = {"etag": document.tag, "cache-control": document.cache_control, "vary": "accept-encoding"}
        if document.policy is not None:
            headers["content-security-policy"] = document.policy
        if lists_tag(asked.get("if-none-match", ""), document.tag):
            await send_whole(send, HTTPStatus.NOT_MODIFIED, headers)
            return
        body = document.body
        if accepts(asked.get("accept-encoding", ""), "gzip") and len(document.compressed) < len(body):
            headers["content-encoding"], body = "gzip", document.compressed
        headers |= {"content-type": document.content_type, "content-length": str(len(body))}
        await send_whole(send, HTTPStatus.OK, headers, b"" if scope["method"] == "HEAD" else body)

    async def _loaded(self) -> Mapping[str, Document]:
        loading = self._loading
        if loading is None or (loading.done() and loading.exception() is not None):  # The next request tries again.
            loading = self._loading = asyncio.create_task(asyncio.to_thread(self._prepared))
        return await asyncio.shield(loading)

    def _prepared(self) -> Mapping[str, Document]:
        """The documents, with their tags and compressed forms, neither of which is work for the event loop."""
        documents = self._load()
        for one in documents.values():
            _ = one.tag, one.compressed
        return documents
