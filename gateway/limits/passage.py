"""A stream under way, and how long nothing has passed on it: one that nobody needs any more doesn't stay for ever."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from chassis.context import REQUEST_ID_KEY, request_id
from chassis.errors import STATUS_DETAILS_KEY, status_of
from chassis.passage import Context, Passage
from gateway.errors import DOMAIN
from gateway.limits.errors import StreamIdle

LOOKS = 4
_told: set[asyncio.Future[Any]] = set()  # The loop itself would let go of them.


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a stream may be idle: while it is the caller's turn to send or to take a message, and at all."""

    caller_seconds: float
    silent_seconds: float


class WatchedPassage(Passage):
    """Looks a few times in each bound whether the stream is idle, and then ends the task that the call runs in."""

    def __init__(self, patience: Patience, *, talks: bool, reader: Context | None) -> None:
        """`talks`: nobody can know whose turn it is to send.

        `reader`: the call, if its caller must take its messages; over HTTP its connection is watched instead.
        """
        self._patience = patience
        self._talks = talks
        self._reader = reader
        self._asking_since: float | None = None
        self._offering_since: float | None = None
        self._moved_at = time.monotonic()
        self._idleness: str | None = None
        self._timer: asyncio.TimerHandle | None = None

    def asking(self) -> None:
        self._asking_since = None if self._talks else time.monotonic()

    def heard(self) -> None:
        self._asking_since = None
        self._moved_at = time.monotonic()

    def offering(self) -> None:
        self._offering_since = time.monotonic()

    def taken(self) -> None:
        self._offering_since = None
        self._moved_at = time.monotonic()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Watch the stream for the block's time. Raises StreamIdle."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - calls run in tasks
        self._look_later(task)
        try:
            yield
        except asyncio.CancelledError:
            if self._idleness is None or task.uncancel() > 0:
                raise
            raise StreamIdle(self._idleness) from None
        finally:
            if self._timer is not None:
                self._timer.cancel()

    def _look_later(self, task: asyncio.Task[Any]) -> None:
        seconds = min(self._patience.caller_seconds, self._patience.silent_seconds) / LOOKS
        self._timer = asyncio.get_running_loop().call_later(seconds, self._look, task)

    def _look(self, task: asyncio.Task[Any]) -> None:
        self._idleness = self._idle_for(time.monotonic())
        if self._idleness is None:
            self._look_later(task)
            return
        if self._reader is not None and self._offering_since is not None:
            _tell_in_the_end(self._reader, StreamIdle(self._idleness))
        task.cancel()

    def _idle_for(self, now: float) -> str | None:
        """What has been waited for too long; None: nothing."""
        bound = self._patience.caller_seconds
        if self._asking_since is not None and now - self._asking_since > bound:
            return f"You have sent nothing for {bound:g} s."
        if self._offering_since is not None:
            late = self._reader is not None and now - self._offering_since > bound
            return f"You have taken nothing for {bound:g} s." if late else None
        if now - self._moved_at > self._patience.silent_seconds:
            return f"Nothing has passed on this stream for {self._patience.silent_seconds:g} s; open it again."
        return None


def _tell_in_the_end(reader: Context, error: StreamIdle) -> None:
    """Have the caller told behind what it hasn't taken yet, whenever that is: its call runs on in gRPC alone till then.

    Who is cancelled while it sends can't tell anything afterwards: cygrpc drops such a call without a status.
    """
    details = status_of(error, domain=DOMAIN).SerializeToString()
    trailers = ((REQUEST_ID_KEY, request_id.get()), (STATUS_DETAILS_KEY, details))
    telling = asyncio.ensure_future(reader.abort(error.code, error.message, trailing_metadata=trailers))
    _told.add(telling)
    telling.add_done_callback(_forget)


def _forget(telling: asyncio.Future[Any]) -> None:
    _told.discard(telling)
    if not telling.cancelled():
        telling.exception()  # It always ends with one.
