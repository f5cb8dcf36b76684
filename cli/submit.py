"""`atelier submit`: work of any mix from a file, accepted as batches, followed to its end, with what it came to."""

from pathlib import Path
from typing import Annotated

import typer

from cli.connection import Gateway, call_gateway
from cli.errors import CliError
from cli.exits import ExitCode
from cli.output import counted, say, write_table
from cli.picture_files import in_folder, open_folder
from cli.root import JsonOption, settings_of
from cli.showing import Telling
from cli.submit_files import open_items
from cli.submit_results import COLUMNS, item_row
from cli.submitting import Course, Submission, submit_items
from cli.work_options import DEFAULT_PREFIX, checked_prefix


def submit(
    context: typer.Context,
    path: Annotated[str, typer.Argument(metavar="FILE", help=".jsonl, an item a line, .gz too; - is stdin.")],
    request_id: Annotated[
        str, typer.Option(metavar="PREFIX", help="Makes the same file other work than one with another prefix.")
    ] = DEFAULT_PREFIX,
    out: Annotated[
        Path | None, typer.Option(help="A folder for images and cards; none are saved unless given.")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch/--no-watch", help="Wait for the work's end, and show it.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Submit scans, generations, cards, reviews and activities; the same file again makes nothing twice."""
    settings = settings_of(context)
    course = Course(
        prefix=checked_prefix(request_id),
        folder=open_folder(out) if out is not None else None,
        watch=watch,
        telling=Telling.of(as_json=as_json),
        address=settings.address,
    )
    items, found = open_items(path), Submission()

    async def work(gateway: Gateway) -> None:
        await submit_items(gateway, items, course, found)

    try:
        call_gateway(settings, work)
    except (KeyboardInterrupt, CliError):
        if found.sent:
            say("What was accepted goes on without you: `atelier watch`, or the same command again, comes back to it.")
        raise
    if not as_json:
        show_results(found, course)
    if not found.all_is_well(watched=watch):
        raise typer.Exit(ExitCode.ITEMS)


def show_results(found: Submission, course: Course) -> None:
    """A table of the items and what became of them."""
    if found.sent:
        write_table(COLUMNS, (item_row(sent, found.board) for sent in found.sent))
    files = sum(len(sent.files) for sent in found.sent)
    saved = f", {counted(files, 'file')}{in_folder(course.folder)}" if files else ""
    rejected = f", {counted(found.rejected, 'line')} rejected" if found.rejected else ""
    say(f"{counted(len(found.sent), 'item')}{saved}{rejected}.")
    if any(sent.error for sent in found.sent):
        say("The same command again asks once more for what wasn't accepted, and makes nothing twice.")
