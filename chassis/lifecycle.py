"""Starting and stopping: every part has `start` and `stop`, and a process is an ordered list of parts."""

import asyncio
import gc
import signal
from collections.abc import Sequence
from typing import Protocol

import structlog

YOUNG_OBJECTS = 10_000


class PortTaken(Exception):
    """Something else listens on the port."""


class Part(Protocol):
    """A thing that runs while the process does. Stopping twice, or before starting, is legal."""

    async def start(self) -> None:
        """Return once the part works, or raise."""

    async def stop(self) -> None:
        """Finish what is under way and return."""


async def run_until_signalled(parts: Sequence[Part], *, log: structlog.stdlib.BoundLogger) -> None:
    """Start the parts in order, wait for SIGTERM or SIGINT, stop them in reverse, so what serves ends before its needs.

    A signal also ends a start that is under way. Raises what a part's `start` raised, after stopping those that had
    started; else what the first `stop` that failed raised, after the others.
    """
    signalled = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signalled.set)
    started: list[Part] = []
    try:
        if await _start(parts, started, signalled):
            settle()
            log.info("started")
            await signalled.wait()
        log.info("stopping")
    except BaseException:
        await _stop(started, log)
        raise
    failures = await _stop(started, log)
    if failures:
        raise failures[0]


def settle() -> None:
    """Take what stands by now out of the collector's sight: a full collection of it stops a process for 90 ms.

    What is made from now on is nearly all gone before it looks: it looks less often than after every 700 objects.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)


async def _start(parts: Sequence[Part], started: list[Part], signalled: asyncio.Event) -> bool:
    """Start the parts, noting them in `started`; False when a signal came first."""

    async def start_all() -> None:
        for part in parts:
            started.append(part)
            await part.start()

    starting = asyncio.create_task(start_all())
    waiting = asyncio.create_task(signalled.wait())
    try:
        await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
        return starting.done()
    finally:
        starting.cancel()
        waiting.cancel()
        await asyncio.gather(starting, waiting, return_exceptions=True)


async def _stop(started: Sequence[Part], log: structlog.stdlib.BoundLogger) -> list[Exception]:
    """Stop the parts in reverse, each whatever becomes of the others; what was raised."""
    failures: list[Exception] = []
    for part in reversed(started):
        try:
            await part.stop()
        except Exception as error:
            log.exception("part not stopped", part=type(part).__name__)
            failures.append(error)
    log.info("stopped")
    return failures
