"""`atelier credits`, `credits entries` and `credits grant`: what images are paid with."""

from typing import Annotated, Any
from uuid import uuid4

import typer
from atelier.generator.v1.credit_service_pb2 import (
    CreditBalance,
    CreditEntry,
    GetBalanceRequest,
    GrantCreditsRequest,
    ListEntriesRequest,
)

from cli.connection import Gateway, call_gateway
from cli.documents import timestamp, word
from cli.errors import CliError
from cli.exits import ExitCode
from cli.fields import Fields
from cli.listing import Listing, pages, row_of
from cli.output import counted, say, write_json, write_table
from cli.root import JsonOption, OwnerOption, has_subcommand, settings_of

app = typer.Typer(help="Show and grant the credits that images cost.", invoke_without_command=True)

BALANCE_COLUMNS = ("owner", "available", "reserved")
ENTRY_COLUMNS = ("create_time", "reason", "amount", "key")
UNSURE = (ExitCode.UNAVAILABLE, ExitCode.TRY_AGAIN, ExitCode.SOFTWARE)


@app.callback()
def balance(context: typer.Context, owner: OwnerOption = "", as_json: JsonOption = False) -> None:
    """Show what an account has; `credits entries` shows why, `credits grant` adds to it."""
    if has_subcommand(context, owner=owner, as_json=as_json):
        return
    request = GetBalanceRequest(owner=Fields({"--owner": owner}).text("--owner"))
    _show(call_gateway(settings_of(context), lambda gateway: gateway.credits.GetBalance(request)).balance, as_json)


@app.command()
def entries(
    context: typer.Context,
    owner: OwnerOption = "",
    limit: Annotated[int | None, typer.Option(min=1, help="How many to show; all of them unless given.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List what happened to an account, the newest first; its sum is what is available."""
    request = ListEntriesRequest(owner=Fields({"--owner": owner}).text("--owner"))

    async def work(gateway: Gateway) -> int:
        found = pages(gateway.credits.ListEntries, request, limit)
        listing = Listing(ENTRY_COLUMNS, row_of(ENTRY_COLUMNS, _entry_document), _entry_document)
        return await listing.show_all(found, "entries", as_json=as_json)

    total = call_gateway(settings_of(context), work)
    if not as_json:
        say(f"{counted(total, 'entry', 'entries')}.")


@app.command()
def grant(
    context: typer.Context,
    owner: Annotated[str, typer.Argument(help="Whom to.")],
    amount: Annotated[int, typer.Argument(min=1, max=1_000_000_000, help="How many.")],
    request_id: Annotated[
        str, typer.Option(metavar="ID", help="The same again grants nothing more; a new one unless given.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Add credits to an account; needs role operator."""
    fields = Fields({"OWNER": owner, "--request-id": request_id or str(uuid4())})
    request = GrantCreditsRequest(
        owner=fields.required_text("OWNER"), amount=amount, request_id=fields.text("--request-id")
    )
    try:
        answer = call_gateway(settings_of(context), lambda gateway: gateway.credits.GrantCredits(request))
    except CliError as error:
        if error.code in UNSURE:
            say(f"It may have been granted; with --request-id {request.request_id} it is granted once at most.")
        raise
    _show(answer.balance, as_json)


def balance_document(found: CreditBalance) -> dict[str, Any]:
    """What an account has."""
    return {name: getattr(found, name) for name in BALANCE_COLUMNS}


def _show(found: CreditBalance, as_json: bool) -> None:
    document = balance_document(found)
    if as_json:
        write_json(document)
    else:
        write_table(BALANCE_COLUMNS, [list(document.values())])
        say(f"{found.owner} can pay for {counted(found.available, 'more image')}.")


def _entry_document(entry: CreditEntry) -> dict[str, Any]:
    return {
        "entry_id": entry.entry_id,
        "create_time": timestamp(entry, "create_time"),
        "reason": word(CreditEntry.Reason, entry.reason),
        "amount": entry.amount,
        "key": entry.key,
    }
