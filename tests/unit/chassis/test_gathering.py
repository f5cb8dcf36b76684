"""Asks that come one by one and are answered together."""

import asyncio
from collections.abc import Sequence

import pytest

from chassis.gathering import AT_ONCE, Gathering


class Doubler:
    """Answers each number with its double, once it is let go, and keeps the lots it was asked for."""

    def __init__(self) -> None:
        self.lots: list[list[int]] = []
        self.go = asyncio.Event()
        self.asked = asyncio.Event()

    async def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.lots.append(list(numbers))
        self.asked.set()
        await self.go.wait()
        if 13 in numbers:
            raise LookupError("13")
        return [2 * number for number in numbers]


async def test_what_is_asked_at_one_moment_is_answered_together_and_each_by_its_own() -> None:
    doubler = Doubler()
    doubler.go.set()
    gathering = Gathering(doubler)

    answers = await asyncio.gather(*(gathering.ask(number) for number in range(4)))

    assert (answers, doubler.lots) == ([0, 2, 4, 6], [[0, 1, 2, 3]])


async def test_what_is_asked_meanwhile_is_the_next_lot() -> None:
    doubler = Doubler()
    gathering = Gathering(doubler)
    first = asyncio.create_task(gathering.ask(1))
    await doubler.asked.wait()
    later = [asyncio.create_task(gathering.ask(number)) for number in (2, 3)]
    await asyncio.sleep(0)

    doubler.go.set()
    answers = await asyncio.gather(first, *later)

    assert answers == [2, 4, 6]
    assert doubler.lots == [[1], [2, 3]]


async def test_very_many_are_several_lots() -> None:
    doubler = Doubler()
    doubler.go.set()
    gathering = Gathering(doubler)

    await asyncio.gather(*(gathering.ask(0) for _ in range(AT_ONCE + 1)))

    assert [len(lot) for lot in doubler.lots] == [AT_ONCE, 1]


async def test_a_failure_is_told_to_all_of_its_lot_and_to_no_other() -> None:
    doubler = Doubler()
    gathering = Gathering(doubler)
    failing = [asyncio.create_task(gathering.ask(number)) for number in (12, 13)]
    await doubler.asked.wait()
    later = asyncio.create_task(gathering.ask(14))
    await asyncio.sleep(0)

    doubler.go.set()
    found = await asyncio.gather(*failing, later, return_exceptions=True)

    assert [type(one) for one in found] == [LookupError, LookupError, int]


async def test_whoever_leaves_before_its_turn_is_not_asked_for_and_takes_nobody_along() -> None:
    doubler = Doubler()
    gathering = Gathering(doubler)
    under_way = [asyncio.create_task(gathering.ask(number)) for number in (1, 2)]
    await doubler.asked.wait()
    waiting = [asyncio.create_task(gathering.ask(number)) for number in (3, 4)]
    await asyncio.sleep(0)

    for leaver in (under_way[0], waiting[0]):
        leaver.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaver
    doubler.go.set()

    assert [await under_way[1], await waiting[1]] == [4, 8]
    assert doubler.lots == [[1, 2], [4]]
