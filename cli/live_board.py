"""How what somebody watches is shown: a live table on a terminal, a line for every change elsewhere."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich import box
from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from cli.output import flush, neutralise, write_json, write_line
from cli.showing import Telling

HEADER_LINES = 5  # of the table's, and what rich needs below it
BAR_WIDTH = 24


@contextmanager
def showing(
    table: Callable[[int], Table], document: Callable[[Any], Any], line: Callable[[Any], str], telling: Telling
) -> Iterator[Callable[[Sequence[Any]], None]]:
    """Gives what is to be told of changes for the block's time: as documents, as lines, or by the table anew.

    `table` is given how many rows there is room for.
    """
    if telling is Telling.NOTHING:
        yield lambda _: None
        return
    if telling is Telling.JSON or not sys.stdout.isatty():
        yield lambda changed: _write(changed, document, line, telling)
        return
    console = Console(highlight=False, markup=False, emoji=False)
    with Live(console=console, auto_refresh=False) as live:
        yield lambda _: live.update(table(max(1, console.height - HEADER_LINES)), refresh=True)


def board_table(columns: Sequence[str], rows: Sequence[Sequence[RenderableType]], height: int) -> Table:
    """The first rows, at most so many; the rest is counted."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(column, no_wrap=True, overflow="ellipsis")
    for row in rows[:height]:
        table.add_row(*row)
    if len(rows) > height:
        table.caption = f"and {len(rows) - height:,} more"
    return table


def progress_bar(done: int, total: int) -> RenderableType:
    """A bar; nothing where the whole isn't known."""
    return ProgressBar(total=total, completed=done, width=BAR_WIDTH) if total else Text("")


def plain(value: str | None, style: str = "") -> Text:
    """Text without what could steer a terminal."""
    return Text(neutralise(value or ""), style=style)


def _write(
    changed: Sequence[Any], document: Callable[[Any], Any], line: Callable[[Any], str], telling: Telling
) -> None:
    for one in changed:
        if telling is Telling.JSON:
            write_json(document(one))
        else:
            write_line(line(one))
    flush()
