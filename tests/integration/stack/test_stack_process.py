"""The stack as a person runs it: a process with a terminal's signals, and one that is killed."""

import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

Until = Callable[[Callable[[], Any]], Awaitable[None]]
Gone = Callable[[list[psutil.Process]], bool]

pytestmark = pytest.mark.usefixtures("initialised")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_stops_all_and_leaves_nothing(
    run_script: Callable[..., Any], root: Path, gone: Gone, number: int
) -> None:
    script = run_script()
    script.wait_ready()
    family = script.descendants()
    assert len(family) > 4

    script.process.send_signal(number)

    assert script.finish() == 0
    assert gone(family)
    assert [path for path in root.rglob("*") if path.is_socket()] == []


async def test_second_interrupt_kills_at_once(
    run_script: Callable[..., Any], root: Path, until: Until, gone: Gone
) -> None:
    script = run_script(arguments=["--stubborn"])
    script.wait_ready()
    family = script.descendants()
    log = root / "log" / "atelier.log"
    began = time.monotonic()

    script.process.send_signal(signal.SIGINT)
    await until(lambda: "stubborn  | not yet" in log.read_text())
    script.process.send_signal(signal.SIGINT)

    assert script.finish() == 0
    await until(lambda: gone(family))
    assert time.monotonic() - began < 14  # It would have been given 15 seconds.


async def test_killed_supervisor_leaves_nothing_behind_and_the_next_start_works(
    run_script: Callable[..., Any], root: Path, until: Until, gone: Gone
) -> None:
    script = run_script()
    script.wait_ready()
    family = script.descendants()

    script.process.kill()
    script.finish()

    await until(lambda: gone(family))
    assert [path for path in root.rglob("*") if path.is_socket()] == []
    run_script().wait_ready()


async def test_leftover_without_a_death_signal_is_ended_by_the_next_start(
    run_script: Callable[..., Any], until: Until, gone: Gone
) -> None:
    script = run_script()
    script.wait_ready()
    family = script.descendants()
    for process in psutil.Process(script.process.pid).children():
        process.suspend()  # So that the death signal doesn't end it.
    script.process.kill()
    script.finish()

    next_script = run_script()
    next_script.wait_ready()

    assert gone(family)


async def test_log_has_time_and_name_on_each_line_and_no_colour(
    run_script: Callable[..., Any], root: Path, until: Until
) -> None:
    script = run_script()
    script.wait_ready()
    await until(lambda: "resolver  | started" in (root / "log" / "atelier.log").read_text())
    script.process.terminate()
    script.finish()

    lines = [line for line in "".join(script.output).splitlines(keepends=True) if not line.startswith("READY")]

    assert any(" resolver  | started\n" in line for line in lines)
    assert all(line[8:9] == " " and line[19:20] == "|" for line in lines), lines
    assert "\x1b" not in "".join(lines)
