"""Real servers in throw-away folders."""

import asyncio
import os
import runpy
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from cli.stack.cluster import SUPERUSER
from cli.stack.layout import Layout
from cli.stack.log import StackLog
from cli.stack.ports import Ports
from cli.stack.postgres import Postgres
from cli.stack.secrets import Secrets
from cli.stack.stack import Stack
from cli.stack.supervisor import Supervisor

SAMPLE = Path(__file__).with_name("sample.py")
SECONDS = 20.0

Until = Callable[[Callable[[], Any]], Awaitable[None]]
MakeStack = Callable[..., Stack]


@pytest.fixture(scope="session")
def until() -> Until:
    """Wait for a condition, which may be awaitable; fails after a bound."""

    async def wait(condition: Callable[[], Any]) -> None:
        deadline = time.monotonic() + SECONDS
        while True:
            met = condition()
            if asyncio.iscoroutine(met):
                met = await met
            if met:
                return
            assert time.monotonic() < deadline, "the condition was not met in time"
            await asyncio.sleep(0.02)

    return wait


@contextmanager
def new_root() -> Iterator[Path]:
    """A state folder that doesn't exist yet, where PostgreSQL's user can reach it; pytest's own folders are private."""
    parent = Path(tempfile.mkdtemp(prefix="atelier-test-"))
    parent.chmod(0o711)
    yield parent / "state"
    shutil.rmtree(parent, ignore_errors=True)


@pytest.fixture
def root() -> Iterator[Path]:
    """A state folder of the test's own."""
    with new_root() as root:
        yield root


@pytest.fixture
def layout(root: Path) -> Layout:
    """A prepared state folder."""
    layout = Layout.of(root)
    layout.prepare()
    layout.prepare_run()
    return layout


@pytest.fixture
async def log(layout: Layout) -> AsyncIterator[StackLog]:
    """A log into the state folder."""
    log = StackLog(layout.log, None)
    yield log
    log.close()


@pytest.fixture
async def supervisor(layout: Layout, log: StackLog) -> AsyncIterator[Supervisor]:
    """A supervisor that leaves nothing behind."""
    supervisor = Supervisor(log, layout.root, changed=lambda: None)
    yield supervisor
    await supervisor.stop()


@dataclass(frozen=True)
class Server:
    """A PostgreSQL with two services on it, and who keeps it running."""

    layout: Layout
    log: StackLog
    supervisor: Supervisor
    postgres: Postgres


@asynccontextmanager
async def running_server(root: Path) -> AsyncIterator[Server]:
    """A server on this state folder, for the block's time."""
    layout = Layout.of(root)
    layout.prepare()
    layout.prepare_run()
    log = StackLog(layout.log, None)
    supervisor = Supervisor(log, layout.root, changed=lambda: None)
    postgres = Postgres(layout, Secrets(layout.secrets), log)
    try:
        await postgres.start(supervisor)
        await postgres.provision(["resolver", "generator"])
        yield Server(layout, log, supervisor, postgres)
    finally:
        await supervisor.stop()
        log.close()
        layout.remove_run()


@pytest.fixture(scope="session")
async def stopped_server() -> AsyncIterator[Layout]:
    """The state folder of a server that was started, and stopped."""
    with new_root() as root:
        async with running_server(root) as server:
            pass
        yield server.layout


@pytest.fixture
def initialised(root: Path, stopped_server: Layout) -> None:
    """Let the test's state folder have had a server, as initialising one is most of what a start takes.

    Not for tests of the first start.
    """
    layout = Layout.of(root)
    layout.prepare()
    shutil.copytree(stopped_server.postgres, layout.postgres)
    # Of the superuser alone: each role gets its password at every start.
    shutil.copy2(stopped_server.secrets / SUPERUSER, layout.secrets)


@pytest.fixture(scope="session")
def sample() -> dict[str, Any]:
    """What sample.py defines."""
    return runpy.run_path(str(SAMPLE))


@pytest.fixture
async def make_stack(root: Path, initialised: None, sample: dict[str, Any]) -> AsyncIterator[MakeStack]:
    """Stacks of the sample system on the root, stopped at the end."""
    made: list[Stack] = []

    def make(**changes: Any) -> Stack:
        made.append(Stack(root, **{"programs": sample["PROGRAMS"], "ports": Ports.free(), **changes}))
        return made[-1]

    yield make
    for stack in made:
        await stack.stop()


@pytest.fixture(scope="module")
async def running(sample: dict[str, Any]) -> AsyncIterator[Stack]:
    """One stack of the sample system for the tests that leave it running."""
    with new_root() as root:
        async with Stack(root, programs=sample["PROGRAMS"], ports=Ports.free()) as stack:
            yield stack


class Script:
    """sample.py in a process of its own, as a person would run `atelier up`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.output: list[str] = []

    def wait_ready(self) -> None:
        """Read its log until it is ready."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line)
            if line.startswith("READY"):
                return
        pytest.fail(f"the stack did not start: {''.join(self.output)}")

    def finish(self) -> int:
        """Its exit code, after the rest of its log."""
        rest, _ = self.process.communicate(timeout=SECONDS)
        self.output.append(rest)
        return self.process.returncode

    def descendants(self) -> list[psutil.Process]:
        """Every process below it."""
        return psutil.Process(self.process.pid).children(recursive=True)


RunScript = Callable[..., Script]


@pytest.fixture
def run_script(root: Path) -> Iterator[RunScript]:
    """Start sample.py on the root."""
    started: list[Script] = []

    def run(
        *, prefix: Sequence[str] = (), arguments: Sequence[str] = (), env: dict[str, str] | None = None, **options: Any
    ) -> Script:
        started.append(
            Script(
                subprocess.Popen(
                    [*prefix, sys.executable, str(SAMPLE), str(root), *arguments],
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    cwd=SAMPLE.parents[3],
                    env={**os.environ, "PYTHONPATH": str(SAMPLE.parents[3]), **(env or {})},
                    **options,
                )
            )
        )
        return started[-1]

    yield run
    for script in started:
        if script.process.poll() is None:
            script.process.terminate()
            try:
                script.finish()
            except subprocess.TimeoutExpired:
                script.process.kill()
                script.finish()
        elif script.process.stdout is not None:
            script.process.stdout.close()


def is_gone(process: psutil.Process) -> bool:
    """Whether a process has ended."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture(scope="session")
def gone() -> Callable[[list[psutil.Process]], bool]:
    """Whether all of these processes have ended."""
    return lambda processes: all(is_gone(process) for process in processes)
