"""`atelier demo`: starts a system of its own, shows and checks what it does, and stops it again."""

import asyncio
import contextlib
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import SecretStr

from cli.activity_documents import ACTIVITIES, activity_document
from cli.catalogue_files import open_cards
from cli.config import CliSettings
from cli.connection import open_gateway
from cli.demo_batch import submit_example
from cli.demo_engage import SECRET, demo_programs
from cli.demo_report import Report
from cli.demo_review import review_documents, show_review
from cli.demo_script import import_examples, run_script
from cli.documents import coverage_rows
from cli.errors import CliError
from cli.exits import ExitCode
from cli.output import say, write_json, write_table
from cli.picture_files import open_folder
from cli.progress import feeding
from cli.root import JsonOption, StateDirOption, settings_of
from cli.scan_documents import SET_COLUMNS, collection_document, collection_rows
from cli.scanning import show_scans
from cli.showing import Manner, Telling, chosen_manner
from cli.stack.ports import LOOPBACK, Ports
from cli.stack.problems import StackError
from cli.submit import show_results
from cli.submit_results import item_document
from cli.submitting import Course
from cli.up import stack_problem
from cli.work_options import DEFAULT_PREFIX

REPOSITORY = Path(__file__).resolve().parents[1]
EXAMPLES = REPOSITORY / "examples"
IMAGES = "demo-images"
CONSOLE = f"http://{LOOPBACK}:{Ports().gateway_http}/"
FILES = ("what", "name", "pixels", "bytes", "file")
RESOLVED = ("source", "external_id", "tier", "catalog_id", "name", "ms", "card_id")
IDENTIFIED = ("read", "catalog_id", "name", "confidence", "needs_review", "ms")


def demo(
    context: typer.Context,
    catalog: Annotated[
        str | None, typer.Option(help="A catalogue to import too, as `atelier import cards` takes it.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where the images go; demo-images in the state folder unless given.")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the system running at the end, until Ctrl-C.")] = False,
    state_dir: StateDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start a system, resolve real cards, submit work of all kinds, watch it, check what it came to, stop it."""
    if not EXAMPLES.is_dir():
        raise CliError(
            f"The examples are not at {EXAMPLES}; run the demo in a clone of the repository.", ExitCode.NO_INPUT
        )
    if catalog is not None:
        open_cards(catalog)  # so that a wrong path is told before anything starts
    settings = settings_of(context, state_dir=state_dir)
    folder = open_folder(out or settings.state_dir / IMAGES)
    manner = Manner(Telling.NOTHING) if as_json else chosen_manner(settings, preview=True, as_json=False)
    root = _fresh_folder(settings.state_dir / "demo")
    failed = False
    try:
        asyncio.run(_run(root, catalog, folder, manner, keep=keep))
    except (StackError, CliError) as error:
        failed = True
        say(f"The system's log is kept in {root / 'log'}.")
        raise stack_problem(error) if isinstance(error, StackError) else error from None
    finally:
        if not failed:
            _remove(root)


async def _run(root: Path, catalog: str | None, folder: Path, manner: Manner, *, keep: bool) -> None:
    # See `atelier up`.
    from cli.stack.secrets import Secrets
    from cli.stack.stack import Stack

    say("Starting PostgreSQL, Redis, the services and the gateway …")
    began = time.monotonic()
    async with Stack(root, programs=demo_programs(), ports=Ports.free()) as stack:
        say(f"Ready after {time.monotonic() - began:.1f} s; the gateway is at {stack.gateway_address}.")
        token = SecretStr(stack.layout.token.read_text())
        course = _course(folder, manner, stack.gateway_address)
        async with open_gateway(CliSettings(address=stack.gateway_address, token=token)) as gateway:
            for name, tally in (await import_examples(gateway, EXAMPLES, catalog)).items():
                say(f"Imported {name}: {tally.inserted:,} new, {tally.updated:,} changed, {tally.rejected:,} rejected.")
            report = await run_script(gateway, EXAMPLES)
            say("Submitting a scan, images, cards, a review and activities by one call …")
            secret = Secrets(stack.layout.webhook_secrets).get(SECRET)
            await submit_example(gateway, report, course, EXAMPLES, secret.encode())
        _show(report, course, manner)
        report.check()
        say(f"Everything came out as it should, in {time.monotonic() - began:.1f} s.")
        if keep:
            say(f"The console is at {stack.http_url}/ with the token in {stack.layout.token}, until Ctrl-C.")
            await asyncio.Event().wait()
        say(f"The console is at {CONSOLE} once `atelier up` runs. Stopping …")


def _course(folder: Path, manner: Manner, address: str) -> Course:
    return Course(prefix=DEFAULT_PREFIX, folder=folder, watch=True, telling=manner.telling, address=address)


def _show(report: Report, course: Course, manner: Manner) -> None:
    if manner.telling is Telling.NOTHING:
        write_json(
            {
                "resolved": report.resolved,
                "identified": report.identified,
                "scan": report.scan,
                "collection": collection_document(report.collection),
                "coverage": report.coverage,
                "files": report.files,
                **review_documents(report),
                "activities": [activity_document(activity) for activity in report.activities],
                "batch": [item_document(sent, report.batch.board) for sent in report.batch.sent],
            }
        )
        return
    say("External ids, resolved one call each:")
    write_table(RESOLVED, (_resolved_row(answer) for answer in report.resolved))
    say("Misread scans:")
    write_table(IDENTIFIED, (_identified_row(answer) for answer in report.identified))
    say("Coverage:")
    write_table(("what", "count"), coverage_rows(report.coverage))
    say("A scan of twelve cards:")
    show_scans([report.scan])
    say("The collection that it came to:")
    write_table(SET_COLUMNS, collection_rows(report.collection))
    say("The review of three files of the project's own code:")
    show_review(report, REPOSITORY)
    say("Activities, one of which was refused at first and one whose answer was lost:")
    ACTIVITIES.show(report.activities, as_json=False)
    say("What was made and drawn:")
    _preview(report, manner)
    write_table(FILES, (_file_row(file) for file in report.files))
    say("And the batch that all of it was:")
    show_results(report.batch, course)


def _preview(report: Report, manner: Manner) -> None:
    with feeding() as feed:
        for file in report.files:
            if file["what"] != "export" and manner.previews(feed):
                manner.draw(feed, Path(file["path"]).read_bytes())


def _resolved_row(answer: dict[str, Any]) -> list[object]:
    shown = {**answer, "tier": answer["tier"] or answer["reason"], "ms": f"{answer['ms']:6.1f}"}
    return [shown[column] for column in RESOLVED]


def _identified_row(answer: dict[str, Any]) -> list[object]:
    best = answer["candidates"][0]["name"] if answer["candidates"] else None
    shown = {**answer, "name": best, "ms": f"{answer['ms']:6.1f}"}
    return [shown[column] for column in IDENTIFIED]


def _file_row(file: dict[str, Any]) -> list[object]:
    return [file["what"], file["name"], f"{file['width']} x {file['height']}", file["bytes"], file["path"]]


def _remove(root: Path) -> None:
    shutil.rmtree(root, ignore_errors=True)
    with contextlib.suppress(OSError):  # not empty: the log of an earlier failure is kept
        root.parent.rmdir()


def _fresh_folder(parent: Path) -> Path:
    try:
        parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix="", dir=parent))
    except OSError as error:
        why = error.strerror or os.strerror(error.errno or 0)
        raise CliError(
            f"The folder {parent} can't be made ({why}); choose another with --state-dir.", ExitCode.CANNOT_CREATE
        ) from None
