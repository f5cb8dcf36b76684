"""A server with the Images API, as its reference has it: what it was asked, and pictures of noise."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.integration.generator.backends.loopback import Exchange, Handler, open_loopback
from tests.integration.generator.backends.pictures import picture


@dataclass
class ImagesServer:
    """`fault` answers in its place; `sends` is how it sends pictures: `b64_json`, or `url` with the address `url`."""

    made: bytes = field(default_factory=lambda: picture((256, 256)))
    sends: str = "b64_json"
    url: str = ""
    fault: Handler | None = None
    asked: list[Exchange] = field(default_factory=list)

    async def handle(self, exchange: Exchange) -> None:
        """Answer a request."""
        self.asked.append(exchange)
        if self.fault is not None:
            await self.fault(exchange)
        elif (exchange.method, exchange.path) in {("POST", "/v1/images/generations"), ("POST", "/v1/images/edits")}:
            told = {"b64_json": base64.b64encode(self.made).decode()} if self.sends == "b64_json" else {"url": self.url}
            await exchange.answer(200, {"created": 1_700_000_000, "data": [told]})
        elif exchange.path.startswith("/files/"):
            await exchange.answer(200, self.made, {"Content-Type": "image/png"})
        else:
            await exchange.answer(404, {"error": {"code": "unknown_url", "type": "invalid_request_error"}})


@asynccontextmanager
async def open_images_server() -> AsyncIterator[tuple[ImagesServer, str]]:
    """A server, and where it listens."""
    server = ImagesServer()
    async with open_loopback(server.handle) as loopback:
        yield server, loopback.url
