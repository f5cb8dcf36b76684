"""Who runs on a state folder: a file lock, which a crash releases, around a note for the second comer."""

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from cli.stack.problems import StackError, folder_problem


@dataclass(frozen=True)
class Holder:
    """Who runs: process id, when it began (ISO 8601, UTC), and where it answers."""

    pid: int
    since: str
    gateway: str
    http: str

    @classmethod
    def ourselves(cls, *, gateway: str, http: str) -> "Holder":
        """This process, from now on."""
        return cls(os.getpid(), datetime.now(UTC).isoformat(timespec="seconds"), gateway, http)


class Lock:
    """Held by at most one living process per file. Releasing twice is legal."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIO | None = None

    @property
    def held(self) -> bool:
        """Whether we hold it."""
        return self._file is not None

    def acquire(self, holder: Holder) -> None:
        """Take the lock and leave the note. Raises StackError that names the present holder."""
        try:
            file = os.fdopen(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
        except OSError as error:
            raise folder_problem(self._path.parent, error) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            with file:
                raise _already_runs(_read(file), self._path.parent) from None
        self._file = file
        _write(file, json.dumps(asdict(holder)))

    def release(self) -> None:
        """Clear the note and let go. The file stays: deleting it would let two hold locks on two files of one name."""
        if self._file is None:
            return
        with self._file as file:
            self._file = None
            _write(file, "")


def who_runs(path: Path) -> Holder | None:
    """The holder of the lock, or None when nobody holds it. Takes nothing."""
    try:
        with path.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return _read(file)
    except OSError:
        pass
    return None


def _write(file: TextIO, text: str) -> None:
    file.seek(0)
    file.truncate()
    file.write(text)
    file.flush()


def _read(file: TextIO) -> Holder | None:
    try:
        return Holder(**json.loads(file.read()))
    except (ValueError, TypeError):
        return None  # It took the lock this instant and hasn't written its note yet.


def _already_runs(holder: Holder | None, root: Path) -> StackError:
    if holder is None:
        return StackError(
            f"Another `atelier up` is just starting or stopping on {root}: wait for it, or use another folder."
        )
    return StackError(
        f"Atelier already runs on {root}: process {holder.pid} since {holder.since}, gateway at {holder.gateway}; "
        f"use it, end it by `kill {holder.pid}`, or choose another folder."
    )
