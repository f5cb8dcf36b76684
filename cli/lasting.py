"""Server streams that outlast the connection they came by: whoever watches goes on when the gateway or service is back.

For streams that begin with the present state, so that nothing is missed between two of them.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import grpc

from cli.errors import CliError, read_status
from cli.exits import ExitCode
from cli.output import say

# Codes by which a stream ends that nobody meant to end.
BROKEN: Final = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
# The reason that the gateway gives where it ends a stream on which nothing has happened for hours.
IDLE: Final = "STREAM_IDLE"
PATIENCE_SECONDS = 60.0
PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 2.0
# A first stream that breaks sooner, and before its first message, was never there: nobody listens.
HELD_SECONDS = 1.0


class LossNotice:
    """Says that a connection was lost, once for all the streams that share it."""

    def __init__(self) -> None:
        self._told = False

    def tell(self) -> None:
        """Say it, unless it was said before."""
        if not self._told:
            self._told = True
            say("The connection was lost; watching goes on when it is back.")


class LastingStream:
    """Opens a stream again while it breaks, for at most a minute in a row, and has it said that it does."""

    def __init__(self, notice: LossNotice, *, is_there: bool = False) -> None:
        """`is_there`: the other side answered just now, so that the first stream may break at once, too."""
        self._notice = notice
        self._held = is_there
        self._broken_since: float | None = None

    async def messages(self, opened: Callable[[], Any], ended: Callable[[], bool]) -> AsyncIterator[Any]:
        """The messages of the streams that `opened` opens, until one has come to an end and `ended` says so too.

        Raises `grpc.aio.AioRpcError` for every other failure, and CliError when patience has run out.
        """
        pause = PAUSE_SECONDS
        while True:
            began = time.monotonic()
            try:
                async for message in opened():
                    self._held, self._broken_since, pause = True, None, PAUSE_SECONDS
                    yield message
                if ended():
                    return
            except grpc.aio.AioRpcError as error:
                if not _is_broken(error) or not self._was_held(began):
                    raise
            self._bear_with_break(began)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _was_held(self, began: float) -> bool:
        return self._held or time.monotonic() - began >= HELD_SECONDS

    def _bear_with_break(self, began: float) -> None:
        now = time.monotonic()
        if self._broken_since is None or now - began >= HELD_SECONDS:
            self._broken_since = now
        if now - self._broken_since >= PATIENCE_SECONDS:
            sentence = f"The connection didn't come back within {PATIENCE_SECONDS:g} s; watch again later."
            raise CliError(sentence, ExitCode.UNAVAILABLE)
        self._notice.tell()


def _is_broken(error: grpc.aio.AioRpcError) -> bool:
    return error.code() in BROKEN or read_status(error).reason == IDLE
