"""A picture that somebody else made, checked and brought to the size asked for. Nothing of it is trusted."""

import asyncio
import io
from dataclasses import dataclass

from PIL import Image, ImageOps

from jobs.job import ErrorClass
from jobs.outcomes import JobError
from services.generator.backends.backend import GeneratedImage

MOST_PIXELS = 40_000_000
FORMATS = ("PNG", "JPEG", "WEBP")


@dataclass(frozen=True, slots=True)
class FittedImage(GeneratedImage):
    """An image of the size asked for, and the size in which it came, from which it was scaled and cut."""

    made_width: int
    made_height: int


async def fitted_image(
    data: bytes, size: tuple[int, int], *, backend: str, seconds: float
) -> FittedImage:  # fmt: skip
    """Make a PNG of `size` pixels out of a PNG, JPEG or WebP; a picture of another shape is cut around its middle.

    What else is in the file, such as the prompt that ComfyUI writes there, is left behind. Raises `JobError` of class
    UNKNOWN for what is no such picture, is broken, or has more pixels than any we ask for.
    """
    png, made = await asyncio.to_thread(_fit, data, size)
    return FittedImage(png, *size, backend, seconds, *made)


def _fit(data: bytes, size: tuple[int, int]) -> tuple[bytes, tuple[int, int]]:
    try:
        # Only the header is read until the number of pixels is known.
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            made = image.size
            if made[0] * made[1] > MOST_PIXELS:
                raise _bad("has too many pixels")
            return _encoded(image, size), made
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _bad("has too many pixels") from error
    except (OSError, SyntaxError, ValueError) as error:  # What Pillow raises for broken pictures.
        raise _bad("is no whole PNG, JPEG or WebP") from error


def _encoded(image: Image.Image, size: tuple[int, int]) -> bytes:
    plain = image.convert("RGBA" if image.has_transparency_data else "RGB")
    fitted = plain if plain.size == size else ImageOps.fit(plain, size, Image.Resampling.LANCZOS)
    fitted.info.clear()
    target = io.BytesIO()
    fitted.save(target, "PNG")
    return target.getvalue()


def _bad(what: str) -> JobError:
    return JobError(ErrorClass.UNKNOWN, f"The picture that the server made {what}.")
