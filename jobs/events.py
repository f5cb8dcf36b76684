"""Tells every process of a service which jobs have changed: watchers look again, and workers stop what was cancelled.

One short Redis stream a service, read by all. An event carries ids and no state, so a lost one costs only time: whoever
waits also looks again by itself every few seconds, and every second while Redis is away.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import structlog

from chassis.redis import AWAY
from jobs.bell import PATIENCE_SECONDS, entries_of
from jobs.loops import Loop

STREAM_LIMIT = 1_000
IDS_AT_ONCE = 1_000
# Changes that come close upon one another go out together, and after the rings, which somebody waits for.
GATHER_SECONDS = 0.02
BLOCK_SECONDS = 5.0
LOOK_AGAIN_SECONDS = 5.0
LOOK_AGAIN_WHILE_AWAY_SECONDS = 1.0


class Watch:
    """Somebody who waits for changes of some jobs, or of any."""

    def __init__(self, events: "Events", ids: frozenset[UUID] | None) -> None:
        self._events = events
        self._ids = ids
        self._changed = asyncio.Event()

    async def wait(self) -> None:
        """Return when one of the jobs may have changed since the last return, and after some seconds in any case."""
        seconds = LOOK_AGAIN_SECONDS if self._events.connected else LOOK_AGAIN_WHILE_AWAY_SECONDS
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return
        finally:
            self._changed.clear()

    def tell(self, ids: Collection[UUID] | None) -> None:
        """Note a change; None: any job may have changed."""
        if ids is None or self._ids is None or not self._ids.isdisjoint(ids):
            self._changed.set()


class Events:
    """One process's end of the stream. `redis` None: only this process's own changes are heard at once."""

    def __init__(self, *, redis: Any, prefix: str, log: structlog.stdlib.BoundLogger) -> None:
        self._redis = redis
        self._stream = f"{{{prefix}}}:events"
        self._log = log
        self._sender = uuid4().bytes
        self._watches: set[Watch] = set()
        self._stoppers: list[Callable[[Collection[UUID]], None]] = []
        self._changed: set[UUID] = set()
        self._stopped: set[UUID] = set()
        self._wanted = asyncio.Event()
        self._heard_last: Any = None
        self._loops = [Loop("send events", self._wait_and_send, log=log), Loop("hear events", self._hear, log=log)]
        self.connected = False

    async def start(self) -> None:
        """Begin to send and to hear."""
        if self._redis is not None:
            for loop in self._loops:
                await loop.start()

    async def stop(self) -> None:
        """Send what is left, if Redis answers, and let everybody who waits look once more."""
        ran = any(loop.runs for loop in self._loops)
        for loop in self._loops:
            await loop.stop()
        if ran:
            await self._send_all()  # It gives up at once on a Redis that is away.
        self._dispatch(None, stop=False)

    def tell(self, ids: Iterable[UUID], *, stop: bool = False) -> None:
        """Let everybody know that these jobs have changed; `stop`: that their workers should stop them."""
        changed = list(ids)
        if not changed:
            return
        self._dispatch(changed, stop=stop)
        if self._redis is not None:
            (self._stopped if stop else self._changed).update(changed)
            self._wanted.set()

    @contextmanager
    def watch(self, ids: Collection[UUID] | None = None) -> Iterator[Watch]:
        """Wait for changes of these jobs, or of any, for the block's time."""
        watch = Watch(self, None if ids is None else frozenset(ids))
        self._watches.add(watch)
        try:
            yield watch
        finally:
            self._watches.discard(watch)

    def on_stop(self, callback: Callable[[Collection[UUID]], None]) -> None:
        """Have `callback` told of the jobs that should be stopped."""
        self._stoppers.append(callback)

    def _dispatch(self, ids: Collection[UUID] | None, *, stop: bool) -> None:
        for watch in self._watches:
            watch.tell(ids)
        if stop and ids:
            for callback in self._stoppers:
                callback(ids)

    async def _wait_and_send(self) -> None:
        await self._wanted.wait()
        await asyncio.sleep(GATHER_SECONDS)
        await self._send_all()

    async def _send_all(self) -> None:
        self._wanted.clear()
        changed, self._changed = self._changed, set()
        stopped, self._stopped = self._stopped, set()
        for name, told in (("stop", stopped), ("ids", changed - stopped)):
            ids = [job_id.bytes for job_id in told]
            for start in range(0, len(ids), IDS_AT_ONCE):
                fields = {"from": self._sender, name: b"".join(ids[start : start + IDS_AT_ONCE])}
                try:
                    async with asyncio.timeout(PATIENCE_SECONDS):
                        await self._redis.xadd(self._stream, fields, maxlen=STREAM_LIMIT, approximate=True)
                except AWAY:
                    return  # Everybody looks again by themselves.

    async def _hear(self) -> None:
        try:
            async with asyncio.timeout(BLOCK_SECONDS + PATIENCE_SECONDS):
                if self._heard_last is None:
                    await self._begin_to_hear()
                else:
                    await self._hear_next()
        except AWAY as error:
            if self.connected:
                self._log.warning("events can't be heard, watchers look by themselves", error=type(error).__name__)
            self.connected, self._heard_last = False, None
            await asyncio.sleep(LOOK_AGAIN_WHILE_AWAY_SECONDS)

    async def _begin_to_hear(self) -> None:
        newest = await self._redis.xrevrange(self._stream, count=1)
        self._heard_last = newest[0][0] if newest else "0-0"
        self.connected = True
        self._dispatch(None, stop=False)  # What happened while nobody heard isn't known.

    async def _hear_next(self) -> None:
        heard = {self._stream: self._heard_last}
        answer = await self._redis.xread(heard, count=100, block=round(BLOCK_SECONDS * 1000))
        for entry, fields in entries_of(answer):
            self._heard_last = entry
            if fields.get(b"from") != self._sender:
                for name, stop in ((b"ids", False), (b"stop", True)):
                    packed = fields.get(name, b"")
                    ids = [UUID(bytes=packed[start : start + 16]) for start in range(0, len(packed) - 15, 16)]
                    if ids:
                        self._dispatch(ids, stop=stop)
