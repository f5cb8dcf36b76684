"""What a stack costs that has nothing to do, all of its workers included: queries, and a core's time."""

import asyncio

import psutil

from bench.figures import Figure, at_most
from bench.surroundings import Surroundings
from cli.stack.programs import PROGRAMS

SETTLE_SECONDS, SECONDS = 5.0, 20.0
# Transactions are counted when a session reports, which an idle one does after a second at most.
TRANSACTIONS = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"


async def measure(around: Surroundings) -> list[Figure]:
    """Over some seconds, without anybody calling."""
    await asyncio.sleep(SETTLE_SECONDS)
    parts = ["postgres", "redis", *(program.name for program in PROGRAMS)]
    connection = await around.postgres()
    before, began = (
        await connection.fetchval(TRANSACTIONS),
        {name: cpu_seconds(around.stack.pid(name)) for name in parts},
    )
    await asyncio.sleep(SECONDS)
    shares = {name: 100 * (cpu_seconds(around.stack.pid(name)) - began[name]) / SECONDS for name in parts}
    queries = (await connection.fetchval(TRANSACTIONS) - before) / SECONDS
    await connection.close()
    cores = sum(shares.values())
    by_part = ", ".join(f"{name} {share:.2f}" for name, share in shares.items())
    return [
        Figure("idle", "idle stack", "% of a core", cores, by_part, None, *at_most(cores, 2)),
        Figure("idle", "idle stack", "queries/s", queries, "", None, *at_most(queries, 20)),
    ]


def cpu_seconds(pid: int) -> float:
    """Of a process and its descendants, those that have ended included."""
    process = psutil.Process(pid)
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    own = process.cpu_times()
    return sum(one.user + one.system for one in times) + own.children_user + own.children_system
