"""Batches, reading aside and calls in order."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from atelier.resolver.v1.resolver_service_pb2 import ExternalId

from cli.pipeline import batches, map_in_order, read_aside
from cli.records import BadRecord, Place, Record

HERE = Place("f", 1)


def records(count: int, size: int = 1) -> Iterator[Record[ExternalId] | BadRecord]:
    return (Record(HERE, ExternalId(external_id="x" * size)) for _ in range(count))


def test_batches_keep_to_their_count_and_their_bytes() -> None:
    by_count = [len(batch.messages) for batch in batches(records(25), max_records=10, max_bytes=10**6)]
    by_bytes = [len(batch.messages) for batch in batches(records(5, size=400), max_records=10, max_bytes=1000)]

    assert by_count == [10, 10, 5]
    assert by_bytes == [2, 2, 1]


def test_a_record_larger_than_a_batch_goes_alone() -> None:
    assert [len(batch.messages) for batch in batches(records(2, 5000), max_records=10, max_bytes=1000)] == [1, 1]


def test_bad_records_travel_with_their_batch_and_fill_it_too() -> None:
    bad: list[Record[ExternalId] | BadRecord] = [BadRecord(HERE, "", "x")] * 15

    found = list(batches([*bad, *records(1)], max_records=10, max_bytes=1000))

    assert [(len(batch.messages), len(batch.bad)) for batch in found] == [(0, 10), (1, 5)]


async def test_answers_come_in_order_though_calls_end_out_of_order() -> None:
    last_began = asyncio.Event()

    async def call(number: int) -> int:
        if number == 3:
            last_began.set()
        await last_began.wait()  # no call ends before the fourth began
        return number

    assert [answer async for answer in map_in_order(numbers(8), call, in_flight=4)] == list(range(8))


async def test_no_more_calls_are_under_way_than_allowed() -> None:
    running, most = 0, 0

    async def call(number: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.to_thread(int)  # lets others run
        running -= 1
        return number

    _ = [answer async for answer in map_in_order(numbers(20), call, in_flight=3)]

    assert most <= 3


async def test_a_failed_call_ends_the_rest_and_is_raised() -> None:
    never = asyncio.Event()

    async def call(number: int) -> int:
        if number == 0:
            raise ValueError("boom")
        await never.wait()
        return number

    with pytest.raises(ValueError, match="boom"):
        _ = [answer async for answer in map_in_order(numbers(8), call)]


async def test_reading_aside_gives_every_item_and_raises_what_the_reader_raises() -> None:
    def reader() -> Iterator[int]:
        yield 1
        yield 2
        raise OSError("disk")

    found: list[int] = []

    async def read() -> None:
        async for item in read_aside(reader()):
            found.append(item)  # noqa: PERF401 - what came before the error is the point

    with pytest.raises(OSError, match="disk"):
        await read()

    assert found == [1, 2]


async def numbers(count: int) -> AsyncIterator[int]:
    for number in range(count):
        yield number
