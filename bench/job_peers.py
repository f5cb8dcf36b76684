"""Other job systems, each installed in an environment of its own under .atelier; two of them exclude each other."""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.contestants import Contestant
from cli.stack.programs import REPOSITORY
from cli.stack.stack import Stack

FOLDER = REPOSITORY / ".atelier" / "bench-peers"
UV = Path(sys.executable).with_name("uv")
INSTALL_SECONDS = 120.0


class NotInstalled(Exception):
    """The message says why."""


@dataclass(frozen=True)
class Peer:
    """`jobs` and `idle_jobs`: how many it is given in a run; the slow ones are given less to do."""

    name: str
    requirements: Sequence[str]
    durable: bool
    jobs: int
    idle_jobs: int


# The newest of each when this was written; uvloop for all, and the fast parser for those on Redis.
PEERS = (
    Peer("pgqueuer", ("pgqueuer==1.6.0", "asyncpg==0.32.0", "uvloop==0.23.0"), True, 20_000, 200),
    Peer("procrastinate", ("procrastinate==3.10.0", "psycopg[binary,pool]==3.3.9", "uvloop==0.23.0"), True, 1_000, 100),
    Peer("taskiq", ("taskiq==0.13.0", "taskiq-redis==1.2.4", "hiredis==3.5.0", "uvloop==0.23.0"), False, 2_000, 100),
    Peer("bullmq", ("bullmq==3.4.4", "hiredis==3.5.0", "uvloop==0.23.0"), False, 2_000, 100),
)


async def install(peer: Peer, stack: Stack) -> Contestant:
    """The peer ready to be asked, its tables made. Raises NotInstalled, and RoleFailed when it doesn't work here."""
    folder = FOLDER / peer.name
    python = folder / "bin" / "python"
    await _run(str(UV), "venv", "--quiet", "--clear", "--python", sys.executable, str(folder))
    await _run(str(UV), "pip", "install", "--quiet", "--python", str(python), *peer.requirements)
    environment = {"BENCH_REDIS_URL": stack.redis_url}
    if peer.durable:
        environment["BENCH_DATABASE_URL"] = stack.database_url(peer.name)
    contestant = Contestant(peer.name, f"bench.peers.{peer.name}", environment, str(python))
    await contestant.ask("prepare")
    return contestant


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(INSTALL_SECONDS):
            _, said = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise NotInstalled(f"not installed in {INSTALL_SECONDS:.0f} s") from None
    if process.returncode:
        raise NotInstalled((said.decode().strip().splitlines() or ["no output"])[-1])
