"""A backend for faults: it makes real pictures, and fails, waits or lies where a test says so."""

import asyncio
import io
from collections import Counter
from collections.abc import Callable

from PIL import Image

from jobs.job import ErrorClass
from jobs.outcomes import JobError
from services.generator.backends.backend import GeneratedImage, ImageRequest, Limits, Mode

NAME = "plain"


def plain_png(seed: int, size: tuple[int, int] = (64, 64)) -> bytes:
    """A PNG of one colour, which the seed chooses."""
    target = io.BytesIO()
    Image.new("RGB", size, (seed & 255, seed >> 8 & 255, seed >> 16 & 255)).save(target, "PNG")
    return target.getvalue()


class PlainBackend:
    """One colour an image. `fail` gives a seed's error or None; a closed `gate` holds every image back."""

    name = NAME
    limits = Limits(
        modes=frozenset(Mode), smallest_side=64, largest_side=1024, concurrency=5, styles=("flat", "round"), size_step=8
    )

    def __init__(self) -> None:
        self.calls: Counter[int] = Counter()
        self.fail: Callable[[int], JobError | None] = lambda _: None
        self.png: Callable[[ImageRequest], bytes] = lambda request: plain_png(
            request.seed, (request.width, request.height)
        )
        self.gate = asyncio.Event()
        self.gate.set()
        self.stopped = 0
        self.begun = asyncio.Event()

    async def generate(self, request: ImageRequest) -> GeneratedImage:
        """Make one image."""
        self.calls[request.seed] += 1
        self.begun.set()
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.stopped += 1
            raise
        error = self.fail(request.seed)
        if error is not None:
            raise error
        return GeneratedImage(self.png(request), request.width, request.height, NAME, 0.25)

    async def close(self) -> None:
        """Nothing to let go of."""


def refused(message: str = "The model refuses it.") -> JobError:
    """An error that no other attempt mends."""
    return JobError(ErrorClass.INVALID, message)
