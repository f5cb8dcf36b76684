"""`python -m tests.crash.engager_program work`: the engager with hours and days that a test can wait for.

ATELIER_TEST_HOUR_SECONDS and ATELIER_TEST_DAY_SECONDS are their lengths.
"""

import os
import sys
from collections.abc import Sequence

import structlog

from chassis.command import run_command
from chassis.lifecycle import Part
from services.engager.attempts import Windows
from services.engager.config import EngagerSettings
from services.engager.process import foundation, workers


def working(settings: EngagerSettings, log: structlog.stdlib.BoundLogger) -> Sequence[Part]:
    """The parts of `work`."""
    base = foundation(settings, log)
    windows = Windows(
        call_seconds=settings.call_seconds,
        pause_seconds=0.5,
        hour_seconds=float(os.environ["ATELIER_TEST_HOUR_SECONDS"]),
        day_seconds=float(os.environ["ATELIER_TEST_DAY_SECONDS"]),
    )
    return [*base.parts, *workers(settings, base, windows=windows)]


def main(arguments: Sequence[str]) -> None:
    """Run what the arguments name."""
    run_command(
        arguments,
        process="engager",
        module="tests.crash.engager_program",
        settings_class=EngagerSettings,
        commands=lambda: {"work": working},
    )


if __name__ == "__main__":
    main(sys.argv[1:])
