"""Pictures from the gateway into files: streamed, checked by their hash, and written whole or not at all."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from atelier.generator.v1.generation_service_pb2 import Image, ImageFormat

from cli.errors import CliError
from cli.exits import ExitCode
from cli.lasting import LastingStream, LossNotice
from cli.whole_files import unwritable, write_whole

SUFFIXES = {
    ImageFormat.IMAGE_FORMAT_PNG: ".png",
    ImageFormat.IMAGE_FORMAT_JPEG: ".jpg",
    ImageFormat.IMAGE_FORMAT_WEBP: ".webp",
}

Open = Callable[[], AsyncIterator[Any]]
"""Opens the stream of a picture's bytes, from its beginning: messages with `data`."""


def open_folder(path: Path) -> Path:
    """The folder, made unless it is there. Raises CliError when it can't be written to."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(path, error) from None
    if not os.access(path, os.W_OK | os.X_OK):
        raise CliError(f"Nothing can be written to {path}; choose another folder.", ExitCode.CANNOT_CREATE)
    return path


def in_folder(folder: Path | None) -> str:
    """` in DIR`, for a sentence."""
    if folder is None:
        return ""
    return " here" if folder == Path() else f" in {folder}"


def picture_path(folder: Path, name: str, image: Image) -> Path:
    """Where a picture goes by its name, which is the gateway's and no path. Raises CliError when it could be one."""
    if os.sep in name or name.startswith(".") or not name.isprintable():
        raise CliError(f"The gateway named a picture {name!r}, which can't be a file.", ExitCode.SOFTWARE)
    return folder / f"{name}{SUFFIXES.get(image.format, '.png')}"


async def save_picture(opened: Open, image: Image, path: Path, notice: LossNotice) -> None:
    """Have the picture stand at `path`. One that stands there already isn't fetched again.

    Raises CliError and `grpc.aio.AioRpcError`.
    """
    if not await asyncio.to_thread(_holds, path, image):
        data = await fetch_picture(opened, image, notice)
        await asyncio.to_thread(write_whole, path, data)


async def fetch_picture(opened: Open, image: Image, notice: LossNotice) -> bytes:
    """The picture's bytes. Raises CliError when they aren't those, and `grpc.aio.AioRpcError`."""
    data = bytearray()

    async def stream() -> AsyncIterator[Any]:
        data.clear()
        async for answer in opened():
            yield answer

    async for answer in LastingStream(notice, is_there=True).messages(stream, lambda: True):
        data += answer.data
    if hashlib.sha256(data).hexdigest() != image.sha256:
        raise CliError(f"The picture {image.sha256} arrived damaged; try again.", ExitCode.SOFTWARE)
    return bytes(data)


def _holds(path: Path, image: Image) -> bool:
    try:
        return path.stat().st_size == image.bytes and hashlib.sha256(path.read_bytes()).hexdigest() == image.sha256
    except OSError:
        return False
