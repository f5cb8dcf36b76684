"""`python -m tests.crash.generator_program work`: the generator's wiring around a backend that counts, to be killed.

Every image that is made leaves a line in ATELIER_TEST_CALLS. With ATELIER_TEST_DIE_AT the process kills itself as it
begins to make that one.
"""

import io
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import structlog
from PIL import Image

from chassis.command import run_command
from chassis.lifecycle import Part
from services.generator.backends.backend import GeneratedImage, ImageRequest, Limits, Mode
from services.generator.config import GeneratorSettings
from services.generator.making import Maker
from services.generator.process import foundation, workers

NAME = "counting"
LIMITS = Limits(modes=frozenset(Mode), smallest_side=64, largest_side=1024, concurrency=1, styles=("flat",))


class CountingBackend:
    """Makes pictures of one colour, the seed's, and keeps count."""

    name = NAME
    limits = LIMITS

    def __init__(self) -> None:
        self._calls = Path(os.environ["ATELIER_TEST_CALLS"])
        self._die_at = int(os.environ.get("ATELIER_TEST_DIE_AT", "0"))
        self._made = 0

    async def generate(self, request: ImageRequest) -> GeneratedImage:
        """Make one image."""
        self._made += 1
        if self._made == self._die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        with self._calls.open("a") as calls:
            calls.write(f"{request.seed}\n")
        target = io.BytesIO()
        size = (request.width, request.height)
        Image.new("RGB", size, tuple(request.seed.to_bytes(4)[1:])).save(target, "PNG")
        return GeneratedImage(target.getvalue(), *size, NAME, 0.0)

    async def close(self) -> None:
        """Nothing to let go of."""


def working(settings: GeneratorSettings, log: structlog.stdlib.BoundLogger) -> Sequence[Part]:
    """The parts of `work`."""
    base = foundation(settings, log, maker=Maker(CountingBackend(), NAME))
    return [*base.parts, *workers(base, log)]


def main(arguments: Sequence[str]) -> None:
    """Run what the arguments name."""
    run_command(
        arguments,
        process="generator",
        module="tests.crash.generator_program",
        settings_class=GeneratorSettings,
        commands=lambda: {"work": working},
    )


if __name__ == "__main__":
    main(sys.argv[1:])
