"""The picture of a pose that models are conditioned on."""

from dataclasses import replace

from services.generator.backends.backend import ImageRequest
from services.generator.backends.mannequin import Mannequin
from services.generator.mannequin.figure import CONDITIONING
from services.generator.rasteriser import Rasteriser


async def conditioning_png(rasteriser: Rasteriser, request: ImageRequest) -> bytes:
    """The request's skeleton as OpenPose draws it, in the request's size. Raises `jobs.outcomes.JobError`."""
    artist = Mannequin(rasteriser=rasteriser, concurrency=1)
    return (await artist.generate(replace(request, style=CONDITIONING, prompt=""))).png
