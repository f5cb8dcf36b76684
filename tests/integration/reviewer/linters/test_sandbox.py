"""The sandbox: each run has a folder, nothing else, and an end."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from services.reviewer.linters.sandbox import CutOff, Ended, Limits, Sandbox, SandboxLost

LIMITS = Limits(cpu_seconds=1, wall_seconds=60, memory_bytes=300 << 20, output_bytes=1 << 20)
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's part of the promise is Linux's")


@pytest.fixture(scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(places=4, limits=LIMITS)
    yield sandbox
    await sandbox.close()


@pytest.fixture
async def roomy() -> AsyncIterator[Sandbox]:
    """One with so much time that nothing but memory can end a run: filling it is slow on a busy machine."""
    sandbox = Sandbox(places=1, limits=replace(LIMITS, cpu_seconds=60))
    yield sandbox
    await sandbox.close()


async def run(sandbox: Sandbox, code: str, *arguments: str) -> Ended:
    return await sandbox.run([sys.executable, "-I", "-c", code, *arguments], {"a.txt": "text"})


async def test_a_run_has_a_folder_of_its_own_which_is_gone_afterwards(sandbox: Sandbox) -> None:
    code = "import os; print(os.getcwd(), oct(os.stat('.').st_mode & 0o777), os.listdir(), open('a.txt').read())"

    ended = await run(sandbox, code)

    folder, *rest = ended.output.split()
    assert (ended.code, rest) == (0, ["0o700", "['a.txt']", "text"])
    assert not Path(folder).exists()


async def test_a_run_sees_no_environment_and_no_input(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_TEST_SECRET", "hunter2")
    code = "import os, sys; print(sorted(os.environ), repr(sys.stdin.read()), os.listdir('/proc/self/fd')[4:])"

    ended = await run(sandbox, code)

    assert ended.output == "['HOME', 'LC_ALL', 'TMPDIR'] '' []\n"


@pytest.mark.parametrize(
    ("code", "limit"),
    [
        ("while True: pass", "1 s"),
        ("while True: print('x' * 10_000)", "1 MiB of output"),
    ],
)
async def test_a_run_is_cut_off_at_its_limit(sandbox: Sandbox, code: str, limit: str) -> None:
    with pytest.raises(CutOff, match=limit):
        await run(sandbox, code)


@LINUX
@pytest.mark.parametrize(
    "code", ["x = bytearray(1 << 30)", "x = []\nwhile True: x.append(' ' * (1 << 20) + str(len(x)))"]
)
async def test_a_run_is_cut_off_at_its_memory(roomy: Sandbox, code: str) -> None:
    with pytest.raises(CutOff, match="300 MiB of memory"):
        await run(roomy, code)


async def test_a_run_that_only_waits_is_cut_off_by_the_clock() -> None:
    sandbox = Sandbox(places=1, limits=Limits(wall_seconds=0.2))

    with pytest.raises(CutOff):
        await run(sandbox, "import time; time.sleep(1_000)")

    await sandbox.close()


async def test_a_file_that_a_tool_writes_has_a_limit(sandbox: Sandbox) -> None:
    ended = await run(sandbox, "open('b', 'wb').write(b'x' * (2 << 20))")

    assert (ended.code, "File too large" in ended.errors) == (1, True)


@LINUX
async def test_no_socket_can_be_opened(sandbox: Sandbox) -> None:
    code = (
        "import socket\n"
        "for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX):\n"
        "    try: socket.socket(family); print('open')\n"
        "    except PermissionError: print('refused')"
    )

    ended = await run(sandbox, code)

    assert ended.output.split() == ["refused"] * 3


async def test_how_a_run_ended_is_told(sandbox: Sandbox) -> None:
    by_code = await run(sandbox, "import sys; sys.exit(3)")
    by_signal = await run(sandbox, "import os; os.abort()")

    assert (by_code.code, by_signal.code) == (3, -signal.SIGABRT)


async def test_what_a_tool_started_ends_with_it(sandbox: Sandbox) -> None:
    code = (
        "import os, subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1_000)'], stdout=subprocess.DEVNULL, "
        "stderr=subprocess.DEVNULL)\n"
        "print(child.pid)"
    )

    ended = await run(sandbox, code)

    await gone(int(ended.output))


async def test_who_gives_up_ends_the_tool(sandbox: Sandbox, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    code = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(1_000)"
    task = asyncio.create_task(run(sandbox, code, str(pipe)))
    pid = int(await asyncio.to_thread(pipe.read_text))

    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    await gone(pid)


async def test_a_sandbox_that_was_killed_is_replaced() -> None:
    sandbox = Sandbox(places=1, limits=LIMITS)
    first = await run(sandbox, "import os; print(os.getppid())")
    process = sandbox._process  # Nothing else tells which process it is.
    assert process is not None

    process.kill()
    process.wait()
    second = await run(sandbox, "print(1)")

    assert (first.code, second.output) == (0, "1\n")
    await sandbox.close()


async def test_closing_twice_is_legal_and_ends_it() -> None:
    sandbox = Sandbox(places=1, limits=LIMITS)
    await run(sandbox, "pass")

    await sandbox.close()
    await sandbox.close()

    with pytest.raises(SandboxLost):
        await run(sandbox, "pass")


@LINUX
async def test_a_killed_worker_leaves_no_process_and_no_folder(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    tool = "import os, sys, time; open(sys.argv[1], 'w').write(f'{os.getpid()} {os.getcwd()}'); time.sleep(1_000)"
    worker = (
        "import asyncio, sys\n"
        "from services.reviewer.linters.sandbox import Limits, Sandbox\n"
        "asyncio.run(Sandbox(places=1, limits=Limits()).run([sys.executable, '-c', *sys.argv[1:]], {}))\n"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", worker, tool, str(pipe))
    pid, folder = (await asyncio.to_thread(pipe.read_text)).split()

    process.kill()
    await process.wait()

    await gone(int(pid))
    await until(lambda: not Path(folder).exists())


async def gone(pid: int) -> None:
    await until(lambda: not _runs(pid))


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - another process's end; nothing here is told of it
            await asyncio.sleep(0.01)


def _runs(pid: int) -> bool:
    try:
        # Where nobody waits for it, it is a zombie for ever.
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
