"""Imports over a real socket: how records are cut into messages and calls, and how rejections find their lines."""

from collections.abc import Iterator
from typing import Any

import pytest
from atelier.resolver.v1.card_pb2 import CardDetails
from atelier.resolver.v1.resolver_service_pb2 import CardRecord, ImportCardsRequest

from cli import import_stream
from cli.connection import open_gateway
from cli.import_stream import ImportStream, Tally
from cli.records import BadRecord, Place, Record

Cards = Iterator[Record[CardRecord] | BadRecord]


def cards(count: int, *, nameless: frozenset[int] = frozenset()) -> Cards:
    """So many cards, each on the line of its number."""
    for number in range(1, count + 1):
        details = CardDetails(name="" if number in nameless else "A")
        yield Record(Place("f", number), CardRecord(catalog_id=f"c-{number}", details=details))


async def run(gateway: Any, records: Cards) -> tuple[Tally, list[str]]:
    """Import the records; the counts, and what was told of bad ones."""
    told: list[str] = []
    async with open_gateway(gateway.settings) as connected:
        stream: ImportStream[CardRecord] = ImportStream(
            call=connected.resolver.ImportCards,
            request=lambda records: ImportCardsRequest(records=records),
            summary=lambda answer: answer.summary,
            report=lambda bad: told.append(str(bad)),
            advanced=lambda count: None,
        )
        return await stream.run(records), told


async def test_a_message_carries_at_most_a_thousand_records(gateway: Any) -> None:
    tally, _ = await run(gateway, cards(2300))

    assert gateway.resolver.imports == [[1000, 1000, 300]]
    assert (tally.received, tally.inserted) == (2300, 2300)


async def test_a_long_import_is_several_calls_and_lines_are_still_right(
    gateway: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_stream, "MESSAGES_PER_CALL", 2)

    tally, told = await run(gateway, cards(4500, nameless=frozenset({7, 2500, 4500})))

    assert gateway.resolver.imports == [[1000, 1000], [1000, 1000], [500]]
    assert told == [f"f:{line}: name: must not be empty" for line in (7, 2500, 4500)]
    assert (tally.received, tally.rejected) == (4500, 3)


async def test_large_records_travel_in_smaller_messages(gateway: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_stream, "MAX_BYTES", 1000)

    await run(gateway, cards(100))

    assert len(gateway.resolver.imports[0]) > 1
    assert sum(gateway.resolver.imports[0]) == 100


async def test_a_file_of_bad_records_only_makes_no_call(gateway: Any) -> None:
    tally, told = await run(gateway, iter([BadRecord(Place("f", 1), "", "x")]))

    assert gateway.resolver.imports == []
    assert (tally.received, tally.rejected, told) == (1, 1, ["f:1: x"])


async def test_an_error_of_the_reader_is_raised_after_what_came_before_was_sent(gateway: Any) -> None:
    def broken() -> Cards:
        yield from cards(1500)
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        await run(gateway, broken())

    assert gateway.resolver.imports == [[1000]]
