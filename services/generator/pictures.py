"""Pictures in the object store, each under a key that follows from its content: the same picture is there once."""

import asyncio
import enum
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageOps

from chassis.blobs import BlobNotFound, Blobs
from chassis.media import media_key
from jobs.job import ErrorClass
from jobs.outcomes import JobError

THUMBNAIL_SIDE = 256
QUALITY = 90
CHUNK_BYTES = 64 * 1024  # What one message of a stream carries.
PAPER = "white"  # What lies behind a transparent picture where the encoding knows no transparency.


class Encoding(enum.StrEnum):
    """How a picture is encoded; the proto's words."""

    PNG = "PNG"
    JPEG = "JPEG"
    WEBP = "WEBP"


EXTENSIONS = {Encoding.PNG: "png", Encoding.JPEG: "jpg", Encoding.WEBP: "webp"}


@dataclass(frozen=True, slots=True)
class Picture:
    """A stored picture: its content's SHA-256 in hexadecimal, its encoding, its pixels and its size."""

    sha256: str
    format: Encoding
    width: int
    height: int
    bytes: int

    @property
    def name(self) -> str:
        """As its address has it."""
        return f"{self.sha256}.{EXTENSIONS[self.format]}"


class PictureStore:
    """Puts pictures and reads them. A lost store is the Unavailable of `chassis.blobs`."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    async def put(self, data: bytes, *, encoding: Encoding, size: tuple[int, int]) -> Picture:
        """Store a picture of `size` pixels. Writing one that is there changes nothing."""
        picture = Picture(hashlib.sha256(data).hexdigest(), encoding, *size, len(data))
        await self._blobs.put(media_key(picture.name), data)
        return picture

    async def has(self, picture: Picture) -> bool:
        """Whether the picture is there, whole."""
        try:
            return (await self._blobs.head(media_key(picture.name))).size_bytes == picture.bytes
        except BlobNotFound:
            return False

    async def read(self, picture: Picture) -> bytes:
        """The picture's bytes. Raises BlobNotFound."""
        return await self._blobs.get(media_key(picture.name))

    async def read_sound(self, picture: Picture) -> bytes | None:
        """The picture's bytes; None unless they are there and are that picture, by size, hash and type."""
        try:
            data = await self.read(picture)
        except BlobNotFound:
            return None
        return data if await asyncio.to_thread(_is_picture, data, picture) else None


def chunks(data: bytes) -> Iterator[bytes]:
    """The bytes in pieces for a stream."""
    return (data[start : start + CHUNK_BYTES] for start in range(0, len(data), CHUNK_BYTES))


async def thumbnail_of(png: bytes, size: tuple[int, int]) -> tuple[bytes, tuple[int, int]]:
    """A small PNG of a PNG, which is itself where it is small, and its size in pixels.

    Raises JobError of class UNKNOWN for what is no PNG of `size` pixels: whoever made it may do better the next time.
    """
    return await asyncio.to_thread(_thumbnail, png, size)


async def fitted(png: bytes, size: tuple[int, int], encoding: Encoding) -> bytes:
    """The picture in another size, which it fills, cut around its middle, and encoded as told."""
    return await asyncio.to_thread(_fit, png, size, encoding)


def _thumbnail(png: bytes, size: tuple[int, int]) -> tuple[bytes, tuple[int, int]]:
    try:
        # Only the header is read until the picture is known to be as large as it was asked to be.
        with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
            if image.size != size:
                raise JobError(
                    ErrorClass.UNKNOWN, "The backend made {} × {} pixels, not {} × {}.".format(*image.size, *size)
                )
            image.load()
            if max(size) <= THUMBNAIL_SIDE:
                return png, size
            image.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
            return _encoded(image, Encoding.PNG), image.size
    except (OSError, SyntaxError, ValueError) as error:  # What Pillow raises for broken pictures.
        raise JobError(ErrorClass.UNKNOWN, "The backend made something that is no PNG.") from error


def _is_picture(data: bytes, picture: Picture) -> bool:
    if len(data) != picture.bytes or hashlib.sha256(data).hexdigest() != picture.sha256:
        return False
    try:
        with Image.open(io.BytesIO(data), formats=[picture.format]) as image:
            return image.size == (picture.width, picture.height)
    except (OSError, SyntaxError, ValueError):  # What Pillow raises for broken pictures.
        return False


def _fit(png: bytes, size: tuple[int, int], encoding: Encoding) -> bytes:
    with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
        return _encoded(ImageOps.fit(image, size, Image.Resampling.LANCZOS), encoding)


def _encoded(image: Image.Image, encoding: Encoding) -> bytes:
    target = io.BytesIO()
    if encoding is Encoding.PNG:
        image.save(target, "PNG")
    elif encoding is Encoding.JPEG:
        _opaque(image).save(target, "JPEG", quality=QUALITY)
    else:
        image.save(target, "WEBP", quality=QUALITY)
    return target.getvalue()


def _opaque(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, PAPER), layer).convert("RGB")
