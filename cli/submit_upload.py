"""Sends work as batches, in its order and in bounded memory, and keeps what became of each item."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from atelier.gateway.v1.gateway_service_pb2 import AcceptedWork, BatchItem, BatchResult, SubmitBatchRequest
from atelier.generator.v1.generation_service_pb2 import Image
from google.rpc.status_pb2 import Status

from cli.answers import MAX_BYTES
from cli.connection import Gateway
from cli.engaging import AT_ONCE
from cli.output import say
from cli.pipeline import Batch, batches, map_in_order, read_aside
from cli.records import Place
from cli.submit_files import Items
from cli.work_options import DEFAULT_PREFIX, content_id

BATCH_SIZE = 200  # the most items that one call takes


@dataclass(slots=True)
class Sent:
    """An item that was sent, and what its service said: what was accepted, or why nothing was.

    `files` are the pictures of it that were saved, by where."""

    place: Place
    kind: str
    accepted: AcceptedWork | None
    error: Status | None
    files: dict[str, Image] = field(default_factory=dict)

    @property
    def names(self) -> Sequence[str]:
        """What is to be watched."""
        return self.accepted.names if self.accepted else ()

    @property
    def refused_activities(self) -> Sequence[Status]:
        """Why activities of it were refused, each by itself."""
        results = self.accepted.activities.results if self.accepted else ()
        return [result.error for result in results if result.HasField("error")]


@dataclass(slots=True)
class BatchUpload:
    """Items on their way. A bad one is told of on stderr and counted; it stops nothing."""

    gateway: Gateway
    prefix: str = DEFAULT_PREFIX
    rejected: int = 0
    _sent: Counter[str] = field(default_factory=Counter)

    async def send(self, items: Items) -> AsyncIterator[Sent]:
        """Have all items accepted, 200 a call, one call after the other. Raises `grpc.aio.AioRpcError`."""
        found = read_aside(batches(items, max_records=BATCH_SIZE, max_bytes=MAX_BYTES, fits=_has_room))
        async for batch, results in map_in_order(found, self._submit, in_flight=1):
            for bad in batch.bad:
                self.rejected += 1
                say(str(bad))
            for place, item, result in zip(batch.places, batch.messages, results, strict=True):
                yield _sent(place, item, result)

    async def _submit(self, batch: Batch[BatchItem]) -> tuple[Batch[BatchItem], Sequence[BatchResult]]:
        if not batch.messages:
            return batch, []
        request = SubmitBatchRequest(request_id=self._request_id(batch.messages), items=batch.messages)
        return batch, (await self.gateway.batches.SubmitBatch(request)).results

    def _request_id(self, items: Sequence[BatchItem]) -> str:
        """The same in every run, and another one where a call's items are those of an earlier call of this run."""
        content = content_id(self.prefix, *items)
        self._sent[content] += 1
        return content_id(self.prefix, *items, times=self._sent[content] - 1)


def _has_room(items: Sequence[BatchItem], item: BatchItem) -> bool:
    """Whether a call takes so many activities."""
    return sum(len(one.activities.activities) for one in (*items, item)) <= AT_ONCE


def _sent(place: Place, item: BatchItem, result: BatchResult) -> Sent:
    accepted = result.accepted if result.HasField("accepted") else None
    return Sent(place, item.WhichOneof("work") or "", accepted, None if accepted else result.error)
