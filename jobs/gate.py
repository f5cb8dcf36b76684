"""Lets a suspect job run alone in its process, so that whatever it does to its worker is done to nobody else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Gate:
    """Many may pass at once, or one alone. Who wants to be alone goes first, or would never be."""

    def __init__(self) -> None:
        self._inside = 0
        self._alone = False
        self._wanting = 0
        self._changed: asyncio.Event = asyncio.Event()

    @property
    def is_open(self) -> bool:
        """Whether anybody may pass now who doesn't mind company."""
        return not (self._alone or self._wanting)

    def enter(self) -> None:
        """Pass an open gate."""
        self._inside += 1

    def leave(self) -> None:
        """Be out again, after `enter` or `wait`."""
        self._inside -= 1
        if self._wanting and not self._inside:
            self._wake()

    async def wait(self) -> None:
        """Pass once it is open."""
        while not self.is_open:
            await self._changed.wait()
        self.enter()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Pass when nobody is inside, and keep everybody out meanwhile."""
        self._wanting += 1
        try:
            while self._alone or self._inside:
                await self._changed.wait()
            self._alone = True
        finally:
            self._wanting -= 1
            self._wake()
        try:
            yield
        finally:
            self._alone = False
            self._wake()

    def _wake(self) -> None:
        """Let all who wait look again."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
