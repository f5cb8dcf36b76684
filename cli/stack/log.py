"""One readable log of many processes: lines with time and name, on a terminal and in a bounded file."""

import contextlib
import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, TextIO

NAME_WIDTH = 9
FILE_BYTES = 10 * 2**20
FILES_KEPT = 3
LONGEST_LINE = 8000
OURSELVES = "atelier"

_COLOURS = (36, 35, 33, 32, 34, 96, 95, 93, 92, 94)  # ECMA-48 foregrounds that can be read on black and white
_LEVEL_COLOURS = {"warning": 33, "error": 31, "critical": 31}
_REDIS_PREFIX = re.compile(r"^\d+:[A-Z] \d+ \w+ \d{4} [\d:.]+ [#*.-] ")
# A process's output must not move the cursor or ring the bell of whoever reads it.
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")
_HIDDEN_FIELDS = {"timestamp", "level", "event", "process", "logger"}


class StackLog:
    """Takes lines of named processes. Never raises for a full disk or a closed terminal: the stack outlives its log."""

    def __init__(self, path: Path, output: TextIO | None) -> None:
        """Writes to `path` (bytes bounded by rotation) and to `output`; None: to the file alone."""
        self.path = path
        # The folder may be on a full disk, or not there yet.
        self._file = _QuietFile(path, maxBytes=FILE_BYTES, backupCount=FILES_KEPT - 1, delay=True, encoding="utf-8")
        self._output = output
        self._coloured = output is not None and output.isatty() and "NO_COLOR" not in os.environ
        self._names: list[str] = []

    def write(self, name: str, line: str) -> None:
        """One line that the process `name` wrote: JSON of structlog, or any text."""
        level, text = render(line)
        now = datetime.now(UTC)
        for part in text.splitlines():
            self._to_file(f"{now:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + f"Z {name:<{NAME_WIDTH}} | {part}")
            self._to_output(now, name, level, part)

    def say(self, text: str) -> None:
        """One line of the stack itself."""
        self.write(OURSELVES, text)

    def close(self) -> None:
        """Close the file; a later line opens it again."""
        with contextlib.suppress(OSError):  # what a full disk didn't take
            self._file.close()

    def _to_file(self, line: str) -> None:
        self._file.emit(logging.makeLogRecord({"msg": line}))

    def _to_output(self, now: datetime, name: str, level: str, text: str) -> None:
        if self._output is None:
            return
        time = now.astimezone().strftime("%H:%M:%S")
        try:
            self._output.write(f"{self._paint(time, 2)} {self._paint_name(name)} | {self._paint_level(text, level)}\n")
            self._output.flush()
        except (OSError, ValueError):
            self._output = None  # The terminal or the pipe is gone; the file goes on.

    def _paint_name(self, name: str) -> str:
        if name not in self._names:
            self._names.append(name)
        return self._paint(f"{name:<{NAME_WIDTH}}", _COLOURS[self._names.index(name) % len(_COLOURS)])

    def _paint_level(self, text: str, level: str) -> str:
        return self._paint(text, _LEVEL_COLOURS[level]) if level in _LEVEL_COLOURS else text

    def _paint(self, text: str, colour: int) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._coloured else text


def render(line: str) -> tuple[str, str]:
    """The level ("" when unknown) and the readable text of a line; more lines than one where it carries a traceback."""
    if line.startswith("{"):
        try:
            record = json.loads(line)
        except ValueError:
            record = None
        if isinstance(record, dict) and "event" in record:
            return str(record.get("level", "")), _readable(record)
    return "", _clean(_REDIS_PREFIX.sub("", line))


def _readable(record: Mapping[str, Any]) -> str:
    level = str(record.get("level", ""))
    words = [f"{level.upper()}:"] if level in _LEVEL_COLOURS else []
    words.append(str(record["event"]))
    blocks = []
    for key, value in record.items():
        if key in _HIDDEN_FIELDS:
            continue
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        if "\n" in text:
            blocks += [f"    {part}" for part in text.strip().splitlines()]
        else:
            words.append(f"{key}={json.dumps(text, ensure_ascii=False) if ' ' in text or not text else text}")
    return "\n".join(_clean(part) for part in [" ".join(words), *blocks])


def _clean(text: str) -> str:
    return _CONTROL.sub("", text)[:LONGEST_LINE]


class _QuietFile(RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:
        # A full disk must not stop what is being logged; the terminal still shows it.
        if not isinstance(sys.exc_info()[1], OSError):
            traceback.print_exc()
