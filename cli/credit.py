"""`atelier credits`, `credits entries` and `credits grant`: what images are paid with."""

from collections.abc import Awaitable, Callable
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

from cli.cards import pages
from cli.connection import Gateway, call_gateway
from cli.documents import timestamp, word
from cli.errors import CliError
from cli.exits import ExitCode
from cli.fields import Fields
from cli.output import counted, say, write_json, write_table
from cli.root import JsonOption, settings_of

app = typer.Typer(help="Show and grant the credits that images cost.", invoke_without_command=True)

BALANCE_COLUMNS = ("owner", "available", "reserved")
ENTRY_COLUMNS = ("create_time", "reason", "amount", "key")
UNSURE = (ExitCode.UNAVAILABLE, ExitCode.TRY_AGAIN, ExitCode.SOFTWARE)

OwnerOption = Annotated[str, typer.Option(help="Whose; the caller's own unless given.")]


@app.callback()
def balance(context: typer.Context, owner: OwnerOption = "", as_json: JsonOption = False) -> None:
    """Show what an account has; `credits entries` shows why, `credits grant` adds to it."""
    if context.invoked_subcommand is not None:
        if owner or as_json:
            raise typer.BadParameter(f"--owner and --json stand after {context.invoked_subcommand}")
        return
    request = GetBalanceRequest(owner=Fields({"--owner": owner}).text("--owner"))
    _show(_call(context, lambda gateway: gateway.credits.GetBalance(request)), as_json)


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
        total = 0
        async for page in pages(gateway.credits.ListEntries, request, limit):
            total += len(page.entries)
            found = [_entry_document(entry) for entry in page.entries]
            if as_json:
                for entry in found:
                    write_json(entry)
            elif found:
                write_table(ENTRY_COLUMNS, ([entry[column] for column in ENTRY_COLUMNS] for entry in found))
        return total

    total = call_gateway(settings_of(context), work)
    if not as_json:
        say(f"{total:,} {'entry' if total == 1 else 'entries'}.")


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
        found = _call(context, lambda gateway: gateway.credits.GrantCredits(request))
    except CliError as error:
        if error.code in UNSURE:
            say(f"It may have been granted; with --request-id {request.request_id} it is granted once at most.")
        raise
    _show(found, as_json)


def _call(context: typer.Context, ask: Callable[[Gateway], Awaitable[Any]]) -> CreditBalance:
    async def work(gateway: Gateway) -> CreditBalance:
        found: CreditBalance = (await ask(gateway)).balance
        return found

    return call_gateway(settings_of(context), work)


def _show(found: CreditBalance, as_json: bool) -> None:
    if as_json:
        write_json({name: getattr(found, name) for name in BALANCE_COLUMNS})
    else:
        write_table(BALANCE_COLUMNS, [[getattr(found, name) for name in BALANCE_COLUMNS]])
        say(f"{found.owner} can pay for {counted(found.available, 'more image')}.")


def _entry_document(entry: CreditEntry) -> dict[str, Any]:
    return {
        "entry_id": entry.entry_id,
        "create_time": timestamp(entry, "create_time"),
        "reason": word(CreditEntry.Reason, entry.reason),
        "amount": entry.amount,
        "key": entry.key,
    }
