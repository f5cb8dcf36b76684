"""What a command writes: answers on stdout as a table or JSON, all else on stderr. Never what could steer a terminal.

JSON goes out as one document, or as lines of one object each; a table is for people and its form is no promise.
"""

import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

# Wide enough for anything: an id that is folded or cut off can't be copied. A narrow terminal wraps the lines itself.
TABLE_WIDTH = 2_000
# DEL and the C1 controls, which json leaves as they are and some terminals obey.
C1_CONTROLS = re.compile("[\x7f-\x9f\u2028\u2029]")
HOSTILE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})


def neutralise(text: str) -> str:
    """`text` with everything that steers a terminal instead of showing (controls, bidi marks) as a visible escape."""
    if text.isprintable():
        return text
    return "".join(_visible(character) for character in text)


def write_json(value: Any) -> None:
    """One JSON value on one line of stdout."""
    sys.stdout.write(json_line(value) + "\n")


def json_line(value: Any) -> str:
    """A JSON value as one line that stdout can hold."""
    # Where stdout can't hold all of Unicode the escapes of JSON can.
    ascii_only = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    text = json.dumps(value, ensure_ascii=ascii_only, allow_nan=False)
    return C1_CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def write_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table on stdout; None shows as nothing, True and False as yes and no."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(column, no_wrap=True)
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    console = Console(highlight=False, markup=False, emoji=False, width=TABLE_WIDTH)
    # Written by ourselves: where the reader has gone, rich would end the process.
    with console.capture() as rendered:
        console.print(table)
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in rendered.get().splitlines()))
    flush()


def write_line(text: str) -> None:
    """One line of text on stdout."""
    sys.stdout.write(neutralise(text) + "\n")


def say(text: str) -> None:
    """One line for the person at the terminal, on stderr."""
    stderr_console().print(Text(neutralise(text)), soft_wrap=True)


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 card`, `2 cards`; `plural` is that of a noun that doesn't just take an s."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def flush() -> None:
    """Hand stdout over now, so that a reader that has gone is noticed here."""
    sys.stdout.flush()


@cache
def stderr_console() -> Console:
    """The console of everything else; it follows `sys.stderr`."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def _cell(value: object) -> Text:
    match value:
        case None:
            return Text("")
        case bool():
            return Text("yes" if value else "no")
        case float():
            return Text(f"{value:.3f}", justify="right")
        case int():
            return Text(f"{value:,}", justify="right")
        case _:
            return Text(neutralise(str(value)))


def _visible(character: str) -> str:
    if unicodedata.category(character) in HOSTILE_CATEGORIES:
        return (
            character.encode("unicode_escape").decode("ascii")
            if ord(character) > 0x7E or character < " "
            else character
        )
    return character
