"""How pictures that were made are shown: what is written of each, and whether a terminal previews it."""

import enum
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.config import CliSettings, terminal_names
from cli.previews import Preview, Protocol, protocol_of
from cli.progress import Feed

OutOption = Annotated[Path, typer.Option("--out", help="The folder for the images.")]
PreviewOption = Annotated[bool, typer.Option("--preview/--no-preview", help="Show images where the terminal can.")]


class Telling(enum.Enum):
    """What is written of each picture, or of each change of what is watched."""

    LINES = enum.auto()
    JSON = enum.auto()
    NOTHING = enum.auto()

    @classmethod
    def of(cls, *, as_json: bool) -> "Telling":
        """As a command's `--json` has it."""
        return cls.JSON if as_json else cls.LINES


@dataclass(frozen=True, slots=True)
class Manner:
    """What is written of pictures, and how the terminal shows them; None where it doesn't."""

    telling: Telling = Telling.LINES
    preview: Protocol | None = None

    def previews(self, feed: Feed) -> bool:
        """Whether somebody sees pictures."""
        return self.preview is not None and self.telling is Telling.LINES and feed.on_screen

    def tell(self, feed: Feed, document: dict[str, Any], line: str) -> None:
        """Write of a picture."""
        match self.telling:
            case Telling.JSON:
                feed.json(document)
            case Telling.LINES:
                feed.line(line)

    def draw(self, feed: Feed, png: bytes) -> None:
        """Preview a picture."""
        if self.preview is not None:
            feed.draw(Preview(png, self.preview))


def chosen_manner(settings: CliSettings, *, preview: bool, as_json: bool) -> Manner:
    """The manner by settings and options."""
    return Manner(Telling.of(as_json=as_json), _protocol(settings) if preview else None)


def _protocol(settings: CliSettings) -> Protocol | None:
    match settings.preview:
        case "off":
            return None
        case "auto":
            return protocol_of(terminal_names())
        case name:
            return Protocol(name)
