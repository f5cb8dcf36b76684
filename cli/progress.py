"""How a command that takes a while shows how far it is: a bar on a terminal's stderr, and answers that go past it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from cli.output import flush, json_line, neutralise, stderr_console


class Feed:
    """A bar, and the answers that are written while it stands there: on stdout, above it where both share a screen."""

    def __init__(self, bar: Progress) -> None:
        self.bar = bar
        self.on_screen = sys.stdout.isatty() and not bar.disable

    def line(self, text: str) -> None:
        """One line of text."""
        self.styled(Text(neutralise(text)))

    def json(self, value: Any) -> None:
        """One JSON value on one line."""
        self.styled(Text(json_line(value)))

    def styled(self, text: Text) -> None:
        """Lines that hold nothing that steers a terminal, in their styles where there is a screen."""
        if self.on_screen:
            self.draw(text)
        else:
            sys.stdout.write(text.plain + "\n")
            flush()

    def draw(self, what: RenderableType) -> None:
        """Something for eyes only; where there is no screen to share it is left out."""
        if self.on_screen:
            self.bar.console.print(what, soft_wrap=True)


@contextmanager
def feeding(*columns: str | ProgressColumn) -> Iterator[Feed]:
    """A bar of these columns for the block's time; none where stderr is no terminal."""
    console = stderr_console()
    # Rich would take stdout over, and write to the terminal what was meant for a file or a pipe.
    with Progress(
        *columns, console=console, disable=not console.is_terminal, redirect_stdout=False, redirect_stderr=False
    ) as bar:
        yield Feed(bar)


def counting(noun: str) -> tuple[ProgressColumn, ...]:
    """The columns for a known number of things: `3/12 images`."""
    return (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(noun),
        TimeElapsedColumn(),
    )
