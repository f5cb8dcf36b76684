"""Parts that start in order and stop in reverse, whatever happens to one of them."""

import asyncio
import os
import signal
from collections.abc import Sequence

import pytest
import structlog

from chassis.lifecycle import run_until_signalled


class Part:
    """Notes what is done to it, in a diary that it shares with others."""

    def __init__(
        self,
        name: str,
        diary: list[str],
        *,
        breaks_at: Sequence[str] = (),
        starting: asyncio.Event | None = None,
        hangs: bool = False,
    ) -> None:
        self._name, self._diary, self._breaks_at, self._starting, self._hangs = name, diary, breaks_at, starting, hangs

    async def start(self) -> None:
        await self._do("start")
        if self._starting is not None:
            self._starting.set()
        if self._hangs:
            await asyncio.Event().wait()

    async def stop(self) -> None:
        await self._do("stop")

    async def _do(self, what: str) -> None:
        await asyncio.sleep(0)
        self._diary.append(f"{what} {self._name}")
        if what in self._breaks_at:
            raise RuntimeError(f"{self._name} can't {what}")


async def run(
    parts: Sequence[Part], log: structlog.stdlib.BoundLogger, number: signal.Signals, at: asyncio.Event
) -> None:
    """Run the parts and signal this process once `at` is set."""
    running = asyncio.create_task(run_until_signalled(parts, log=log))
    try:
        async with asyncio.timeout(10):
            await asyncio.wait({running, waiting := asyncio.create_task(at.wait())}, return_when="FIRST_COMPLETED")
            waiting.cancel()
            if not running.done():
                os.kill(os.getpid(), number)
            await running
    finally:
        for one in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().remove_signal_handler(one)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_parts_start_in_order_and_stop_in_reverse_when_signalled(
    log: structlog.stdlib.BoundLogger, number: signal.Signals
) -> None:
    diary: list[str] = []
    started = asyncio.Event()
    parts = [Part("database", diary), Part("health", diary), Part("server", diary, starting=started)]

    await run(parts, log, number, started)

    assert diary == ["start database", "start health", "start server", "stop server", "stop health", "stop database"]


async def test_a_part_that_fails_to_start_stops_those_before_it_and_starts_none_after(
    log: structlog.stdlib.BoundLogger,
) -> None:
    diary: list[str] = []
    parts = [Part("database", diary), Part("health", diary, breaks_at=["start"]), Part("server", diary)]

    with pytest.raises(RuntimeError, match="health can't start"):
        await run(parts, log, signal.SIGTERM, asyncio.Event())

    assert diary == ["start database", "start health", "stop health", "stop database"]


async def test_a_part_that_fails_to_stop_keeps_no_other_from_stopping(log: structlog.stdlib.BoundLogger) -> None:
    diary: list[str] = []
    started = asyncio.Event()
    parts = [
        Part("database", diary),
        Part("health", diary, breaks_at=["stop"]),
        Part("server", diary, starting=started),
    ]

    with pytest.raises(RuntimeError, match="health can't stop"):
        await run(parts, log, signal.SIGTERM, started)

    assert diary[-3:] == ["stop server", "stop health", "stop database"]


async def test_a_signal_ends_a_start_that_takes_for_ever(log: structlog.stdlib.BoundLogger) -> None:
    diary: list[str] = []
    starting = asyncio.Event()
    parts = [Part("database", diary), Part("health", diary, starting=starting, hangs=True), Part("server", diary)]

    await run(parts, log, signal.SIGTERM, starting)

    assert diary == ["start database", "start health", "stop health", "stop database"]
