"""Use case: streams of players into the roster, message by message; a bad record is told of and stops nothing.

Each message is a transaction of its own: nothing waits for the sender inside one (I8), and what was read is kept.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any

from atelier.generator.v1 import card_art_service_pb2 as pb
from google.protobuf.struct_pb2 import Value

from chassis.errors import FieldViolation
from chassis.postgres import Database
from chassis.validation import violations
from services.generator import store
from services.generator.cardart.player_records import read_player, to_record
from services.generator.cardart.players import Player
from services.generator.cardart.record_fields import BadField
from services.generator.import_summary import Summary
from services.generator.roster_revision import RosterRevision

if TYPE_CHECKING:
    from chassis.postgres import Connection


class PlayerImporting:
    """Imports players. Importing the same again changes nothing."""

    def __init__(self, *, database: Database, revision: RosterRevision) -> None:
        self._database = database
        self._revision = revision

    async def import_players(self, messages: AsyncIterator[pb.ImportPlayersRequest]) -> Summary:
        """Upsert players by id. When it returns, no process shows a card of what they were before."""
        summary, revision, told = Summary(), 0, True
        async for message in messages:
            # A thousand records take a moment to read; a thread keeps other calls moving.
            good = await asyncio.to_thread(_good, message.records.records, summary)
            if good:
                revision = await self._write(good, summary)
                told = await self._revision.tell(revision)
        if not told:
            await self._revision.settle(revision)
        return summary

    async def _write(self, good: Sequence[Player], summary: Summary) -> int:
        # Of two with one id the last counts.
        records = {player.player_id: to_record(player) for player in good}
        documents = json.dumps([{"player_id": key, "record": record} for key, record in records.items()])

        async def write(connection: "Connection") -> store.Row:
            return await store.import_players(connection, documents)

        done = await self._database.run(write)
        summary.inserted += done["inserted"]
        summary.updated += done["updated"]
        revision: int = done["revision"]
        return revision


def _good(records: Sequence[pb.PlayerRecord], summary: Summary) -> list[Player]:
    """The good players of a message; the bad ones are rejected by the first rule they break."""
    good = []
    for record in records:
        one = _player(record)
        if isinstance(one, FieldViolation):
            summary.reject(one)
        else:
            summary.received += 1
            good.append(one)
    return good


def _player(record: pb.PlayerRecord) -> Player | FieldViolation:
    """The record's player, under the caller's id whatever id the record has inside."""
    broken = violations(record)
    if broken:
        return broken[0]
    details = {name: _plain(value) for name, value in record.details.fields.items()}
    try:
        return read_player({**details, "id": record.player_id})
    except BadField as error:
        return FieldViolation(_field(error.field), error.description, error.reason)


def _field(field: str) -> str:
    """Where a record's field stands in the request."""
    if field == "id":
        return "player_id"
    return f"details.{field}" if field else "details"


def _plain(value: Value) -> Any:
    """A value as JSON has it. All of a Struct's numbers are doubles, so a whole one may have been an integer."""
    match value.WhichOneof("kind"):
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case "list_value":
            return [_plain(one) for one in value.list_value.values]
        case "struct_value":
            return {name: _plain(one) for name, one in value.struct_value.fields.items()}
        case _:
            return None
