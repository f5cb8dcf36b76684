"""Reviews from their first file to their end, as a person watches them: progress, findings as they come, and sums."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import typer
from atelier.reviewer.v1.review_service_pb2 import FileReview, Review

from cli.config import CliSettings
from cli.connection import Gateway, call_gateway
from cli.errors import CliError
from cli.exits import ExitCode
from cli.lasting import LossNotice
from cli.output import counted, say
from cli.progress import Feed, counting, feeding
from cli.review_documents import file_document
from cli.review_summary import FailOn, Reviewed, summary_document, summary_lines
from cli.review_text import ReadLines, file_text
from cli.review_watch import UNENDED, ReviewWatch
from cli.sarif_files import save_sarif

PLAIN_WIDTH = 120

Begin = Callable[[Gateway, Feed], AsyncIterator[Review]]
"""Has reviews accepted and gives each; the next one when the one before has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How reviews are shown, and what becomes of their findings. `read_lines` gives the code of frames."""

    fail_on: FailOn
    as_json: bool
    read_lines: ReadLines
    sarif: Path | None = None


def review_to_end(settings: CliSettings, course: Course, begin: Begin, found: Reviewed) -> None:
    """Show the reviews that `begin` gives until all have ended, each in `found` when it is accepted.

    Raises CliError, and typer.Exit when something is as bad as `fail_on`, or missing. Whoever leaves before is told how
    to come back.
    """

    async def work(gateway: Gateway) -> None:
        with feeding(*counting("files")) as feed:
            await show_reviews(gateway, feed, course, begin, found)
        if course.sarif is not None and found.reviews:
            await save_sarif(gateway, found.reviews, course.sarif)

    try:
        call_gateway(settings, work)
    except (KeyboardInterrupt, CliError):
        for review in found.reviews:
            if review.state in UNENDED:
                say(_how_to_come_back(review.review_id))
        raise
    if not found.reviews:
        raise CliError("Nothing is left to review; name files, or another folder.", ExitCode.NO_INPUT)
    for line in summary_lines(found, course.fail_on):
        say(line)
    if code := found.exit_code(course.fail_on):
        raise typer.Exit(code)


async def show_reviews(gateway: Gateway, feed: Feed, course: Course, begin: Begin, found: Reviewed) -> None:
    """Watch each review to its end and tell of its files. Raises CliError and `grpc.aio.AioRpcError`."""
    notice = LossNotice()
    async for review in begin(gateway, feed):
        found.reviews.append(review)
        say(f"Review {review.review_id}: {counted(review.progress.total, 'file')}.")
        task = feed.bar.add_task("reviewing", total=review.progress.total)
        watch = ReviewWatch(gateway, review, notice)
        async for files in watch.changes():
            found.reviews[-1] = _without_files(watch.review)
            feed.bar.update(task, completed=watch.review.progress.done)
            for file in files:
                found.notes.add(file)
                tell_file(feed, course, file)
    if course.as_json and found.reviews:
        feed.json(summary_document(found, course.fail_on))


def tell_file(feed: Feed, course: Course, file: FileReview) -> None:
    """Write what came of a file."""
    if course.as_json:
        feed.json(file_document(file))
        return
    width = feed.bar.console.width if feed.on_screen else PLAIN_WIDTH
    if (text := file_text(file, course.read_lines, width=width)) is not None:
        feed.styled(text)


def _without_files(review: Review) -> Review:
    kept = Review()
    kept.CopyFrom(review)
    del kept.files[:]
    return kept


def _how_to_come_back(review_id: str) -> str:
    return (
        f"The review goes on without you: `atelier reviews watch {review_id}` comes back to it,"
        f" `atelier reviews cancel {review_id}` stops it."
    )
