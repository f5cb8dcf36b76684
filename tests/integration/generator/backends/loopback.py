"""A server on loopback that answers as a test says, down to the bytes: for peers that aren't ours, and their faults."""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.server import ServerProtocol

LOOPBACK = "127.0.0.1"


@dataclass
class Exchange:
    """A request that has arrived, and the means to answer it, or not to."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    head: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def json(self) -> Any:
        """The body, of JSON."""
        return json.loads(self.body)

    def form(self) -> dict[str, bytes]:
        """The body's fields and files, of a multipart form."""
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        parts = BytesParser().parsebytes(head + self.body).get_payload()
        assert isinstance(parts, list)
        return {
            str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True)  # type: ignore[union-attr, misc]
            for part in parts
        }

    async def answer(
        self, status: int, body: bytes | object = b"", headers: Mapping[str, str] | None = None, *, claim: int = 0
    ) -> None:
        """Answer, with bytes or with JSON; `claim` bytes more are promised than come."""
        data, kind = (body, "application/octet-stream") if isinstance(body, bytes) else (json.dumps(body).encode(), "")
        told = {"Content-Type": kind or "application/json", "Content-Length": str(len(data) + claim), **(headers or {})}
        lines = [f"HTTP/1.1 {status} Told", "Connection: close", *(f"{name}: {value}" for name, value in told.items())]
        await self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + data)

    async def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(data)
        await self.writer.drain()

    async def hang(self) -> None:
        """Say nothing until the client leaves."""
        while await self.reader.read(65536):
            pass

    def reset(self) -> None:
        """Break the connection off, as a crashed host does."""
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def upgrade(self) -> "Socket":
        """Turn the connection into a websocket."""
        protocol = ServerProtocol()
        protocol.receive_data(self.head)
        [request] = protocol.events_received()
        protocol.send_response(protocol.accept(request))  # type: ignore[arg-type]
        opened = Socket(self, protocol)
        await opened.flush()
        return opened


@dataclass
class Socket:
    """A websocket, from the server's end."""

    exchange: Exchange
    protocol: ServerProtocol

    async def tell(self, kind: str, **data: object) -> None:
        """Send a message as ComfyUI does."""
        self.protocol.send_text(json.dumps({"type": kind, "data": data}).encode())
        await self.flush()

    async def show(self, data: bytes) -> None:
        """Send a message of bytes."""
        self.protocol.send_binary(data)
        await self.flush()

    async def attend(self) -> None:
        """Answer pings, until the client hangs up or is hung up on."""
        with suppress(ConnectionError):
            while data := await self.exchange.reader.read(65536):
                self.protocol.receive_data(data)
                await self.flush()

    async def flush(self) -> None:
        """Send what the protocol wants sent; an empty part is its word for the end."""
        for data in self.protocol.data_to_send():
            if data:
                await self.exchange.send(data)
            elif self.exchange.writer.can_write_eof():
                self.exchange.writer.write_eof()


Handler = Callable[[Exchange], Awaitable[None]]


@dataclass
class Loopback:
    """A server that is listening. `seen`: the requests so far, as `GET /path`."""

    handler: Handler
    port: int = 0
    seen: list[str] = field(default_factory=list)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{LOOPBACK}:{self.port}"

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take a connection."""
        task = asyncio.create_task(self._attend(reader, writer))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            exchange = await _read(reader, writer)
            self.seen.append(f"{exchange.method} {exchange.path}")
            await self.handler(exchange)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # The client has left.
        finally:
            writer.close()


@asynccontextmanager
async def open_loopback(handler: Handler) -> AsyncIterator[Loopback]:
    """A server on a free port of loopback, one request a connection."""
    loopback = Loopback(handler)
    server = await asyncio.start_server(loopback.accept, LOOPBACK, 0)
    loopback.port = server.sockets[0].getsockname()[1]
    try:
        yield loopback
    finally:
        server.close()
        for task in list(loopback.tasks):
            task.cancel()
        await asyncio.gather(*loopback.tasks, return_exceptions=True)
        await server.wait_closed()


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Exchange:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    address = urlsplit(target)
    query = {name: values[0] for name, values in parse_qs(address.query, keep_blank_values=True).items()}
    return Exchange(method, address.path, query, headers, body, head, reader, writer)
