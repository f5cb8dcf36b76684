"""What an earlier stack on the same folder left running when it was killed: found for certain, then ended."""

import asyncio
import contextlib
import json
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil

from cli.stack.process import Process

SECONDS_TO_STOP = 10.0
POLL_SECONDS = 0.05
# psutil derives the time from the machine's start and its clock; both may be corrected while we run.
SECONDS_APART = 2.0


def note_children(path: Path, processes: Iterable[Process]) -> None:
    """Write down who runs, so that a later stack can tell its leftovers from strangers that got their pids."""
    rows = []
    for process in processes:
        try:
            began = psutil.Process(process.pid).create_time()
        except psutil.Error:
            continue
        rows.append({"name": process.spec.name, "pid": process.pid, "began": began, "signal": process.spec.stop_signal})
    # On a full disk, without the note, the kernel's death signal still ends them.
    with contextlib.suppress(OSError):
        path.write_text(json.dumps(rows))


def noted_children(path: Path) -> list[tuple[psutil.Process, signal.Signals]]:
    """Those written down that still run, each with the signal that stops it."""
    try:
        rows = json.loads(path.read_text())
        found = [(row["pid"], row["began"], signal.Signals(row["signal"])) for row in rows]
    except (OSError, ValueError, TypeError, KeyError):
        return []  # Never written, or cut off by a crash.
    alive = []
    for pid, began, stop_signal in found:
        try:
            process = psutil.Process(pid)
            if abs(process.create_time() - began) < SECONDS_APART and process.status() != psutil.STATUS_ZOMBIE:
                alive.append((process, stop_signal))
        except psutil.Error:
            continue
    return alive


def servers_on(data: Path) -> list[psutil.Process]:
    """The PostgreSQL processes that really run on this data folder: a postmaster, or what outlived one that was killed.

    `postmaster.pid` is not asked: it may name a stranger, and knows nothing of orphans.
    """
    found = []
    for process in psutil.process_iter(["name"]):
        if not (process.info["name"] or "").startswith("postgres"):
            continue
        # Every PostgreSQL process works in its data folder. We can't look at other people's, and they aren't ours.
        with contextlib.suppress(psutil.Error, OSError):
            if process.cwd() == str(data.resolve()):
                found.append(process)
    return found


def clear_pid_file(data: Path) -> None:
    """Remove a `postmaster.pid` that would keep PostgreSQL from starting for no reason. Only when nothing runs there.

    PostgreSQL takes any process of its own user for a postmaster: a stranger that got the pid after a crash of the
    machine, or a dead one that a container's first process hasn't reaped. Where the pid is free, it judges by itself.
    """
    pid_file = data / "postmaster.pid"
    with contextlib.suppress(OSError, ValueError):
        if psutil.pid_exists(int(pid_file.read_text().split("\n", 1)[0])):
            pid_file.unlink()


async def end(process: psutil.Process, first: signal.Signals, *, note: Callable[[str], None]) -> None:
    """Ask the process to stop, then insist; return when it is gone."""
    try:
        note(f"ending {process.name()} (process {process.pid}), left over from a stack that was killed")
        process.send_signal(first)
        process.resume()  # A stopped process would take no notice.
        if not await _gone(process):
            process.kill()
            await _gone(process)
    except psutil.NoSuchProcess:
        pass


async def _gone(process: psutil.Process) -> bool:
    deadline = time.monotonic() + SECONDS_TO_STOP
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(POLL_SECONDS)  # It isn't our child, so nothing tells us when it ends.
    return True
