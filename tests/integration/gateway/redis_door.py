"""A way to the run's Redis that a test may hold shut: nobody is there, or somebody who answers nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import unquote, urlsplit


class RedisDoor:
    """A port that leads to the server behind `url`, a `unix:` one."""

    def __init__(self, url: str) -> None:
        self._path = unquote(urlsplit(url).path)
        self._flowing = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.asked = 0
        self.port = 0

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    async def open(self) -> None:
        """Have the port lead to Redis."""
        self._flowing.set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def freeze(self) -> None:
        """Take connections and questions, and answer nothing."""
        self._flowing.clear()

    def thaw(self) -> None:
        """Pass on what has come meanwhile."""
        self._flowing.set()

    async def shut(self) -> None:
        """Break every connection off, and listen no longer."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for end in self._ends:
            end.close()
        self._ends.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        to_redis = await asyncio.open_unix_connection(self._path)
        self._ends |= {writer, to_redis[1]}
        with suppress(ConnectionError, asyncio.CancelledError):
            await asyncio.gather(self._pass(reader, to_redis[1]), self._pass(to_redis[0], writer))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(2**16):
            self.asked += 1
            await self._flowing.wait()
            writer.write(data)
        writer.close()


@asynccontextmanager
async def redis_door(url: str) -> AsyncIterator[RedisDoor]:
    """An open door for the block's time."""
    door = RedisDoor(url)
    await door.open()
    try:
        yield door
    finally:
        await door.shut()
