"""Moves records between files and calls: reading beside the calls, batches, several calls under way, answers in order.

Memory is bounded by a few batches, however long the file.
"""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterable, Iterator, Sequence
from typing import Any, Final, Generic, TypeVar

from google.protobuf.message import Message

from cli.records import BadRecord, Place, Record

CALLS_IN_FLIGHT = 4

T = TypeVar("T")
R = TypeVar("R")
MessageT = TypeVar("MessageT", bound=Message)

_END: Final = object()


class Batch(Generic[MessageT]):
    """Some records in their order, and the bad ones that stood among them."""

    def __init__(self) -> None:
        self.messages: list[MessageT] = []
        self.places: list[Place] = []
        self.bad: list[BadRecord] = []
        self.size = 0  # bytes on the wire

    def add(self, record: Record[MessageT], size: int) -> None:
        """Append a record of `size` bytes."""
        self.messages.append(record.message)
        self.places.append(record.place)
        self.size += size


def batches(
    records: Iterable[Record[MessageT] | BadRecord],
    *,
    max_records: int,
    max_bytes: int,
    fits: Callable[[Sequence[MessageT], MessageT], bool] = lambda *_: True,
) -> Iterator[Batch[MessageT]]:
    """Batches of at most so many records and, but for a single larger one, bytes. Bad records count as records.

    `fits` says of a batch's messages and a further one whether they may go together, apart from that.
    """
    batch: Batch[MessageT] = Batch()
    for record in records:
        size = 0 if isinstance(record, BadRecord) else record.message.ByteSize() + 8  # tag and length
        full = len(batch.messages) + len(batch.bad) >= max_records or batch.size + size > max_bytes
        full = full or not (isinstance(record, BadRecord) or fits(batch.messages, record.message))
        if full and (batch.messages or batch.bad):
            yield batch
            batch = Batch()
        if isinstance(record, BadRecord):
            batch.bad.append(record)
        else:
            batch.add(record, size)
    if batch.messages or batch.bad:
        yield batch


async def read_aside(items: Iterator[T]) -> AsyncIterator[T]:
    """The items, each taken in a thread of its own, so that a slow pipe holds up neither calls nor Ctrl-C.

    The threads are daemons: one that waits for a pipe would otherwise keep the process from ending.
    """
    loop = asyncio.get_running_loop()
    while True:
        future: asyncio.Future[Any] = loop.create_future()
        threading.Thread(target=_take, args=(items, future, loop), daemon=True).start()
        item = await future
        if item is _END:
            return
        yield item


async def map_in_order(
    items: AsyncIterator[T], call: Callable[[T], Coroutine[Any, Any, R]], *, in_flight: int = CALLS_IN_FLIGHT
) -> AsyncIterator[R]:
    """`call` of every item, in the items' order, with at most `in_flight` calls under way at once."""
    running: deque[asyncio.Task[R]] = deque()
    try:
        async for item in items:
            running.append(asyncio.create_task(call(item)))
            if len(running) >= in_flight:
                yield await running[0]
                running.popleft()
        while running:
            yield await running[0]
            running.popleft()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def merged(streams: Sequence[AsyncIterator[T]]) -> AsyncGenerator[T]:
    """What comes of any of the streams, as it comes, until all have ended. Raises what the first to fail raises."""
    found: asyncio.Queue[Any] = asyncio.Queue(maxsize=1)

    async def pump(stream: AsyncIterator[T]) -> None:
        try:
            async for item in stream:
                await found.put((item, None))
            await found.put((_END, None))
        except Exception as error:  # noqa: BLE001 - it is raised again where the items are taken
            await found.put((_END, error))

    pumps = [asyncio.create_task(pump(stream)) for stream in streams]
    try:
        left = len(pumps)
        while left:
            item, error = await found.get()
            if error is not None:
                raise error
            if item is _END:
                left -= 1
            else:
                yield item
    finally:
        for task in pumps:
            task.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)


def _take(items: Iterator[T], future: asyncio.Future[Any], loop: asyncio.AbstractEventLoop) -> None:
    try:
        item: Any = next(items, _END)
        settle, result = future.set_result, item
    except BaseException as error:  # noqa: BLE001 - it is raised again where the item is awaited
        settle, result = future.set_exception, error

    def deliver() -> None:
        if not future.done():
            settle(result)

    # The command has ended meanwhile, and with it the loop.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(deliver)
