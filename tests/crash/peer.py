"""Somebody else's server, as a payment provider is: does what it is asked once for each idempotency key."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path


class Peer:
    """`calls`: how often it was asked, by key. It has done the work of each key once, however often that was."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take a key a line."""
        try:
            while line := await reader.readline():
                self.calls[line.decode().strip()] += 1
                writer.write(b"done\n")
                await writer.drain()
        except ConnectionError:
            pass  # The caller was killed.
        finally:
            writer.close()


@asynccontextmanager
async def open_peer(path: Path) -> AsyncIterator[Peer]:
    """A peer on a socket of this path; on a port whoever looked for another server there would be a caller."""
    peer = Peer()
    async with await asyncio.start_unix_server(peer.answer, path):
        yield peer


async def call(path: Path, key: str) -> None:
    """Ask for the work of `key`. Raises OSError when the peer is away."""
    reader, writer = await asyncio.open_unix_connection(path)
    try:
        writer.write(key.encode() + b"\n")
        if not await reader.readline():
            raise ConnectionResetError
    finally:
        writer.close()
