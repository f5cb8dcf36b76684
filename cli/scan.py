"""`atelier scan`: a file of detections to its owner's collection, with progress, and what a person should look at."""

from typing import Annotated, Any

import typer

from cli.connection import Gateway, call_gateway
from cli.exits import ExitCode
from cli.output import say
from cli.root import JsonOption, settings_of
from cli.scan_files import open_detections
from cli.scan_upload import Upload
from cli.scanning import scan_records, show_scans
from cli.work_options import DEFAULT_PREFIX, LaneName, checked_prefix


def scan(
    context: typer.Context,
    path: Annotated[str, typer.Argument(metavar="FILE", help=".csv or .jsonl of detections, .gz too; - is stdin.")],
    request_id: Annotated[
        str, typer.Option(metavar="PREFIX", help="Makes the same file another scan than one with another prefix.")
    ] = DEFAULT_PREFIX,
    lane: Annotated[LaneName, typer.Option(case_sensitive=False, help="Which scans go first.")] = LaneName.NORMAL,
    strict: Annotated[bool, typer.Option("--strict", help="End with exit code 3 when one is not resolved.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Scan cards into the collection; the same file again changes nothing."""
    prefix = checked_prefix(request_id)
    records = open_detections(path)

    async def work(gateway: Gateway) -> tuple[Upload, list[dict[str, Any]]]:
        upload = Upload(gateway, f"LANE_{lane.name}", prefix)
        return upload, await scan_records(upload, records, as_json=as_json)

    upload, found = call_gateway(settings_of(context), work)
    if not as_json:
        show_scans(found)
    if upload.repeated:
        say("The same was scanned before, and this is what came of it; --request-id with another word scans it anew.")
    failed = [one for one in found if one["state"] != "SUCCEEDED"]
    for one in failed:
        say(_failure(one))
    if failed:
        raise typer.Exit(ExitCode.SOFTWARE)
    if upload.rejected or (strict and any(one["unresolved"] for one in found)):
        raise typer.Exit(ExitCode.ITEMS)


def _failure(found: dict[str, Any]) -> str:
    why = f": {found['error']['message'].rstrip('.')}" if found["error"] else ""
    state = found["state"].lower()
    return f"Scan {found['scan_id']} {state}{why}; `atelier jobs retry {found['job']}` takes it up again."
