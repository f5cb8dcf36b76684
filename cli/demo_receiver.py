"""The webhook that the demo's activities are carried out by: a receiver on this machine, which trusts no call unsigned.

Some of what it is sent it does not answer well at first, so that it shows what becomes of that.
"""

import asyncio
import hashlib
import hmac
import json
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

HOST = "127.0.0.1"
FAILING, CUTTING = "busy", "cut"  # How posts end that aren't answered well at first.


@dataclass(slots=True)
class Receiver:
    """How often it was called for each key, and which it has done: each once. `secret` signs what it trusts."""

    secret: bytes
    calls: Counter[str] = field(default_factory=Counter)
    done: set[str] = field(default_factory=set)
    unsigned: int = 0
    url: str = ""
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> "Receiver":
        self._server = await asyncio.start_server(self._serve, HOST, 0)
        self.url = f"http://{HOST}:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One exchange a connection, which is all that a few calls need."""
        try:
            answer = await self._answer(reader)
            if answer is not None:
                status, document = answer
                body = json.dumps(document).encode()
                head = f"HTTP/1.1 {status} .\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
                writer.write(head.encode() + body)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # Whoever called has gone.
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> tuple[int, object] | None:
        """Status and document; None: the connection is cut."""
        request, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        method, target, _ = request.split(" ")
        key = headers.get("idempotency-key", "")
        told = body if method == "POST" else parse_qs(urlsplit(target).query)["key"][0].encode()
        if not self._is_signed(headers, told):
            self.unsigned += 1
            return 401, {}
        if method == "GET":
            return 200, {"state": "done" if key in self.done else "unknown", "id": f"demo-{key[-6:]}"}
        return self._act(key, json.loads(body)["post"])

    def _act(self, key: str, post: str) -> tuple[int, object] | None:
        self.calls[key] += 1
        if post.endswith(FAILING) and self.calls[key] == 1:
            return 503, {}
        self.done.add(key)
        if post.endswith(CUTTING) and self.calls[key] == 1:
            return None
        return 200, {"id": f"demo-{key[-6:]}"}

    def _is_signed(self, headers: dict[str, str], told: bytes) -> bool:
        signed = f"{headers.get('atelier-timestamp', '')}.".encode() + told
        right = hmac.new(self.secret, signed, hashlib.sha256).hexdigest()
        return hmac.compare_digest(right, headers.get("atelier-signature", ""))
