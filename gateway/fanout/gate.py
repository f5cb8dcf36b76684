"""How many streams to one service a watch opens at the same moment: after a restart all of them come at once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

AT_ONCE = 16
# A service that is frozen answers nobody, which each of those who wait has to find out.
PATIENCE_SECONDS = 2.0


class Gate:
    """Gives turns to open a stream."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator["Turn"]:
        """A turn, which lasts no longer than the block."""
        await self._free.acquire()
        turn = Turn(self._free.release)
        try:
            yield turn
        finally:
            turn.end()


class Turn:
    """Ends when it is told to, or by itself while no answer comes."""

    def __init__(self, leave: Callable[[], None]) -> None:
        self._leave: Callable[[], None] | None = leave
        self._timer = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self.end)

    def answered(self) -> None:
        """An answer has come, which is held until it is written: now it only ends when told to."""
        self._timer.cancel()

    def end(self) -> None:
        """Let the next one open its stream. Ending twice is legal."""
        self._timer.cancel()
        leave, self._leave = self._leave, None
        if leave is not None:
            leave()
