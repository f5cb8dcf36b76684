"""Redis servers of a test's own, which it may freeze, stop, or join to a cluster."""

import asyncio
import contextlib
import random
import signal
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import redis.asyncio
from redis.exceptions import RedisError

from cli.stack.binaries import redis_server

SLOTS = 16_384
READY_SECONDS = 10.0


@dataclass(frozen=True)
class RedisServer:
    """One server, in a process of its own."""

    port: int
    process: asyncio.subprocess.Process

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://127.0.0.1:{self.port}"

    def freeze(self) -> None:
        """Have it take connections and answer nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Have it answer again."""
        self.process.send_signal(signal.SIGCONT)

    async def stop(self) -> None:
        """End it, frozen or not."""
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()


@asynccontextmanager
async def run_redis(folder: Path, port: int, *options: str) -> AsyncIterator[RedisServer]:
    """A server for the block's time."""
    folder.mkdir(exist_ok=True)
    words = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", "", "--appendonly", "no"]
    process = await asyncio.create_subprocess_exec(
        str(redis_server()), *words, *options, stdout=asyncio.subprocess.DEVNULL
    )
    server = RedisServer(port, process)
    try:
        await _until_it_answers(server)
        yield server
    finally:
        await server.stop()


async def _until_it_answers(server: RedisServer) -> None:
    async with asyncio.timeout(READY_SECONDS), redis.asyncio.Redis.from_url(server.url) as client:
        while True:
            try:
                await client.ping()
            except (RedisError, OSError):
                await asyncio.sleep(0.02)
            else:
                return


@asynccontextmanager
async def run_cluster(folder: Path, ports: Sequence[int]) -> AsyncIterator[Sequence[RedisServer]]:
    """A cluster without replicas, a share of the slots to each node, once all of them know it."""
    async with AsyncExitStack() as stack:
        nodes = [
            await stack.enter_async_context(
                run_redis(
                    folder / str(port), port, "--cluster-enabled", "yes", "--cluster-config-file", f"nodes-{port}.conf"
                )
            )
            for port in ports
        ]
        clients = [
            await stack.enter_async_context(redis.asyncio.Redis.from_url(node.url, decode_responses=True))
            for node in nodes
        ]
        for number, client in enumerate(clients):
            share = range(SLOTS * number // len(nodes), SLOTS * (number + 1) // len(nodes))
            await client.execute_command("CLUSTER ADDSLOTS", *share)
            await client.execute_command("CLUSTER MEET", "127.0.0.1", ports[0])
        async with asyncio.timeout(READY_SECONDS * 2):
            while not all([await _is_whole(one, len(nodes)) for one in clients]):  # noqa: ASYNC110 - Redis tells nobody
                await asyncio.sleep(0.05)
        yield nodes


async def _is_whole(client: "redis.asyncio.Redis", nodes: int) -> bool:
    told = await client.execute_command("CLUSTER INFO")
    text = told if isinstance(told, str) else str(told)
    known = len((await client.execute_command("CLUSTER SLOTS")) or [])
    return ("cluster_state:ok" in text or "'cluster_state': 'ok'" in text) and known == nodes


def free_cluster_ports(count: int) -> list[int]:
    """Ports that are free together with the one 10,000 above, on which a node listens for the others."""
    ports: list[int] = []
    while len(ports) < count:
        port = random.randint(11_000, 55_000)
        with socket.socket() as own, socket.socket() as bus, contextlib.suppress(OSError):
            own.bind(("127.0.0.1", port))
            bus.bind(("127.0.0.1", port + 10_000))
            ports.append(port)
    return ports
