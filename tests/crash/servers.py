"""Servers that a test may break: a Redis to stop and start, and a PostgreSQL whose supervisor restarts it."""

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import redis.asyncio
from pydantic import SecretStr
from redis.exceptions import RedisError

from cli.stack.accounts import launch_argv
from cli.stack.binaries import redis_server
from cli.stack.ports import Ports
from cli.stack.programs import Program
from cli.stack.stack import Stack
from tests.crash.crew import until

SERVICE = "crash"
# Claims the role and the schema of the tests' service, whose processes the tests start themselves.
IDLE = Program(
    name=SERVICE, arguments=("-c", "import signal; signal.pause()"), migrate=("-c", ""), settings=lambda _: {}
)


class OwnRedis:
    """A Redis on a socket in `folder`. It starts empty each time."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "redis.sock"
        self._process: Process | None = None

    @property
    def url(self) -> str:
        """Its address, also while it is stopped."""
        return f"unix://{self._socket}"

    def client(self) -> "redis.asyncio.Redis":
        """A client; close it."""
        return redis.asyncio.Redis.from_url(self.url)

    async def start(self) -> None:
        """Return once it answers."""
        options = ["--port", "0", "--unixsocket", str(self._socket), "--save", "", "--appendonly", "no"]
        command = launch_argv([str(redis_server()), *options], death_signal=signal.SIGKILL)
        self._process = await asyncio.create_subprocess_exec(*command, stdout=DEVNULL, stderr=DEVNULL)
        await until(self._answers, "Redis answers")

    async def stop(self) -> None:
        """End it, and all it held."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            await process.wait()

    async def flush(self) -> None:
        """Forget everything."""
        async with self.client() as client:
            await client.flushall()

    async def _answers(self) -> bool:
        async with self.client() as client:
            try:
                return bool(await client.ping())
            except (RedisError, OSError):
                return False


class OwnPostgres:
    """The PostgreSQL of a stack of its own."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    @property
    def url(self) -> SecretStr:
        """Its address for the role that owns the schema of the same name."""
        return SecretStr(self._stack.database_url(SERVICE))

    @property
    def secret(self) -> Path:
        """The stack's secret."""
        return self._stack.layout.jwt_secret

    async def restart(self, how: signal.Signals) -> None:
        """SIGKILL crashes it, SIGINT is a fast shutdown. Returns once the supervisor has started it again."""
        old = self._stack.pid("postgres")
        os.kill(old, how)
        await until(lambda: self._stack.pid("postgres") != old, "PostgreSQL is started again")


@asynccontextmanager
async def open_servers() -> AsyncIterator[tuple[OwnPostgres, OwnRedis]]:
    """Both, running."""
    with TemporaryDirectory(prefix="atelier-crash-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # The account that PostgreSQL runs as must reach its own folder below.
        server = OwnRedis(folder)
        async with Stack(folder / "state", programs=[IDLE], ports=Ports.free()) as stack:
            await server.start()
            try:
                yield OwnPostgres(stack), server
            finally:
                await server.stop()
