"""`atelier watch`: work of any kind as it changes, until all of it has ended."""

from typing import Annotated

import typer
from atelier.gateway.v1.gateway_service_pb2 import GetOverviewRequest

from cli.connection import Gateway, call_gateway
from cli.exits import ExitCode
from cli.live_board import showing
from cli.output import say
from cli.overview import MOST_LATEST
from cli.overview_documents import missing_parts, unended_names
from cli.root import JsonOption, settings_of
from cli.showing import Telling
from cli.work_board import WorkBoard
from cli.work_documents import work_document, work_line
from cli.work_watch import checked_work, follow_work


def watch(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME...", help="Such as resolver/scans/<uuid>; what runs for the caller unless given."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Follow scans, generations, reviews and activities to their end; exit code 3 when one doesn't succeed."""
    asked, settings = checked_work(names or []), settings_of(context)

    async def work(gateway: Gateway) -> int:
        found = asked or await _running(gateway, settings.address)
        return await watch_work(gateway, found, as_json=as_json, is_there=not asked)

    if call_gateway(settings, work):
        raise typer.Exit(ExitCode.ITEMS)


async def watch_work(gateway: Gateway, names: list[str], *, as_json: bool, is_there: bool) -> int:
    """Show work and its changes until all has ended; how much of it didn't succeed.

    Raises CliError and `grpc.aio.AioRpcError`.
    """
    board = WorkBoard()
    with showing(board.table, work_document, work_line, Telling.of(as_json=as_json)) as show:
        async for _, changed in follow_work(gateway, names, board, is_there=is_there):
            show(changed)
    return board.unsuccessful()


async def _running(gateway: Gateway, address: str) -> list[str]:
    found = await gateway.batches.GetOverview(GetOverviewRequest(latest=MOST_LATEST))
    for sentence in missing_parts(found, address=address):
        say(sentence)
    names = unended_names(found)
    if not names:
        say("Nothing runs.")
    return names
