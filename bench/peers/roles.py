"""What a job system does in a process of its own: the same few roles for each, so that they can be put side by side.

`python -m MODULE ROLE [NUMBER …]` answers by a line of JSON, and then ends. Imports what every environment has and
nothing else, as a peer runs in one of its own.
"""

import asyncio
import json
import logging
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import uvloop

BULK = 1_000
LOOK_SECONDS = 0.005

Handle = Callable[[bytes], None]
"""Called at the start of each job; there is nothing else to do."""

Tell = Callable[[object], None]
"""Answers, before the system has ended: some take their time to stop."""


class System(Protocol):
    """A job system with one queue, in the manner its documentation calls the fastest that loses nothing."""

    async def open(self) -> None:
        """Connect."""

    async def close(self) -> None:
        """Disconnect."""

    async def prepare(self) -> None:
        """Make what it needs on fresh servers."""

    async def enqueue(self, payloads: Sequence[bytes]) -> None:
        """Return once all are accepted."""

    async def work(self, handle: Handle) -> None:
        """Work until cancelled."""

    async def unfinished(self) -> bool:
        """Whether any job hasn't been ended for good."""


async def prepare(system: System, tell: Tell) -> None:
    """Once, before all other roles."""
    await system.prepare()
    tell("prepared")


async def fill(system: System, tell: Tell, count: int) -> None:
    """Enqueue `count` jobs, a bulk at a time; how many a second."""
    started = time.monotonic()
    for start in range(0, count, BULK):
        await system.enqueue([b"nothing"] * min(BULK, count - start))
    tell(count / (time.monotonic() - started))


async def drain(system: System, tell: Tell, count: int) -> None:
    """Do the `count` jobs that wait; how many a second, from the first start until the last has ended for good."""
    starts: list[float] = []
    all_started = asyncio.Event()

    def handle(payload: bytes) -> None:
        starts.append(time.monotonic())
        if len(starts) == count:
            all_started.set()

    async with _working(system, handle):
        await all_started.wait()
        while await system.unfinished():  # noqa: ASYNC110 - no system says when it is done
            await asyncio.sleep(LOOK_SECONDS)
        tell(count / (time.monotonic() - starts[0]))


async def listen(system: System, tell: Tell, count: int) -> None:
    """Work; how many milliseconds after its time each of `count` jobs started. Says so when one before them has."""
    latencies: list[float] = []
    first, last = asyncio.Event(), asyncio.Event()

    def handle(payload: bytes) -> None:
        if first.is_set():
            latencies.append(1000 * (time.monotonic() - float(payload)))
        first.set()
        if len(latencies) == count:
            last.set()

    async with _working(system, handle):
        await first.wait()
        tell("listening")
        await last.wait()
        tell(latencies)


async def say(system: System, tell: Tell, count: int, rate: int) -> None:
    """Enqueue a job for the listener to begin with; told to go on, `count` single ones at `rate` a second.

    None waits for another. Answers how many a second it came to.
    """
    await system.enqueue([b"first"])
    await asyncio.to_thread(sys.stdin.readline)
    began = time.monotonic()
    sent = []
    for number in range(count):
        due = began + (number + 1) / rate
        await asyncio.sleep(due - time.monotonic())
        # The time it was due at: a producer that falls behind doesn't hide it.
        sent.append(asyncio.create_task(system.enqueue([str(due).encode()])))
    await asyncio.gather(*sent)
    tell(count / (time.monotonic() - began))


@asynccontextmanager
async def _working(system: System, handle: Handle) -> AsyncIterator[None]:
    """Works for the block's time; when that fails, so does the process."""
    async with asyncio.TaskGroup() as group:
        working = group.create_task(system.work(handle))
        yield
        working.cancel()


ROLES: dict[str, Callable[..., Awaitable[None]]] = {
    "prepare": prepare,
    "fill": fill,
    "drain": drain,
    "listen": listen,
    "say": say,
}


def main(system: System) -> None:
    """Carry out the role that the arguments name."""
    logging.basicConfig(level=logging.ERROR)
    role, *numbers = sys.argv[1:]

    async def run() -> None:
        await system.open()
        try:
            await ROLES[role](system, _tell, *map(int, numbers))
        finally:
            await system.close()

    uvloop.run(run())


def _tell(answer: object) -> None:
    print(json.dumps(answer), flush=True)
