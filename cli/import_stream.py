"""Sends records to an import method of the gateway and traces every rejection back to its file and line."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from google.protobuf.message import Message

from cli.pipeline import Batch, batches, read_aside
from cli.records import BadRecord, Place, Record

MAX_RECORDS = 1000  # a message, as the proto has it
MAX_BYTES = 3_500_000  # a message; under the 4 MB that gRPC servers take by default
# A call's deadline is ten minutes, and it names its first thousand bad records: so no call carries a whole huge file.
MESSAGES_PER_CALL = 50
KEPT_REJECTIONS = 1000
COUNTS = ("received", "inserted", "updated", "unchanged", "rejected")

MessageT = TypeVar("MessageT", bound=Message)


@dataclass(slots=True)
class Tally:
    """What an import did. `received` is the sum of the four counts after it.

    `rejections` are the first thousand bad records; `unnamed` counts those that the gateway counted and did not name.
    """

    received: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    unnamed: int = 0
    rejections: list[BadRecord] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """The tally for JSON, each rejection with its file and line."""
        return {
            **{name: getattr(self, name) for name in COUNTS},
            "rejections": [_rejection(bad) for bad in self.rejections],
        }


class ImportStream(Generic[MessageT]):
    """One import by a client-stream method; see `ImportMethod` for what is said of it."""

    def __init__(
        self,
        *,
        call: Callable[[AsyncIterator[Message]], Any],
        request: Callable[[list[MessageT]], Message],
        summary: Callable[[Any], Any],
        report: Callable[[BadRecord], None],
        advanced: Callable[[int], None],
    ) -> None:
        """`report` hears of every bad record that is known, `advanced` how many records have been dealt with."""
        self._call = call
        self._request = request
        self._summary = summary
        self._report = report
        self._advanced = advanced
        self._failure: Exception | None = None
        self.tally = Tally()

    async def run(self, records: Iterator[Record[MessageT] | BadRecord]) -> Tally:
        """Import them all. Raises `grpc.aio.AioRpcError` and what the reader raises; what was sent before stays."""
        found = read_aside(batches(records, max_records=MAX_RECORDS, max_bytes=MAX_BYTES))
        async for first in found:
            self._note_unreadable(first)
            if first.messages:
                await self._one_call(first, found)
        return self.tally

    async def _one_call(self, first: Batch[MessageT], more: AsyncIterator[Batch[MessageT]]) -> None:
        places: list[Place] = []
        answer = await self._call(self._requests(first, more, places))
        if self._failure is not None:
            raise self._failure
        self._add(self._summary(answer), places)

    async def _requests(
        self, first: Batch[MessageT], more: AsyncIterator[Batch[MessageT]], places: list[Place]
    ) -> AsyncIterator[Message]:
        """The messages of one call; notes the place of every record in the order they are sent."""
        batch, sent = first, 0
        while True:
            if batch.messages:
                places += batch.places
                yield self._request(batch.messages)
                self._advanced(len(batch.messages))
                sent += 1
            if sent == MESSAGES_PER_CALL:
                return
            try:
                batch = await anext(more)
            except StopAsyncIteration:
                return
            except Exception as error:  # noqa: BLE001 - gRPC would swallow it; it is raised again after the call
                self._failure = error
                return
            self._note_unreadable(batch)

    def _note_unreadable(self, batch: Batch[MessageT]) -> None:
        self.tally.received += len(batch.bad)
        self._advanced(len(batch.bad))
        for bad in batch.bad:
            self._reject(bad)

    def _add(self, summary: Any, places: list[Place]) -> None:
        self.tally.received += summary.received
        self.tally.inserted += summary.inserted
        self.tally.updated += summary.updated
        self.tally.unchanged += summary.unchanged
        for rejected in summary.rejections:
            # A file that was sent whole is one place, whatever stands in it.
            place = places[min(rejected.position, len(places) - 1)]
            # The files have these fields beside the id, not inside.
            name = rejected.field.removeprefix("details.")
            self._reject(BadRecord(place, name, rejected.message, rejected.reason))
        unnamed = summary.rejected - len(summary.rejections)
        self.tally.rejected += unnamed
        self.tally.unnamed += unnamed

    def _reject(self, bad: BadRecord) -> None:
        self.tally.rejected += 1
        if len(self.tally.rejections) < KEPT_REJECTIONS:
            self.tally.rejections.append(bad)
        self._report(bad)


def _rejection(bad: BadRecord) -> dict[str, Any]:
    return {
        "file": bad.place.file,
        "line": bad.place.line or None,
        "field": bad.field,
        "reason": bad.reason,
        "message": bad.what,
    }
