"""What passes the process, as numbers."""

import asyncio
import time
from types import SimpleNamespace
from unittest import mock

import pytest

from gateway.load import Load, Rate


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_rate_counts_the_last_minute_only() -> None:
    clock = Clock()
    rate = Rate(clock)
    for _ in range(30):
        rate.count()
    clock.now += 59
    for _ in range(60):
        rate.count()
    whole = rate.per_second()

    clock.now += 1
    without_the_first = rate.per_second()
    clock.now += 60

    assert (whole, without_the_first, rate.per_second()) == (1.5, 1.0, 0.0)


def test_calls_under_way_are_those_that_began_and_have_not_ended() -> None:
    load = Load()
    for _ in range(3):
        load.begin()

    load.end()

    assert load.calls == 2
    assert load.ended.per_second() == 1 / 60


async def test_a_blocked_loop_is_seen_as_lag() -> None:
    load = Load()
    load.begin()
    await load.start()
    await asyncio.sleep(0)

    time.sleep(0.4)  # noqa: ASYNC251 - it is what blocks the loop
    await asyncio.sleep(0.01)  # Its timer comes before this one, as it was due before.

    assert load.lag_seconds >= 0.2
    await load.stop()


async def test_an_idle_process_sets_no_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    load = Load()
    slept = mock.AsyncMock(wraps=asyncio.sleep)
    # Not asyncio's own: what else runs in the tests' loop sleeps as well.
    monkeypatch.setattr("gateway.load.asyncio", SimpleNamespace(**(vars(asyncio) | {"sleep": slept})))

    await load.start()
    first = asyncio.create_task(load.stirred(0))
    for _ in range(10):
        await slept(0)
    idle = [call.args for call in slept.await_args_list if call.args != (0,)]
    load.begin()

    assert (await first, idle) == (1, [])
    await load.stop()
