"""Who runs."""

import subprocess
import sys
from pathlib import Path

import pytest

from cli.stack.lock import Holder, Lock, who_runs
from cli.stack.problems import StackError

HOLDER = Holder.ourselves(gateway="127.0.0.1:7400", http="http://127.0.0.1:7401")


def test_second_comer_is_told_who_runs(tmp_path: Path) -> None:
    first = Lock(tmp_path / "lock")
    first.acquire(HOLDER)

    with pytest.raises(StackError, match=f"process {HOLDER.pid} since .*, gateway at 127.0.0.1:7400"):
        Lock(tmp_path / "lock").acquire(HOLDER)

    assert who_runs(tmp_path / "lock") == HOLDER
    first.release()


def test_released_lock_is_free_for_the_next(tmp_path: Path) -> None:
    lock = Lock(tmp_path / "lock")
    lock.acquire(HOLDER)
    lock.release()
    lock.release()

    assert who_runs(tmp_path / "lock") is None
    lock.acquire(HOLDER)
    lock.release()


def test_killed_holder_holds_nothing(tmp_path: Path) -> None:
    code = f"""
import os, pathlib, signal
from cli.stack.lock import Holder, Lock
Lock(pathlib.Path({str(tmp_path / "lock")!r})).acquire(Holder.ourselves(gateway="g", http="h"))
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[3])
    assert '"gateway"' in (tmp_path / "lock").read_text()

    assert who_runs(tmp_path / "lock") is None
    lock = Lock(tmp_path / "lock")
    lock.acquire(HOLDER)
    lock.release()


def test_holder_without_a_note_is_just_starting(tmp_path: Path) -> None:
    first = Lock(tmp_path / "lock")
    first.acquire(HOLDER)
    (tmp_path / "lock").write_text("")

    with pytest.raises(StackError, match="just starting or stopping"):
        Lock(tmp_path / "lock").acquire(HOLDER)
    first.release()


def test_nobody_runs_where_there_is_no_folder(tmp_path: Path) -> None:
    assert who_runs(tmp_path / "missing" / "lock") is None
