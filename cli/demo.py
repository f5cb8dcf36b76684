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
from cli.demo_engage import demo_programs, engage
from cli.demo_images import make_images
from cli.demo_report import Report
from cli.demo_review import review_code, review_documents, show_review
from cli.demo_script import import_examples, run_script
from cli.documents import coverage_rows
from cli.errors import CliError
from cli.exits import ExitCode
from cli.output import say, write_json, write_table
from cli.picture_files import open_folder
from cli.root import JsonOption, StateDirOption, settings_of
from cli.scan_documents import SET_COLUMNS, collection_document, collection_rows
from cli.scanning import show_scans
from cli.showing import Manner, Telling, chosen_manner
from cli.stack.ports import Ports
from cli.stack.problems import StackError
from cli.stack.stack import Stack
from cli.up import stack_problem

REPOSITORY = Path(__file__).resolve().parents[1]
EXAMPLES = REPOSITORY / "examples"
IMAGES = "demo-images"
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
    state_dir: StateDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start a system, resolve, identify and scan real cards, make images, review code, act, check it all, stop it."""
    if not EXAMPLES.is_dir():
        raise CliError(
            f"The examples are not at {EXAMPLES}; run the demo in a clone of the repository.", ExitCode.NO_INPUT
        )
    if catalog is not None:
        open_cards(catalog)  # so that a wrong path is told before anything starts
    settings = settings_of(context, state_dir=state_dir)
    folder = open_folder(out or settings.state_dir / IMAGES)
    manner = Manner(Telling.NOTHING) if as_json else chosen_manner(settings, preview=True, as_json=False)
    began = time.monotonic()
    root = _fresh_folder(settings.state_dir / "demo")
    failed = False
    try:
        asyncio.run(_run(root, catalog, folder, manner)).check()
    except (StackError, CliError) as error:
        failed = True
        say(f"The system's log is kept in {root / 'log'}.")
        raise stack_problem(error) if isinstance(error, StackError) else error from None
    finally:
        if not failed:
            _remove(root)
    say(f"Everything came out as it should, in {time.monotonic() - began:.1f} s.")


async def _run(root: Path, catalog: str | None, folder: Path, manner: Manner) -> Report:
    say("Starting PostgreSQL, Redis, the services and the gateway …")
    began = time.monotonic()
    async with Stack(root, programs=demo_programs(), ports=Ports.free()) as stack:
        say(f"Ready after {time.monotonic() - began:.1f} s; the gateway is at {stack.gateway_address}.")
        token = SecretStr(stack.layout.token.read_text())
        async with open_gateway(CliSettings(address=stack.gateway_address, token=token)) as gateway:
            for name, tally in (await import_examples(gateway, EXAMPLES, catalog)).items():
                say(f"Imported {name}: {tally.inserted:,} new, {tally.updated:,} changed, {tally.rejected:,} rejected.")
            report = await run_script(gateway, EXAMPLES)
            say("Images of three poses, and cards of four players:")
            await make_images(gateway, report, folder, manner)
            say("Reviewing three files of the project's own code …")
            await review_code(gateway, report, REPOSITORY)
            say("Carrying out five activities by a receiver of the demo's own …")
            await engage(gateway, report, stack.layout.webhook_secrets)
        _show(report, as_json=manner.telling is Telling.NOTHING)
        say("Stopping …")
    return report


def _show(report: Report, *, as_json: bool) -> None:
    if as_json:
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
            }
        )
        return
    say("External ids, resolved one call each:")
    write_table(RESOLVED, (_resolved_row(answer) for answer in report.resolved))
    say("Misread scans:")
    write_table(IDENTIFIED, (_identified_row(answer) for answer in report.identified))
    say("A scan of twelve cards:")
    show_scans([report.scan])
    say("The collection that it came to:")
    write_table(SET_COLUMNS, collection_rows(report.collection))
    say("Coverage:")
    write_table(("what", "count"), coverage_rows(report.coverage))
    say("What was made and drawn:")
    write_table(FILES, (_file_row(file) for file in report.files))
    say("The review of three files of the project's own code:")
    show_review(report)
    say("Activities, one of which was refused at first and one whose answer was lost:")
    ACTIVITIES.show(report.activities, as_json=False)


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
