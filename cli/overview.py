"""`atelier overview`: what the caller has and what is being done for it, on one screen."""

from typing import Annotated

import typer
from atelier.gateway.v1.gateway_service_pb2 import GetOverviewRequest, GetOverviewResponse

from cli.activity_documents import ACTIVITIES
from cli.connection import call_gateway
from cli.exits import ExitCode
from cli.jobs import JOBS
from cli.output import say, write_json, write_line, write_table
from cli.overview_documents import LATEST_COLUMNS, holdings, latest_rows, missing_parts, overview_document
from cli.root import JsonOption, settings_of

MOST_LATEST = 50  # as the proto has it
SHOWN = 5


def overview(
    context: typer.Context,
    latest: Annotated[int, typer.Option(min=1, max=MOST_LATEST, help="How many results of each kind.")] = SHOWN,
    as_json: JsonOption = False,
) -> None:
    """Show collection, credits, budgets, what runs and the latest results; exit code 3 when a part is missing."""
    settings = settings_of(context)

    request = GetOverviewRequest(latest=latest)
    found: GetOverviewResponse = call_gateway(settings, lambda gateway: gateway.batches.GetOverview(request))
    if as_json:
        write_json(overview_document(found))
    else:
        show_overview(found, latest)
    missing = missing_parts(found, address=settings.address)
    for sentence in missing:
        say(sentence)
    if missing:
        raise typer.Exit(ExitCode.ITEMS)


def show_overview(found: GetOverviewResponse, latest: int) -> None:
    """Write it; of what runs as much as of the results."""
    write_table(("what", "has"), holdings(found))
    if rows := list(latest_rows(found)):
        write_line("")
        write_table(LATEST_COLUMNS, rows)
    for listing, running in ((JOBS, found.running), (ACTIVITIES, found.activities)):
        if running:
            write_line("")
            listing.show(running[:latest], as_json=False)
