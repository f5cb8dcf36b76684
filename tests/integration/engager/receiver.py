"""A webhook on loopback that verifies signatures, does each key once, and fails as a test says, down to the bytes."""

import asyncio
import hashlib
import hmac
import json
import socket
import ssl
import struct
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs, urlsplit

LOOPBACK = "127.0.0.1"
SECRET_NAME, SECRET = "hook", b"a secret that only tests know, 1234"
STATUS = "/status"
_FRESH_SECONDS = 300
_RETRY_SECONDS = 1


class Behaviour(StrEnum):
    """What is made of a request. Only OK, CUT_AFTER, HANG_AFTER, DRIP, ENDLESS and HALF do what it asks for."""

    OK = "OK"
    HANG = "HANG"
    HANG_AFTER = "HANG_AFTER"
    CUT_BEFORE = "CUT_BEFORE"
    CUT_AFTER = "CUT_AFTER"
    RESET = "RESET"
    HALF = "HALF"
    DRIP = "DRIP"
    ENDLESS = "ENDLESS"
    GARBAGE = "GARBAGE"
    REDIRECT = "REDIRECT"
    BUSY = "BUSY"
    BUSY_UNTIL = "BUSY_UNTIL"
    UNAUTHORIZED = "401"
    PAYMENT = "402"
    FORBIDDEN = "403"
    MISSING = "404"
    GONE = "410"
    UNPROCESSABLE = "422"
    FAULT = "500"
    AWAY = "503"
    FAULT_WITHOUT_END = "FAULT_WITHOUT_END"


_DOING = {
    Behaviour.OK,
    Behaviour.CUT_AFTER,
    Behaviour.HANG_AFTER,
    Behaviour.DRIP,
    Behaviour.ENDLESS,
    Behaviour.HALF,
}


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it arrived. `at`: seconds since the epoch."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    at: float

    @property
    def key(self) -> str:
        """The activity's."""
        return self.headers.get("idempotency-key", "")

    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)


@dataclass
class Receiver:
    """It counts what it did by key: `done`, and how often it was asked again for what it had done: `repeated`.

    `script` holds by path what becomes of the next requests; those after are OK. `calls` are the POSTs that arrived,
    `forged` those with a wrong signature, which are answered 401; `left` tells of each connection that a client left.
    """

    secrets: Mapping[str, bytes] = field(default_factory=lambda: {SECRET_NAME: SECRET})
    script: defaultdict[str, list[Behaviour]] = field(default_factory=lambda: defaultdict(list))
    calls: list[Request] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)
    done: dict[str, str] = field(default_factory=dict)
    repeated: Counter[str] = field(default_factory=Counter)
    forged: list[Request] = field(default_factory=list)
    connections: int = 0
    left: int = 0
    port: int = 0
    scheme: str = "http"
    host: str = LOOPBACK
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _actions: dict[tuple[str, ...], set[str]] = field(default_factory=lambda: defaultdict(set))

    def url(self, path: str = "/hook", *behaviours: Behaviour) -> str:
        """Where it listens; the next requests of that path become what is told."""
        self.script[path] += behaviours
        return f"{self.scheme}://{self.host}:{self.port}{path}"

    @property
    def status_url(self) -> str:
        """Where it tells what it did."""
        return self.url(STATUS)

    @property
    def twice(self) -> list[tuple[str, ...]]:
        """Actions that came under more than one key."""
        return [action for action, keys in self._actions.items() if len(keys) > 1]

    async def until(self, reached: Callable[["Receiver"], bool], seconds: float = 30.0) -> None:
        """Wait until something is true of it. Raises TimeoutError."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: reached(self))

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take a connection."""
        self.connections += 1
        task = asyncio.create_task(self._attend(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Break off what is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._answer(await _read(reader), reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            self.left += 1
        finally:
            writer.close()
            await self._tell()

    async def _answer(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection goes on."""
        if not self._is_signed(request):
            self.forged.append(request)
            return await _send(writer, 401, {"error": "signature"})
        waiting = self.script[request.path]
        behaviour = waiting.pop(0) if waiting else Behaviour.OK
        if request.method == "GET":
            self.asked.append(request)
            return await self._tell_status(request, behaviour, reader, writer)
        self.calls.append(request)
        name = self._do(request) if behaviour in _DOING else ""
        await self._tell()
        return await _behave(behaviour, name, reader, writer)

    async def _tell_status(
        self, request: Request, behaviour: Behaviour, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        if behaviour is not Behaviour.OK:
            return await _behave(behaviour, "", reader, writer)
        name = self.done.get(request.query["key"])
        if name is None:
            return await _send(writer, 404, {"state": "unknown"})
        return await _send(writer, 200, {"state": "done", "id": name})

    def _do(self, request: Request) -> str:
        told = request.json()
        self._actions[told["pod"], told["account"], told["post"], told["kind"], told["due_time"]].add(request.key)
        if request.key in self.done:
            self.repeated[request.key] += 1
        return self.done.setdefault(request.key, f"act-{len(self.done) + 1}")

    def _is_signed(self, request: Request) -> bool:
        """As the engager's README says, in words of its own."""
        timestamp = request.headers.get("atelier-timestamp", "0")
        secret = self.secrets.get(request.headers.get("atelier-key-id", ""), b"")
        told = request.body if request.method == "POST" else request.query.get("key", "").encode()
        right = hmac.new(secret, f"{timestamp}.".encode() + told, hashlib.sha256).hexdigest()
        fresh = abs(request.at - int(timestamp)) < _FRESH_SECONDS
        return bool(secret) and fresh and hmac.compare_digest(right, request.headers.get("atelier-signature", ""))

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


@asynccontextmanager
async def open_receiver(tls: ssl.SSLContext | None = None, *, host: str = LOOPBACK) -> AsyncIterator[Receiver]:
    """A receiver on a free port of loopback. `host` is what its addresses call it."""
    receiver = Receiver(scheme="https" if tls else "http", host=host)
    server = await asyncio.start_server(receiver.accept, LOOPBACK, 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        await receiver.stop()
        await server.wait_closed()


@asynccontextmanager
async def refusing() -> AsyncIterator[str]:
    """An address that refuses connections for as long as it is held: the port is taken, and nobody listens."""
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        yield f"http://{LOOPBACK}:{taken.getsockname()[1]}/hook"


async def _read(reader: asyncio.StreamReader) -> Request:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    address = urlsplit(target)
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    return Request(method, address.path, query, headers, body, time.time())


async def _behave(behaviour: Behaviour, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    match behaviour:
        case Behaviour.OK:
            return await _send(writer, 200, {"id": name})
        case Behaviour.HANG | Behaviour.HANG_AFTER:
            await reader.readexactly(1)
        case Behaviour.RESET:
            connection = writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        case Behaviour.HALF:
            await _write(writer, b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id":')
        case Behaviour.DRIP:
            await _write(writer, b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            await _drip(reader, writer)
        case Behaviour.ENDLESS:
            await _pour(writer, b"HTTP/1.1 200 OK\r\n\r\n")
        case Behaviour.FAULT_WITHOUT_END:
            await _pour(writer, b"HTTP/1.1 500 Fault\r\n\r\n")
        case Behaviour.GARBAGE:
            await _write(writer, b"220 mail.example ESMTP\r\n\r\n")
        case Behaviour.REDIRECT:
            return await _send(writer, 302, {}, {"Location": "http://169.254.169.254/latest/meta-data/"})
        case Behaviour.BUSY:
            return await _send(writer, 429, {}, {"Retry-After": str(_RETRY_SECONDS)})
        case Behaviour.BUSY_UNTIL:
            now = datetime.now(UTC)
            until = format_datetime(now + timedelta(seconds=_RETRY_SECONDS), usegmt=True)
            return await _send(writer, 429, {}, {"Date": format_datetime(now, usegmt=True), "Retry-After": until})
        case _ if behaviour.value.isdigit():
            return await _send(writer, int(behaviour.value), {"error": "no"})
    return False


async def _drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A byte now and then, until the client leaves."""
    leaving = asyncio.create_task(reader.read(1))
    try:
        while not leaving.done():
            await _write(writer, b" ")
            await asyncio.wait([leaving], timeout=0.02)
    finally:
        leaving.cancel()
        with suppress(asyncio.CancelledError, ConnectionError):
            await leaving
    raise ConnectionResetError


async def _pour(writer: asyncio.StreamWriter, head: bytes) -> None:
    await _write(writer, head)
    while True:
        await _write(writer, b"." * 65_536)


async def _send(
    writer: asyncio.StreamWriter, status: int, document: object, headers: Mapping[str, str] | None = None
) -> bool:
    body = json.dumps(document).encode()
    told: Sequence[tuple[str, object]] = [("Content-Length", len(body)), *(headers or {}).items()]
    lines = [f"HTTP/1.1 {status} Told", *(f"{name}: {value}" for name, value in told)]
    await _write(writer, "\r\n".join(lines).encode() + b"\r\n\r\n" + body)
    return True


async def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    await writer.drain()
