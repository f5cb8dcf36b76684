"""Pictures in terminals that can show them: by kitty's graphics protocol or by iTerm2's inline images.

A terminal is known by its name and never asked: an answer that came late would stand on the prompt. Protocols:
sw.kovidgoyal.net/kitty/graphics-protocol and iterm2.com/documentation-images.html.
"""

import enum
from base64 import b64encode
from collections.abc import Iterator, Mapping

from rich.console import Console, ConsoleOptions
from rich.segment import Segment

KITTY_TERMS = ("xterm-kitty", "xterm-ghostty")
ITERM2_PROGRAMS = ("iTerm.app", "WezTerm", "mintty")
# They stand between us and the terminal, whose name they pass on, and keep pictures to themselves.
MULTIPLEXERS = ("screen", "tmux")
ROWS = 10
CHUNK = 4096  # what kitty takes at once


class Protocol(enum.StrEnum):
    """How a terminal is told to show a picture."""

    KITTY = "kitty"
    ITERM2 = "iterm2"


def protocol_of(terminal: Mapping[str, str]) -> Protocol | None:
    """The protocol of the terminal that these variables name; None for one that isn't known to show pictures."""
    term, program = terminal.get("TERM", ""), terminal.get("TERM_PROGRAM", "")
    if term.startswith(MULTIPLEXERS) or program in MULTIPLEXERS:
        return None
    if term in KITTY_TERMS:
        return Protocol.KITTY
    if program in ITERM2_PROGRAMS or terminal.get("LC_TERMINAL") == "iTerm2":
        return Protocol.ITERM2
    return None


class Preview:
    """A PNG, ten rows high, for rich to print on a line of its own."""

    def __init__(self, png: bytes, protocol: Protocol) -> None:
        self._sequence = _kitty(png) if protocol is Protocol.KITTY else _iterm2(png)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        # Control codes, none of which rich knows: it writes them as they are and counts no width.
        yield Segment(self._sequence, None, [])
        yield Segment.line()


def _kitty(png: bytes) -> str:
    """Transmit and display, in chunks; quiet, as an answer would be taken for input."""
    data = b64encode(png).decode()
    chunks = [data[start : start + CHUNK] for start in range(0, len(data), CHUNK)]
    heads = [f"a=T,f=100,r={ROWS},", *[""] * (len(chunks) - 1)]
    mores = [1] * (len(chunks) - 1) + [0]
    return "".join(
        f"\x1b_G{head}q=2,m={more};{chunk}\x1b\\" for head, more, chunk in zip(heads, mores, chunks, strict=True)
    )


def _iterm2(png: bytes) -> str:
    options = f"inline=1;size={len(png)};height={ROWS};preserveAspectRatio=1"
    return f"\x1b]1337;File={options}:{b64encode(png).decode()}\x07"
