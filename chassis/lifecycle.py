"""Starting and stopping: every part has `start` and `stop`, and a process is an ordered list of parts."""

import asyncio
import signal
from collections.abc import Sequence
from typing import Protocol

import structlog


class Part(Protocol):
    """A thing that runs while the process does. Stopping twice, or before starting, is legal."""

    async def start(self) -> None:
        """Return once the part works, or raise."""

    async def stop(self) -> None:
        """Finish what is under way and return."""


async def run_until_signalled(parts: Sequence[Part], *, log: structlog.stdlib.BoundLogger) -> None:
    """Start the parts in order, wait for SIGTERM or SIGINT, stop them in reverse, so what serves ends before its needs.

    Raises what a part's `start` raised, after stopping those that had started.
    """
    signalled = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signalled.set)
    started: list[Part] = []
    try:
        for part in parts:
            started.append(part)
            await part.start()
        log.info("started")
        await signalled.wait()
        log.info("stopping")
    finally:
        for part in reversed(started):
            await part.stop()
        log.info("stopped")
