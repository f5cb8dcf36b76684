"""`atelier engage schedule | watch | accounts | resume`: activities from a file, and what becomes of them."""

from typing import Annotated

import typer
from atelier.engager.v1.engagement_service_pb2 import ListAccountsRequest, ResumeAccountRequest

from cli.activity_documents import ACCOUNTS
from cli.activity_files import open_activities
from cli.connection import Gateway, call_gateway
from cli.engaging import Scheduling, unended_ids, watch_activities
from cli.exits import ExitCode
from cli.fields import Fields
from cli.job_services import checked_names
from cli.listing import pages
from cli.output import counted, say
from cli.root import JsonOption, settings_of
from cli.steering import steer

app = typer.Typer(help="Schedule likes and comments, and follow them.", no_args_is_help=True)


@app.command()
def schedule(
    context: typer.Context,
    path: Annotated[str, typer.Argument(metavar="FILE", help=".csv of activities, .gz too; - is stdin.")],
    pod: Annotated[str, typer.Option(metavar="ID", help="The pod of rows that name none.")] = "",
    account: Annotated[str, typer.Option(metavar="ID", help="The account of rows that name none.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Schedule the activities of a file; the same file again changes nothing."""
    fields = Fields({"--pod": pod, "--account": account})
    records = open_activities(path, pod_id=fields.text("--pod"), account_id=fields.text("--account"))

    async def work(gateway: Gateway) -> Scheduling:
        scheduling = Scheduling(gateway)
        await scheduling.send(records, as_json=as_json)
        return scheduling

    done = call_gateway(settings_of(context), work)
    if not as_json:
        say(f"{done.created:,} scheduled, {done.known:,} known already, {done.rejected:,} rejected.")
    if done.rejected:
        raise typer.Exit(ExitCode.ITEMS)


@app.command()
def watch(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="ID...", help="Activities; all that haven't ended unless given.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Follow activities until they have ended; exit code 3 when one doesn't succeed."""
    asked = checked_names(names or [])

    async def work(gateway: Gateway) -> int:
        return await watch_activities(gateway, asked or await unended_ids(gateway), as_json=as_json)

    if call_gateway(settings_of(context), work):
        raise typer.Exit(ExitCode.ITEMS)


@app.command()
def accounts(
    context: typer.Context,
    only_held: Annotated[bool, typer.Option("--held", help="Only those that are held.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List accounts, by name, and why they are held."""

    async def work(gateway: Gateway) -> int:
        request = ListAccountsRequest(only_held=only_held)
        found = pages(gateway.engagements.ListAccounts, request, None)
        return await ACCOUNTS.show_all(found, "accounts", as_json=as_json)

    total = call_gateway(settings_of(context), work)
    if not as_json:
        say(f"{counted(total, 'account')}.")


@app.command()
def resume(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="ACCOUNT...", help="Accounts, by their UUIDs.")],
    as_json: JsonOption = False,
) -> None:
    """Let held accounts go on."""

    async def call(gateway: Gateway, name: str) -> object:
        return (await gateway.engagements.ResumeAccount(ResumeAccountRequest(account_id=name))).account

    steer(context, names, call, ACCOUNTS, as_json=as_json)
