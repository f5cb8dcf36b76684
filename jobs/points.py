"""Named points between two steps of a job, at which a crash test ends or freezes the process.

`ATELIER_TEST_POINT=<name>=<signal>:<file>`, such as `claim.claimed=KILL:/tmp/once`, sends the process that signal when
it first reaches the point, provided that it could create the file: so of several processes, and of one that is
started again, only the first is hit. `<file>` may be left out, with its colon: then every process is hit, every time.
Only tests set it; without it a point costs one comparison.
"""

import os
import signal


def _read(text: str | None) -> tuple[str, signal.Signals, str] | None:
    if not text:
        return None
    name, _, what = text.partition("=")
    number, _, file = what.partition(":")
    return name, signal.Signals[f"SIG{number}"], file


_AIM = _read(os.environ.get("ATELIER_TEST_POINT"))


def reached(point: str) -> None:
    """Note that the process has come to `point`, which for all but one in a test is nothing."""
    if _AIM is not None and _AIM[0] == point:
        _hit(_AIM[1], _AIM[2])


def _hit(number: signal.Signals, file: str) -> None:
    if file:
        try:
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            return
    os.kill(os.getpid(), number)
