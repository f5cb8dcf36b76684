"""Idle memory of every process: proportional set size (Linux), which counts a shared page once over all sharers."""

import asyncio

import psutil

from bench.figures import Figure
from bench.surroundings import Surroundings

SETTLE_SECONDS = 3.0


async def measure(around: Surroundings) -> list[Figure]:
    """MiB of each process, its children with it, some seconds after the start."""
    await asyncio.sleep(SETTLE_SECONDS)
    names = ("postgres", "redis", "resolver", "generator", "gateway")
    return [Figure("memory", f"{name}, idle", "MiB", mebibytes(around.stack.pid(name))) for name in names]


def mebibytes(pid: int) -> float:
    """PSS of a process and its descendants."""
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    return float(sum(one.memory_full_info().pss for one in family)) / 2**20
