"""A webhook that does nothing but note when each call came: as little as can be done over HTTP in this process."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
KEY = re.compile(rb'"key":"([^"]+)"')
YES = b'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{"id":"1"}'
NO = b"HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\n{}"
# Calls of this path are refused, so that whoever makes them is held.
REFUSED = b"POST /refused "


class Webhook:
    """When calls came that weren't refused, by their keys; seconds since the epoch."""

    def __init__(self) -> None:
        self.arrivals: dict[str, float] = {}
        self.address = ""
        self._changed = asyncio.Event()

    def note(self, body: bytes) -> None:
        """A call has come."""
        found = KEY.search(body)
        self.arrivals[found[1].decode() if found else str(len(self.arrivals))] = time.time()
        self._changed.set()

    async def until(self, count: int, *, seconds: float = 120.0) -> None:
        """Wait for so many calls. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while len(self.arrivals) < count:
                self._changed.clear()
                await self._changed.wait()

    def take(self) -> dict[str, float]:
        """All arrivals, and begin anew."""
        arrivals, self.arrivals = self.arrivals, {}
        return arrivals


class _Connection(asyncio.Protocol):
    def __init__(self, webhook: Webhook) -> None:
        self._webhook = webhook
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, separator, body = self._received.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if not separator or len(body) < int(length[1] if length else 0):
            return
        self._received = b""
        if head.startswith(REFUSED):
            self._transport.write(NO)
            return
        self._webhook.note(body)
        self._transport.write(YES)


@asynccontextmanager
async def open_webhook() -> AsyncIterator[Webhook]:
    """It listens on loopback for the block's time."""
    webhook = Webhook()
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(webhook), "127.0.0.1", 0)
    webhook.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield webhook
    finally:
        server.close()
