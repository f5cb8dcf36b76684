"""The embedded backend: a drawn figure, the same bytes for the same request wherever resvg is the same version."""

import time
from collections.abc import Callable

from jobs.job import ErrorClass
from jobs.outcomes import JobError
from services.generator.backends.backend import GeneratedImage, ImageRequest, Limits, Mode, check_request
from services.generator.mannequin.figure import STYLE_NAMES, picture_svg
from services.generator.prompt import choose_pose
from services.generator.rasteriser import BadPicture, DrawingLost, Rasteriser

NAME = "mannequin"
SMALLEST_SIDE = 64
LARGEST_SIDE = 2048


class Mannequin:
    """Draws a request's pose, or the gallery pose that its prompt means. Nothing of a prompt enters the picture."""

    name = NAME

    def __init__(
        self, *, rasteriser: Rasteriser, concurrency: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`rasteriser` is shared with others and theirs to close."""
        self._rasteriser = rasteriser
        self._clock = clock
        self.limits = Limits(
            modes=frozenset(Mode),
            smallest_side=SMALLEST_SIDE,
            largest_side=LARGEST_SIDE,
            concurrency=concurrency,
            styles=STYLE_NAMES,
        )

    async def generate(self, request: ImageRequest) -> GeneratedImage:
        """Draw one image. Raises `jobs.outcomes.JobError`."""
        check_request(self.limits, request)
        started = self._clock()
        png = await self._draw(request)
        return GeneratedImage(png, request.width, request.height, NAME, self._clock() - started)

    async def close(self) -> None:
        """Nothing to let go of: the rasteriser is somebody else's."""

    async def _draw(self, request: ImageRequest) -> bytes:
        skeleton = request.skeleton or choose_pose(request.prompt, request.seed).skeleton
        svg = picture_svg(
            skeleton, style=request.style, seed=request.seed, width=request.width, height=request.height
        )  # fmt: skip
        try:
            return await self._rasteriser.rasterise(svg)
        except BadPicture as error:
            raise JobError(ErrorClass.INVALID, f"The figure can't be drawn: {error}") from error
        except DrawingLost as error:
            raise JobError(ErrorClass.UNKNOWN, str(error)) from error
