"""What `resolve` and `identify` share: items of a file or the command line, sent in batches, answered in order."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from google.protobuf.message import Message

from cli.output import flush, say
from cli.pipeline import Batch, batches, map_in_order, read_aside
from cli.records import BadRecord, Record

MAX_BYTES = 3_500_000  # a message; under the 4 MB that gRPC servers take by default

ItemT = TypeVar("ItemT", bound=Message)
AnswerT = TypeVar("AnswerT")


def checked(records: Iterator[Record[ItemT] | BadRecord]) -> Iterator[Record[ItemT] | BadRecord]:
    """The records, those that break a rule of their proto as bad ones: one would have its whole call refused."""
    from chassis.validation import violations

    for record in records:
        broken = [] if isinstance(record, BadRecord) else violations(record.message)
        yield BadRecord(record.place, broken[0].field, broken[0].description) if broken else record


@dataclass(slots=True)
class Answers(Generic[ItemT, AnswerT]):
    """Answers in the items' order. A bad item is told of on stderr and counted; it gets no answer and stops nothing."""

    call: Callable[[list[ItemT]], Awaitable[list[AnswerT]]]
    batch_size: int
    rejected: int = 0

    async def pages(self, records: Iterator[Record[ItemT] | BadRecord]) -> AsyncIterator[list[AnswerT]]:
        """The answers, a batch at a time. Raises what the reader raises and `grpc.aio.AioRpcError`."""
        found = read_aside(batches(checked(records), max_records=self.batch_size, max_bytes=MAX_BYTES))
        async for batch, answers in map_in_order(found, self._answer):
            for bad in batch.bad:
                self.rejected += 1
                say(str(bad))
            if answers:
                yield answers
                flush()

    async def _answer(self, batch: Batch[ItemT]) -> tuple[Batch[ItemT], list[AnswerT]]:
        return batch, await self.call(batch.messages) if batch.messages else []
