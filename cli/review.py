"""`atelier review`: findings in files, folders, a diff, stdin or around an error, told as they are found."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer
from atelier.reviewer.v1.review_service_pb2 import Review

from cli.connection import Gateway
from cli.fields import Fields
from cli.output import counted, say, write_json
from cli.progress import Feed
from cli.review_files import Gathered, total_size
from cli.review_input import Mode, checked_mode, gather, read_error
from cli.review_request import Wishes
from cli.review_summary import FailOn, Reviewed, summary_document
from cli.review_upload import REVIEW_BYTES, REVIEW_FILES, ReviewUpload
from cli.reviewing import Begin, Course, review_to_end
from cli.root import JsonOption, settings_of
from cli.whole_files import check_writable
from cli.work_options import LaneName, checked_prefix

FailOnOption = Annotated[
    FailOn,
    typer.Option(case_sensitive=False, help="End with exit code 4 when a finding is new or persists and as bad."),
]
SarifOption = Annotated[Path | None, typer.Option(metavar="FILE", help="A file for the findings as SARIF 2.1.0.")]


def review(
    context: typer.Context,
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH", help="Files and folders; with --diff a revision, HEAD unless given."),
    ] = None,
    diff: Annotated[bool, typer.Option("--diff", help="What changed in the working tree since a revision.")] = False,
    stdin: Annotated[bool, typer.Option("--stdin", help="What comes by stdin; --name says what it is.")] = False,
    name: Annotated[str, typer.Option(metavar="PATH", help="The name of what comes by stdin, such as app.py.")] = "",
    error: Annotated[
        str, typer.Option(metavar="FILE", help="Explain the error or traceback in it by the files; - is stdin.")
    ] = "",
    project: Annotated[
        str, typer.Option(help="What findings are compared within; the repository's or the current folder's name.")
    ] = "",
    fail_on: FailOnOption = FailOn.HIGH,
    sarif: SarifOption = None,
    withhold_secrets: Annotated[
        bool,
        typer.Option("--withhold-secrets", help="Show no model a file with secrets, not even marks in their place."),
    ] = False,
    lane: Annotated[
        LaneName | None,
        typer.Option(case_sensitive=False, help="Which reviews go first; normal, and low for a snapshot's many files."),
    ] = None,
    request_id: Annotated[
        str, typer.Option(metavar="PREFIX", help="The same for the same files takes up the same review.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Review source code; the same files again are compared with the last time."""
    mode = checked_mode(paths or [], diff=diff, stdin=stdin, name=name, error=error)
    settings = settings_of(context)
    if sarif is not None:
        check_writable(sarif)
    text = read_error(error) if error else ""
    gathered = gather(mode, paths or [], name)
    wishes = Wishes(
        project=Fields({"--project": project or gathered.root.name}).text("--project"),
        secret_policy="SECRET_POLICY_WITHHOLD" if withhold_secrets else "SECRET_POLICY_REDACT",
        lane=f"LANE_{lane.name}" if lane else None,
        prefix=checked_prefix(request_id or uuid4().hex),
    )
    if gathered.left_out:
        say(f"{counted(gathered.left_out, 'file')} in no language known here left out.")
    if mode is Mode.DIFF and not gathered.files:
        _tell_nothing_changed(fail_on, as_json=as_json)
        return
    upload, found = ReviewUpload(wishes), Reviewed()
    course = Course(fail_on=fail_on, as_json=as_json, read_lines=upload.sources.lines, sarif=sarif)
    review_to_end(settings, course, _begin(upload, found, mode, gathered, text), found)


def _begin(upload: ReviewUpload, found: Reviewed, mode: Mode, gathered: Gathered, error: str) -> Begin:
    """How the reviews come about: an error's, one after the other of so many files, or a snapshot's."""
    is_large = len(gathered.files) > REVIEW_FILES or total_size(gathered.files) > REVIEW_BYTES

    async def begin(gateway: Gateway, feed: Feed) -> AsyncIterator[Review]:
        if error:
            yield await upload.explanation(gateway, error, gathered.files)
        elif mode is Mode.PATHS and is_large:
            with _sending(feed, len(gathered.rules) + len(gathered.files)) as advance:
                review = await upload.snapshot_review(gateway, gathered, advance)
            yield review
        else:
            async for review in upload.reviews(gateway, gathered.files):
                yield review
        found.unsent, found.missing = upload.unsent, upload.missing

    return begin


@contextmanager
def _sending(feed: Feed, files: int) -> Iterator[Callable[[int], None]]:
    """A bar for the files that are sent, for the block's time."""
    task = feed.bar.add_task("sending", total=files)
    yield lambda sent: feed.bar.advance(task, sent)
    feed.bar.remove_task(task)


def _tell_nothing_changed(fail_on: FailOn, *, as_json: bool) -> None:
    if as_json:
        write_json(summary_document(Reviewed(), fail_on))
    say("Nothing that can be reviewed has changed.")
