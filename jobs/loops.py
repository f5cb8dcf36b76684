"""A step that is done again and again while its process lives, whatever becomes of one of them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from chassis.errors import AtelierError

FAILED_SECONDS = 1.0
CANCEL_AGAIN_SECONDS = 0.05


class Loop:
    """Runs `step` over and over; it waits by itself. One that fails is logged, and run again `failed_seconds` later."""

    def __init__(
        self,
        name: str,
        step: Callable[[], Awaitable[None]],
        *,
        log: structlog.stdlib.BoundLogger,
        failed_seconds: float = FAILED_SECONDS,
    ) -> None:
        self._name = name
        self._step = step
        self._log = log
        self._failed_seconds = failed_seconds
        self._task: asyncio.Task[None] | None = None

    @property
    def runs(self) -> bool:
        """Whether it has been started and not stopped."""
        return self._task is not None

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(), name=self._name)

    async def stop(self) -> None:
        """Cancel the step under way and return once it has ended."""
        task, self._task = self._task, None
        if task is not None:
            await end(task)

    async def _run(self) -> None:
        while True:
            try:
                await self._step()
            except (AtelierError, TimeoutError) as error:
                self._log.warning("step failed, it is tried again", loop=self._name, error=repr(error))
            except Exception:  # noqa: BLE001 - a bug in one step must not end all that follow
                self._log.exception("step failed, it is tried again", loop=self._name)
            else:
                continue
            await asyncio.sleep(self._failed_seconds)


async def end(task: "asyncio.Task[Any]") -> None:
    """Cancel a task and return once it has ended, however it does.

    More than once: Redis's client, like asyncio.wait_for (cpython issue 86296), may swallow a cancellation.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=CANCEL_AGAIN_SECONDS)
    if not task.cancelled():
        task.exception()
