"""`python -m tests.crash.skewed SECONDS ROLE`: the program in a process whose wall clock is wrong by so many seconds.

The clock is replaced before anything else is imported, as a machine's can't be set for one process.
"""

import datetime
import runpy
import sys
import time


def shift_clock(seconds: float) -> None:
    """Let the wall clock of this process, which isn't the monotonic one, be wrong from now on."""
    true_time, true_nanoseconds, true_datetime = time.time, time.time_ns, datetime.datetime
    shift = datetime.timedelta(seconds=seconds)

    class Shifted(datetime.datetime):
        __slots__ = ()  # Compiled modules check its size.

        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:  # type: ignore[override]
            return true_datetime.now(tz) + shift

        @classmethod
        def utcnow(cls) -> datetime.datetime:  # type: ignore[override]
            return true_datetime.now(datetime.UTC).replace(tzinfo=None) + shift

    time.time = lambda: true_time() + seconds
    time.time_ns = lambda: true_nanoseconds() + round(seconds * 1e9)
    datetime.datetime = Shifted  # type: ignore[misc]


if __name__ == "__main__":
    shift_clock(float(sys.argv.pop(1)))
    runpy.run_module("tests.crash.program", run_name="__main__", alter_sys=True)
