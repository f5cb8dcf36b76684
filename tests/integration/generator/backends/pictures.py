"""Pictures that servers make in tests."""

import functools
import io
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo


def picture(size: tuple[int, int] = (64, 64), kind: str = "PNG", text: str = "", **options: Any) -> bytes:
    """A picture that doesn't compress to nothing; `text` goes into a PNG's metadata."""
    target, image = io.BytesIO(), _noise(size)
    if text:
        options["pnginfo"] = PngInfo()
        options["pnginfo"].add_text("prompt", text)
    image.save(target, kind, **options)
    return target.getvalue()


@functools.cache
def _noise(size: tuple[int, int]) -> Image.Image:
    return Image.effect_noise(size, 80).convert("RGB")


def opened(png: bytes) -> Image.Image:
    """A PNG, read whole."""
    image = Image.open(io.BytesIO(png), formats=["PNG"])
    image.load()
    return image
