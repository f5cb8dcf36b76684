"""The supervisor with small real programs."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from cli.stack.layout import Layout
from cli.stack.problems import StackError
from cli.stack.process import ProcessSpec
from cli.stack.supervisor import Supervisor

Until = Callable[[Callable[[], Any]], Awaitable[None]]
FOREVER = "import signal; print('up', flush=True)\nwhile True: signal.pause()"


def spec(code: str, **changes: Any) -> ProcessSpec:
    options = {"name": "child", "argv": [sys.executable, "-c", code], "env": {}, "cwd": Path("/"), **changes}
    return ProcessSpec(**options)


def marks(path: Path) -> int:
    return len(path.read_text()) if path.exists() else 0


def marking(path: Path, then: str) -> str:
    """A program that leaves a mark each time it starts."""
    return f"open({str(path)!r}, 'a').write('x')\n{then}"


async def test_killed_child_is_restarted(supervisor: Supervisor, until: Until, tmp_path: Path) -> None:
    await supervisor.start(spec(marking(tmp_path / "marks", FOREVER)))
    await until(lambda: marks(tmp_path / "marks") == 1)
    first = supervisor.pid("child")

    os.kill(first, signal.SIGKILL)
    await until(lambda: marks(tmp_path / "marks") == 2)

    assert supervisor.pid("child") != first


async def test_child_that_keeps_dying_is_restarted_ever_more_slowly(
    supervisor: Supervisor, until: Until, layout: Layout
) -> None:
    await supervisor.start(spec("raise SystemExit(3)"))

    await until(lambda: layout.log.exists() and "restarting in 0.8 s" in layout.log.read_text())

    waits = [line for line in layout.log.read_text().splitlines() if "exit code 3" in line]
    assert [line.split()[-2] for line in waits[:3]] == ["0.2", "0.4", "0.8"]


async def test_child_that_dies_while_starting_ends_the_wait_with_its_last_lines(supervisor: Supervisor) -> None:
    async def never() -> bool:
        return False

    child = spec("print('no such table'); raise SystemExit(3)", ready=never)
    await supervisor.start(child)

    with pytest.raises(StackError, match=r"child does not start \(exit code 3\).*\n *no such table"):
        await supervisor.wait_ready(child, 20)


async def test_wrong_settings_end_the_wait_at_the_first_death(supervisor: Supervisor, tmp_path: Path) -> None:
    async def never() -> bool:
        return False

    child = spec(marking(tmp_path / "marks", "raise SystemExit(78)"), ready=never)
    await supervisor.start(child)

    with pytest.raises(StackError, match="exit code 78"):
        await supervisor.wait_ready(child, 20)

    assert marks(tmp_path / "marks") == 1


async def test_child_that_is_never_ready_ends_the_wait_in_time(supervisor: Supervisor) -> None:
    async def never() -> bool:
        return False

    child = spec(FOREVER, ready=never)
    await supervisor.start(child)

    with pytest.raises(StackError, match="child is not ready after 0 s"):
        await supervisor.wait_ready(child, 0.2)


async def test_higher_stages_stop_first(supervisor: Supervisor, until: Until, tmp_path: Path) -> None:
    code = """
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
open({path!r} + ".up", "a").write("x")
signal.sigwait([signal.SIGTERM])
open({path!r}, "a").write("{name}")
"""
    path = tmp_path / "order"
    for name, stage in (("a", 0), ("c", 2), ("b", 1)):
        await supervisor.start(spec(code.format(path=str(path), name=name), name=name, stage=stage))
    await until(lambda: marks(path.with_suffix(".up")) == 3)

    await supervisor.stop()

    assert path.read_text() == "cba"


async def test_child_that_ignores_the_stop_signal_is_killed_with_its_whole_group(
    supervisor: Supervisor, until: Until, layout: Layout, gone: Callable[[list[psutil.Process]], bool]
) -> None:
    stubborn = "import signal, subprocess, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    grandchild = "subprocess.Popen([sys.executable, '-c', 'import signal; print(\"grandchild\"); signal.pause()'])\n"
    unbuffered = {"PYTHONUNBUFFERED": "1"}
    await supervisor.start(spec(stubborn + grandchild + FOREVER, stop_seconds=0.2, env=unbuffered))
    await until(lambda: layout.log.exists() and "| grandchild" in layout.log.read_text())
    child = psutil.Process(supervisor.pid("child"))
    family = [child, *child.children(recursive=True)]
    assert len(family) == 2

    await supervisor.stop()
    await supervisor.stop()  # Stopping twice is legal.

    await until(lambda: gone(family))


async def test_kill_ends_a_stop_that_is_under_way(supervisor: Supervisor, until: Until, layout: Layout) -> None:
    # Blocked and waited for: a handler that prints while the program prints would end it.
    stubborn = """
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
print("up", flush=True)
while signal.sigwait([signal.SIGTERM]): print("not yet", flush=True)
"""
    await supervisor.start(spec(stubborn, stop_seconds=60))
    await until(lambda: layout.log.exists() and "| up" in layout.log.read_text())
    began = time.monotonic()

    stopping = asyncio.create_task(supervisor.stop())
    await until(lambda: "not yet" in layout.log.read_text())
    supervisor.kill()
    await stopping

    assert time.monotonic() - began < 20


async def test_children_are_in_sessions_of_their_own(supervisor: Supervisor) -> None:
    await supervisor.start(spec(FOREVER))

    assert os.getsid(supervisor.pid("child")) != os.getsid(0)


async def test_errand_gives_its_exit_code_and_last_lines(supervisor: Supervisor) -> None:
    code, lines = await supervisor.run(spec("print('one'); print('two'); raise SystemExit(4)"))

    assert (code, lines) == (4, ["one", "two"])


async def test_cancelled_errand_is_ended(supervisor: Supervisor, until: Until, tmp_path: Path) -> None:
    errand = asyncio.create_task(supervisor.run(spec(marking(tmp_path / "marks", FOREVER))))
    await until(lambda: marks(tmp_path / "marks") == 1)
    process = psutil.Process(supervisor.processes[0].pid)

    errand.cancel()
    with pytest.raises(asyncio.CancelledError):
        await errand

    assert not process.is_running()


async def test_program_that_does_not_exist_is_one_readable_line(supervisor: Supervisor) -> None:
    code, lines = await supervisor.run(spec("", argv=["/no/such/program"]))

    assert (code, lines) == (127, ["/no/such/program: No such file or directory"])


async def test_json_lines_of_children_are_readable_in_the_log(supervisor: Supervisor, layout: Layout) -> None:
    record = {"event": "job finished", "level": "warning", "timestamp": "2026-01-01T00:00:00Z", "attempt": 2}

    await supervisor.run(spec(f"print({json.dumps(json.dumps(record))})"))

    assert "child     | WARNING: job finished attempt=2\n" in layout.log.read_text()


async def test_line_without_end_is_cut_into_pieces(supervisor: Supervisor, layout: Layout) -> None:
    code, lines = await supervisor.run(spec("import sys; sys.stdout.write('x' * 1_000_000)"))

    assert code == 0
    assert sum(len(line) for line in lines) == 1_000_000
