"""Use case: streams of records into the tables, message by message; a bad record is told of and stops nothing.

Each message is a transaction of its own: nothing waits for the sender inside one (I8), and what was read is kept.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import uuid_utils
from atelier.resolver.v1 import resolver_service_pb2 as pb

from chassis.errors import FieldViolation, InvalidArgument
from chassis.postgres import Database
from chassis.validation import violations
from services.resolver import store
from services.resolver.identifying import check_embedding
from services.resolver.records import card_violations, date_violations, detail_values

if TYPE_CHECKING:
    from chassis.postgres import Connection

REJECTIONS_TOLD = 1000
KEY_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that was not imported: its place in the stream, from 0, and what is wrong."""

    position: int
    field: str
    reason: str
    message: str


@dataclass(slots=True)
class Summary:
    """What an import did so far."""

    received: int = 0
    inserted: int = 0
    updated: int = 0
    rejected: int = 0
    rejections: list[Rejection] = field(default_factory=list)

    @property
    def unchanged(self) -> int:
        """Records that were known as they are."""
        return self.received - self.inserted - self.updated - self.rejected

    def reject(self, position: int, violation: FieldViolation) -> None:
        """Count a bad record, and tell of it while there are not too many."""
        self.rejected += 1
        if len(self.rejections) < REJECTIONS_TOLD:
            told = Rejection(position, violation.field, violation.reason, violation.description)
            self.rejections.append(told)


Numbered = list[tuple[int, Any]]
Check = Callable[[Any], list[FieldViolation]]
Put = Callable[["Connection", UUID, Sequence[tuple[Any, ...]]], Any]


class Importing:
    """Imports cards, embeddings and keys. Importing the same again changes nothing."""

    def __init__(self, *, database: Database, dimensions: int) -> None:
        self._database = database
        self._dimensions = dimensions

    async def import_cards(self, messages: AsyncIterator[Sequence[pb.CardRecord]]) -> Summary:
        """Upsert cards by catalogue id."""
        return await self._copy(messages, card_violations, store.import_cards, _card_row)

    async def import_embeddings(self, messages: AsyncIterator[Sequence[pb.EmbeddingRecord]]) -> Summary:
        """Upsert embeddings by catalogue id."""
        return await self._copy(messages, self._embedding_violations, store.import_embeddings, _embedding_row)

    async def import_keys(self, messages: AsyncIterator[Sequence[pb.KeyRecord]]) -> Summary:
        """Add keys for known cards. A key never moves to another card."""
        summary = Summary()
        async for records in messages:
            good = _checked(records, summary, lambda _: [])
            for (position, record), row in zip(good, await self._write_keys(good), strict=True):
                if row["target"] is None:
                    summary.reject(position, _unknown_card(record))
                elif row["holder"] != row["target"]:
                    summary.reject(position, _key_conflict(row["holder"]))
                else:
                    summary.inserted += row["is_new"]
        summary.rejections.sort(key=lambda rejection: rejection.position)
        return summary

    async def _copy(self, messages: AsyncIterator[Sequence[Any]], check: Check, put: Put, to_row: Any) -> Summary:
        summary = Summary()
        async for records in messages:
            import_id = UUID(bytes=uuid_utils.uuid7().bytes)
            rows = [(import_id, place, *to_row(record)) for place, record in _checked(records, summary, check)]

            async def write(connection: "Connection", import_id: UUID = import_id, rows: Any = rows) -> store.Row:
                return await put(connection, import_id, rows)  # type: ignore[no-any-return]

            if rows:
                done = await self._database.transact(write)
                summary.inserted += done["inserted"]
                summary.updated += done["updated"]
        return summary

    async def _write_keys(self, good: Numbered) -> store.Rows:
        records = [record for _, record in good]

        async def write(connection: "Connection") -> store.Rows:
            return await store.import_keys(
                connection,
                [record.source for record in records],
                [record.external_id for record in records],
                [record.card_id or None for record in records],
                [record.catalog_id or None for record in records],
            )

        rows: store.Rows = []
        for _ in range(KEY_ATTEMPTS if records else 0):
            rows = await self._database.run(write)
            # A key that somebody else wrote meanwhile can't be seen by the statement that met it; the next one sees it.
            if all(row["target"] is None or row["holder"] is not None for row in rows):
                break
        return rows

    def _embedding_violations(self, record: pb.EmbeddingRecord) -> list[FieldViolation]:
        try:
            check_embedding("embedding", record.embedding.values, self._dimensions)
        except InvalidArgument as error:
            return list(error.violations)
        return date_violations(record.details)


def _checked(records: Sequence[Any], summary: Summary, check: Check) -> Numbered:
    """The good records with their places in the stream; the bad ones are rejected by the first rule they break."""
    good: Numbered = []
    for record in records:
        position = summary.received
        summary.received += 1
        found = violations(record) or check(record)
        if found:
            summary.reject(position, found[0])
        else:
            good.append((position, record))
    return good


def _card_row(record: pb.CardRecord) -> tuple[Any, ...]:
    return (record.catalog_id, *detail_values(record.details))


def _embedding_row(record: pb.EmbeddingRecord) -> tuple[Any, ...]:
    details = detail_values(record.details)
    return (record.catalog_id, *details, list(record.embedding.values), record.model)


def _unknown_card(record: pb.KeyRecord) -> FieldViolation:
    which = record.WhichOneof("card") or "card"
    return FieldViolation(which, f"no card has {which} {getattr(record, which, '')!r}", "UNKNOWN_CARD")


def _key_conflict(holder: str | None) -> FieldViolation:
    return FieldViolation("external_id", f"already names the card {holder}; a key never moves", "KEY_CONFLICT")
