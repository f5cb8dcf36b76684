"""Which processes count as left over."""

import json
import os
import signal
from pathlib import Path

import psutil

from cli.stack.leftovers import noted_children, servers_on


def note(path: Path, **changes: object) -> Path:
    row = {"name": "x", "pid": os.getpid(), "began": psutil.Process().create_time(), "signal": int(signal.SIGTERM)}
    path.write_text(json.dumps([{**row, **changes}]))
    return path


def test_process_that_was_written_down_is_found(tmp_path: Path) -> None:
    found = noted_children(note(tmp_path / "children.json"))

    assert [(process.pid, stop_signal) for process, stop_signal in found] == [(os.getpid(), signal.SIGTERM)]


def test_stranger_with_the_same_pid_is_left_alone(tmp_path: Path) -> None:
    assert noted_children(note(tmp_path / "children.json", began=12345.0)) == []


def test_note_that_was_cut_off_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "children.json").write_text('[{"name": "x", "pi')

    assert noted_children(tmp_path / "children.json") == []
    assert noted_children(tmp_path / "missing.json") == []


def test_folder_without_a_server_has_none(tmp_path: Path) -> None:
    assert servers_on(tmp_path) == []
