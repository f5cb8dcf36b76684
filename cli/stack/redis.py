"""The embedded Redis: one supervised server on a private socket. What it holds may be lost, so it writes nothing."""

import asyncio
import os
import re
from urllib.parse import quote

from cli.stack.binaries import redis_server
from cli.stack.layout import Layout
from cli.stack.process import ProcessSpec
from cli.stack.supervisor import Supervisor

NAME = "redis"
READY_SECONDS = 15.0
ANSWER_SECONDS = 2.0
# Its banner, and advice for servers that save to disk.
NOISE = re.compile(r"oO0OoO0|Redis version=|Configuration loaded|overcommit|Server initialized")


class Redis:
    """The server of one state folder. `start` comes first; the supervisor stops it."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    @property
    def url(self) -> str:
        """The address, as redis-py takes it."""
        return f"unix://{quote(str(self._layout.redis_socket))}"

    async def start(self, supervisor: Supervisor) -> None:
        """Start the server and wait until it answers. Raises StackError."""
        spec = ProcessSpec(
            name=NAME,
            argv=[str(redis_server()), *self._options()],
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            cwd=self._layout.redis,
            ready=self.ready,
            stage=0,
            stop_seconds=5.0,
            noise=NOISE,
        )
        await supervisor.start(spec)
        await supervisor.wait_ready(spec, READY_SECONDS)

    async def ready(self) -> bool:
        """Whether the server answers."""
        # The library that services ask it by would be a third of all that `atelier up` loads.
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                reader, writer = await asyncio.open_unix_connection(self._layout.redis_socket)
                try:
                    writer.write(b"PING\r\n")
                    return await reader.readline() == b"+PONG\r\n"
                finally:
                    writer.close()
        except OSError:
            return False

    def _options(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self._layout.redis_socket),
            "unixsocketperm": "700",
            "save": "",
            "appendonly": "no",
            "maxmemory": "256mb",
            # Streams must refuse rather than forget: a ring that can't be written is polled for.
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
            # How often a second it looks after itself. Ten times would be most of what it costs while nobody calls; so
            # seldom, readers to whom nothing came are told half a second late, and nobody else notices.
            "hz": "2",
        }
        return [word for name, value in settings.items() for word in (f"--{name}", value)]
