"""One HTTP connection whose peer must get on: a head, a body or a reader that is too slow holds nothing for ever.

uvicorn bounds only how long a connection may wait for its next request.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from gateway.config import GatewaySettings

LOOKS = 4
# RFC 9110, 15.5.9. The peer may be about to send the rest, of which nothing will be read.
TIMED_OUT = h11.Response(status_code=408, headers=[("content-length", "0"), ("connection", "close")])
FAREWELL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a head and a body may take to come, and how long a peer may send, or take, nothing."""

    head_seconds: float
    body_seconds: float
    idle_seconds: float

    @classmethod
    def of(cls, settings: GatewaySettings) -> "Pace":
        """What the settings demand."""
        return cls(
            head_seconds=settings.http_head_seconds,
            body_seconds=settings.http_body_seconds,
            idle_seconds=settings.http_idle_seconds,
        )


class Connection(H11Protocol):
    """uvicorn's, which looks a few times in each bound whether its peer gets on, and closes itself where it doesn't."""

    def __init__(self, *, pace: Pace, **options: Any) -> None:
        super().__init__(**options)
        self._pace = pace
        self._has_begun = self._is_over = False
        self._heard_at = self.loop.time()
        self._head_since: float | None = self._heard_at
        self._body_since = self._heard_at
        self._unread_since: float | None = None
        self._unread = 0
        self._seen: RequestResponseCycle | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_over:
            return
        self._has_begun = True
        self._heard_at = self.loop.time()
        if self._head_since is None and (self.cycle is None or self.cycle.response_complete):
            self._head_since = self._heard_at
        super().data_received(data)

    def handle_events(self) -> None:
        super().handle_events()
        if self.cycle is not self._seen:
            self._seen, self._head_since, self._body_since = self.cycle, None, self.loop.time()

    def _look_later(self) -> None:
        seconds = min(self._pace.head_seconds, self._pace.body_seconds, self._pace.idle_seconds) / LOOKS
        self._timer = self.loop.call_later(seconds, self._look)

    def _look(self) -> None:
        now = self.loop.time()
        if self._leaves_unread(now):
            self.transport.abort()
        elif self._is_slow(now):
            self._time_out()
        else:
            self._look_later()

    def _is_slow(self, now: float) -> bool:
        """Whether what the peer sends is overdue."""
        if self._head_since is not None:
            return now - self._head_since > self._pace.head_seconds
        if self.cycle is None or self.cycle.response_complete or not self.cycle.more_body:
            return False
        if self.flow.read_paused:
            self._heard_at = now  # It is we who don't get on.
        return now - self._heard_at > self._pace.idle_seconds or now - self._body_since > self._pace.body_seconds

    def _leaves_unread(self, now: float) -> bool:
        """Whether nothing of what was sent has been taken for too long, also of a connection that is about to close."""
        before, self._unread = self._unread, self.transport.get_write_buffer_size()
        if not self._unread:
            self._unread_since = None
        elif self._unread_since is None or self._unread < before:
            self._unread_since = now
        return self._unread_since is not None and now - self._unread_since > self._pace.idle_seconds

    def _time_out(self) -> None:
        """Answer 408 where a request has begun and no answer has, and close.

        What comes meanwhile is taken and dropped for a moment: closing at once would reset the connection, and the peer
        might never see the answer (RFC 9112, 9.6).
        """
        if self.cycle is not None:
            self.cycle.disconnected = True  # Whatever the application still sends leads nowhere.
            self.cycle.message_event.set()
        if self._has_begun and self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.write(self.conn.send(TIMED_OUT) + self.conn.send(h11.EndOfMessage()))
        self._is_over = True
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._timer = self.loop.call_later(FAREWELL_SECONDS, self.transport.abort)
