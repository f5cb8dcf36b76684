"""Generations as a person watches them: progress, a file for each image, and how to come back to what was left."""

import shlex
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer
from atelier.generator.v1.generation_service_pb2 import (
    Generation,
    GenerationState,
    Variation,
)

from cli.config import CliSettings
from cli.connection import Gateway, call_gateway
from cli.documents import word
from cli.errors import CliError
from cli.exits import ExitCode
from cli.generation_documents import failures, variation_document, variation_line
from cli.generation_watch import GenerationWatch
from cli.image_files import ImageFiles
from cli.lasting import LossNotice
from cli.output import counted, say
from cli.picture_files import in_folder
from cli.pipeline import map_in_order
from cli.progress import Feed, counting, feeding
from cli.showing import Manner


@dataclass(slots=True)
class Shown:
    """A generation that was watched to its end, and the documents of its images, in the order of their ends."""

    generation: Generation
    images: list[dict[str, Any]] = field(default_factory=list)

    @property
    def failed_exports(self) -> int:
        """How many further forms of its images are missing."""
        return sum(export["error"] is not None for image in self.images for export in image["exports"])

    @property
    def exit_code(self) -> ExitCode:
        """Whether all was made that was asked for."""
        if self.generation.state == GenerationState.GENERATION_STATE_FAILED:
            return ExitCode.SOFTWARE
        succeeded = self.generation.state == GenerationState.GENERATION_STATE_SUCCEEDED
        return ExitCode.OK if succeeded and not self.failed_exports else ExitCode.ITEMS


def watch_to_end(
    settings: CliSettings, folder: Path | None, manner: Manner, begin: Callable[[Gateway], Awaitable[Generation]]
) -> None:
    """Show the generation that `begin` gives until it has ended, and save its images in the folder, if any.

    Raises typer.Exit when something is missing. Whoever leaves before is told how to come back.
    """
    begun: list[Generation] = []

    async def work(gateway: Gateway) -> Shown:
        begun.append(await begin(gateway))
        say(f"Generation {begun[0].generation_id}: {counted(begun[0].progress.total, 'image')}.")
        return await show_generation(gateway, begun[0], folder, manner)

    try:
        shown = call_gateway(settings, work)
    except (KeyboardInterrupt, CliError):
        if begun:
            say(_how_to_come_back(begun[0].generation_id, folder))
        raise
    say(_summary(shown, folder))
    if shown.exit_code:
        raise typer.Exit(shown.exit_code)


async def show_generation(gateway: Gateway, generation: Generation, folder: Path | None, manner: Manner) -> Shown:
    """Watch the generation to its end, save and tell of each image. Raises CliError and `grpc.aio.AioRpcError`."""
    notice = LossNotice()
    watch = GenerationWatch(gateway, generation, notice)
    images: dict[str, dict[str, Any]] = {}
    with feeding(*counting("images")) as feed:
        visit = _Visit(ImageFiles(gateway, generation.generation_id, folder, notice), manner, feed)
        task = feed.bar.add_task("generating", total=generation.progress.total)

        async def take(variation: Variation) -> None:
            images[variation.key] = await visit.take(variation)
            feed.bar.update(task, completed=len(images))

        async for variations in watch.changes():
            async for _ in map_in_order(_each(variations), take):
                pass
    return Shown(watch.generation, list(images.values()))


@dataclass(frozen=True, slots=True)
class _Visit:
    """One watching of one generation."""

    files: ImageFiles
    manner: Manner
    feed: Feed

    async def take(self, variation: Variation) -> dict[str, Any]:
        """Save an image with its exports and tell of it; its document, with the paths."""
        document = {"generation_id": self.files.generation_id, **variation_document(variation)}
        if document["original"]:
            document["original"]["path"] = await self.files.save_original(variation)
        for export, found in zip(variation.exports, document["exports"], strict=True):
            if export.HasField("image"):
                found["path"] = await self.files.save_export(variation, export)
        seen = variation.HasField("thumbnail") and self.manner.previews(self.feed)
        # Fetched before it is told of: others that are saved meanwhile would come between a line and its picture.
        thumbnail = await self.files.fetch(variation.thumbnail) if seen else b""
        self.manner.tell(self.feed, document, variation_line(document, failures(variation)))
        if thumbnail:
            self.manner.draw(self.feed, thumbnail)
        return document


async def _each(variations: list[Variation]) -> AsyncIterator[Variation]:
    for variation in variations:
        yield variation


def _summary(shown: Shown, folder: Path | None) -> str:
    found = shown.generation
    place = in_folder(folder) if found.succeeded else ""
    charged = f"{counted(found.credits_charged, 'credit')} charged"
    if shown.exit_code == ExitCode.OK:
        return f"{counted(found.succeeded, 'image')}{place}, {charged}."
    state = (word(GenerationState, found.state) or "").lower().replace("_", " ")
    made = f"{found.succeeded} of {counted(found.progress.total, 'image')}{place}"
    exports = f"{counted(shown.failed_exports, 'export')} failed, " if shown.failed_exports else ""
    rest = f"`atelier generations retry {found.generation_id}` makes the rest"
    return f"Generation {found.generation_id} {state}: {made}, {exports}{charged}; {rest}."


def _how_to_come_back(generation_id: str, folder: Path | None) -> str:
    out = f" --out {shlex.quote(str(folder))}" if folder is not None else ""
    return (
        f"The generation goes on without you: `atelier generations watch {generation_id}{out}` comes back to it,"
        f" `atelier generations cancel {generation_id}` stops it."
    )
