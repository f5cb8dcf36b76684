"""The images of one generation as files: what each is called, and how it is fetched."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atelier.generator.v1.generation_service_pb2 import DownloadImageRequest, Export, Image, Variation

from cli.connection import Gateway
from cli.generation_documents import export_name
from cli.lasting import LossNotice
from cli.picture_files import fetch_picture, picture_path, save_picture


@dataclass(frozen=True, slots=True)
class ImageFiles:
    """Nothing is saved without a folder. `prefix` keeps images of several generations in one folder apart.

    Every method raises CliError and `grpc.aio.AioRpcError`.
    """

    gateway: Gateway
    generation_id: str
    folder: Path | None
    notice: LossNotice
    prefix: str = ""

    async def save_all(self, variation: Variation) -> dict[str, Image]:
        """Save an image and its exports, as far as they were made; each by where it is."""
        found: dict[str | None, Image] = {}
        if variation.HasField("original"):
            found[await self.save_original(variation)] = variation.original
        for export in variation.exports:
            if export.HasField("image"):
                found[await self.save_export(variation, export)] = export.image
        return {path: image for path, image in found.items() if path is not None}

    async def save_original(self, variation: Variation) -> str | None:
        """Save the image itself; where."""
        return await self._save(variation.key, variation.original)

    async def save_export(self, variation: Variation, export: Export) -> str | None:
        """Save a further form of it; where."""
        return await self._save(f"{variation.key}-{export_name(export)}", export.image)

    async def fetch(self, image: Image) -> bytes:
        """Its bytes."""
        return await fetch_picture(lambda: self._download(image), image, self.notice)

    async def _save(self, name: str, image: Image) -> str | None:
        if self.folder is None:
            return None
        path = picture_path(self.folder, f"{self.prefix}{name}", image)
        await save_picture(lambda: self._download(image), image, path, self.notice)
        return str(path)

    def _download(self, image: Image) -> AsyncIterator[Any]:
        request = DownloadImageRequest(generation_id=self.generation_id, sha256=image.sha256)
        stream: AsyncIterator[Any] = self.gateway.generations.DownloadImage(request)
        return stream
