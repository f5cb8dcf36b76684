"""A suspect passes alone; everybody else passes together."""

import asyncio

import pytest

from jobs.gate import Gate


async def turns(count: int = 5) -> None:
    """Let others go on as far as they can."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_many_pass_an_open_gate_at_once() -> None:
    gate = Gate()

    await asyncio.gather(*(gate.wait() for _ in range(3)))

    assert gate.is_open


async def test_one_alone_waits_for_those_inside_and_keeps_the_others_out() -> None:
    gate, diary = Gate(), list[str]()
    gate.enter()

    async def alone() -> None:
        async with gate.alone():
            diary.append("alone")
            await turns()
            diary.append("alone no more")

    async def pass_by() -> None:
        await gate.wait()
        diary.append("passed")
        gate.leave()

    suspect = asyncio.create_task(alone())
    await turns()
    other = asyncio.create_task(pass_by())
    await turns()
    assert diary == []
    gate.leave()
    await asyncio.gather(suspect, other)

    assert diary == ["alone", "alone no more", "passed"]


async def test_two_that_want_to_be_alone_go_one_after_the_other() -> None:
    gate, inside, most = Gate(), 0, 0

    async def alone() -> None:
        nonlocal inside, most
        async with gate.alone():
            inside += 1
            most = max(most, inside)
            await turns()
            inside -= 1

    await asyncio.gather(*(alone() for _ in range(4)))

    assert (most, gate.is_open) == (1, True)


@pytest.mark.parametrize("inside", [True, False], ids=["while it waits", "while it is inside"])
async def test_one_that_is_cancelled_closes_the_gate_to_nobody(inside: bool) -> None:
    gate = Gate()
    if inside:
        gate.enter()

    async def alone() -> None:
        async with gate.alone():
            await asyncio.Event().wait()

    suspect = asyncio.create_task(alone())
    await turns()
    assert not gate.is_open
    suspect.cancel()
    await asyncio.gather(suspect, return_exceptions=True)

    assert gate.is_open
    await gate.wait()


async def test_one_cancelled_while_it_waits_to_pass_is_not_counted() -> None:
    gate = Gate()

    async with gate.alone():
        waiting = asyncio.create_task(gate.wait())
        await turns()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

    async with asyncio.timeout(1), gate.alone():
        pass
