"""Rings that wake idle workers, over one small Redis stream a queue. Losing one costs latency and nothing else (I2).

A ring says that jobs of a kind wait, or soon will. The consumer group "workers" gives each ring to one idle worker,
which claims from PostgreSQL, acknowledges, and deletes the ring, so that the stream holds only what nobody has heard.
"""

import asyncio
import contextlib
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from redis.exceptions import ResponseError

from chassis.redis import AWAY
from jobs.loops import Loop
from jobs.tally import Tally

GROUP = "workers"
STREAM_LIMIT = 1_000  # Rings that nobody hears for hours; more would wake nobody sooner.
TAKEN_AT_ONCE = 100
# A ring is acknowledged as soon as its worker has claimed; older ones are of workers that died in between.
ABANDONED_MILLISECONDS = 30_000
DEAD_CONSUMER_MILLISECONDS = 3_600_000
# How long a Redis that has fallen silent may hold anybody up.
PATIENCE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Ring:
    """`count` jobs; the first of those that aren't due yet is due in `due_seconds`."""

    count: int = 0
    due_seconds: float = math.inf

    def joined(self, other: "Ring") -> "Ring":
        """Both as one."""
        return Ring(self.count + other.count, min(self.due_seconds, other.due_seconds))


class BellAway(Exception):
    """Redis can't be reached; poll."""


class Bell:
    """Sends rings without anybody waiting for it. `redis` None: there is none, and everybody polls."""

    def __init__(self, *, redis: Any, prefix: str, tally: Tally, log: structlog.stdlib.BoundLogger) -> None:
        self._redis = redis
        self._prefix = prefix
        self._tally = tally
        self._log = log
        self._pending: dict[str, Ring] = {}
        self._wanted = asyncio.Event()
        self._loop = Loop("send rings", self._wait_and_send, log=log)
        self._away = False

    async def start(self) -> None:
        """Begin to send."""
        if self._redis is not None:
            await self._loop.start()

    async def stop(self) -> None:
        """Send what is left, if Redis is there and answers at once."""
        if self._loop.runs:
            await self._loop.stop()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await self._send_all()

    def ring(self, kind: str, ring: Ring) -> None:
        """Send a ring soon. Rings of a kind that wait for each other's sending become one."""
        if self._redis is not None:
            self._pending[kind] = self._pending.get(kind, Ring()).joined(ring)
            self._wanted.set()

    def stream(self, kind: str) -> str:
        """The name of a queue's stream; the hash tag keeps all keys of a queue on one node of a cluster."""
        return f"{{{self._prefix}:{kind}}}:bell"

    def listener(self, kind: str, worker_id: UUID) -> "Listener | None":
        """Ears for a kind; None without Redis."""
        if self._redis is None:
            return None
        return Listener(
            redis=self._redis, stream=self.stream(kind), consumer=str(worker_id), kind=kind, tally=self._tally
        )

    async def describe(self, kind: str) -> tuple[int, Mapping[str, int]]:
        """How many rings stand in the stream, and how many each consumer has not acknowledged. Raises BellAway."""
        if self._redis is None:
            raise BellAway
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                length = int(await self._redis.xlen(self.stream(kind)))
                return length, await self._pending_rings(kind) if length else {}
        except AWAY:
            raise BellAway from None

    async def _pending_rings(self, kind: str) -> Mapping[str, int]:
        try:
            consumers = await self._redis.xinfo_consumers(self.stream(kind), GROUP)
        except ResponseError:  # The group isn't there: nobody has listened yet.
            return {}
        return {_text(one["name"]): int(one["pending"]) for one in consumers if one["pending"]}

    async def _wait_and_send(self) -> None:
        await self._wanted.wait()
        await self._send_all()

    async def _send_all(self) -> None:
        self._wanted.clear()
        while self._pending:
            kind = next(iter(self._pending))
            ring = self._pending.pop(kind)
            try:
                await self._send(kind, ring)
            except asyncio.CancelledError:
                self.ring(kind, ring)  # Whoever stops us sends what is left.
                raise

    async def _send(self, kind: str, ring: Ring) -> None:
        try:
            fields = {"count": ring.count, "due": ring.due_seconds}
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._redis.xadd(self.stream(kind), fields, maxlen=STREAM_LIMIT, approximate=True)
        except AWAY as error:
            self._tally.rings_missed(kind)
            if not self._away:
                self._log.warning("rings can't be sent, workers poll", error=type(error).__name__)
            self._away = True
        else:
            self._tally.rings_sent(kind)
            if self._away:
                self._log.info("rings are sent again")
            self._away = False


class Listener:
    """One worker's ears at one queue's stream."""

    def __init__(self, *, redis: Any, stream: str, consumer: str, kind: str, tally: Tally) -> None:
        self._redis = redis
        self._stream = stream
        self._consumer = consumer
        self._kind = kind
        self._tally = tally
        self._heard: list[Any] = []
        self._away = False
        self._take_over_after = -math.inf

    async def listen(self, seconds: float) -> Ring | None:
        """The next ring, or None when there is none for so long, or Redis has just come back. Raises BellAway."""
        try:
            answer = await self._read(0.0 if self._away else seconds)
        except ResponseError as error:
            if not str(error).startswith("NOGROUP"):
                raise BellAway from None
            await self._make_group()
            return Ring(1)  # Whatever was rung before is gone.
        except AWAY:
            self._away = True
            raise BellAway from None
        self._away = False
        entries = entries_of(answer)
        if not entries:
            return None
        self._heard += [entry for entry, _ in entries]
        self._tally.rings_heard(self._kind, len(entries))
        ring = Ring()
        for _, fields in entries:
            ring = ring.joined(_ring(fields))
        return ring

    async def _read(self, seconds: float) -> Any:
        async with asyncio.timeout(seconds + PATIENCE_SECONDS):
            return await self._redis.xreadgroup(
                GROUP, self._consumer, {self._stream: ">"}, count=TAKEN_AT_ONCE, block=max(1, round(seconds * 1000))
            )

    async def acknowledge(self) -> None:
        """Take out of the stream what was heard. Best called after the claim it led to."""
        heard, self._heard = self._heard, []
        if heard:
            with contextlib.suppress(*AWAY):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await self._drop(heard)

    async def take_over(self) -> None:
        """Drop rings that workers took and died with, and forget those workers; any claim makes up for them.

        Does nothing when it was done so lately that no ring can have been abandoned since.
        """
        if (now := time.monotonic()) < self._take_over_after:
            return
        self._take_over_after = now + ABANDONED_MILLISECONDS / 1000
        with contextlib.suppress(*AWAY):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._drop_abandoned()
                await self._forget_dead()

    async def _drop_abandoned(self) -> None:
        abandoned = await self._redis.xautoclaim(
            self._stream, GROUP, self._consumer, ABANDONED_MILLISECONDS, count=TAKEN_AT_ONCE, justid=True
        )
        if abandoned:
            await self._drop(abandoned)

    async def _forget_dead(self) -> None:
        for one in await self._redis.xinfo_consumers(self._stream, GROUP):
            if not one["pending"] and one["idle"] > DEAD_CONSUMER_MILLISECONDS:
                await self._redis.xgroup_delconsumer(self._stream, GROUP, one["name"])

    async def leave(self) -> None:
        """Drop what was heard, or was on its way here, and be forgotten."""
        with contextlib.suppress(*AWAY):
            async with asyncio.timeout(PATIENCE_SECONDS):
                pending = await self._redis.xpending_range(
                    self._stream, GROUP, min="-", max="+", count=TAKEN_AT_ONCE, consumername=self._consumer
                )
                if pending:
                    await self._drop([one["message_id"] for one in pending])
                await self._redis.xgroup_delconsumer(self._stream, GROUP, self._consumer)

    async def _make_group(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._redis.xgroup_create(self._stream, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise BellAway from None
        except AWAY:
            raise BellAway from None

    async def _drop(self, entries: list[Any]) -> None:
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.xack(self._stream, GROUP, *entries)
        pipeline.xdel(self._stream, *entries)
        await pipeline.execute()


def entries_of(answer: Any) -> list[tuple[Any, Mapping[Any, Any]]]:
    """The entries of one stream's answer, which is a dict or a list of pairs by the protocol's version."""
    pairs = answer.items() if isinstance(answer, dict) else answer or []
    found: list[tuple[Any, Mapping[Any, Any]]] = []
    for _, entries in pairs:
        nested = entries[0] if entries and isinstance(entries[0], list) else entries
        found += [(entry, fields or {}) for entry, fields in nested]
    return found


def _ring(fields: Mapping[Any, Any]) -> Ring:
    """A ring out of a stream's entry; whatever can't be read is one job that is due."""
    try:
        return Ring(int(fields[b"count"]), float(fields[b"due"]))
    except (KeyError, ValueError):
        return Ring(1)


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
