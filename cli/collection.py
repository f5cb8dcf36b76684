"""`atelier collection` and `atelier collection cards`: what an owner has by all its scans."""

from typing import Annotated, Any

import typer
from atelier.resolver.v1.scan_service_pb2 import GetCollectionRequest, GetCollectionResponse, ListUserCardsRequest

from cli.cards import pages
from cli.connection import Gateway, call_gateway
from cli.fields import Fields
from cli.output import counted, say, write_json, write_table
from cli.root import JsonOption, settings_of
from cli.scan_documents import (
    CARD_COLUMNS,
    SET_COLUMNS,
    collection_document,
    collection_rows,
    user_card_document,
    user_card_row,
)

app = typer.Typer(help="Show what an owner's scans have come to.", invoke_without_command=True)

OwnerOption = Annotated[str, typer.Option(help="Whose; the caller's own unless given.")]


@app.callback()
def collection(context: typer.Context, owner: OwnerOption = "", as_json: JsonOption = False) -> None:
    """Show how many cards an owner has and what they are worth, by set; `collection cards` lists them."""
    if context.invoked_subcommand is not None:
        if owner or as_json:
            raise typer.BadParameter(f"--owner and --json stand after {context.invoked_subcommand}")
        return
    request = GetCollectionRequest(owner=Fields({"--owner": owner}).text("--owner"))

    async def work(gateway: Gateway) -> GetCollectionResponse:
        answer: GetCollectionResponse = await gateway.scans.GetCollection(request)
        return answer

    found = call_gateway(settings_of(context), work)
    if as_json:
        write_json(collection_document(found))
        return
    write_table(SET_COLUMNS, collection_rows(found))
    say(f"{found.owner} has {counted(found.total_cards, 'card')}, {found.distinct_cards:,} of them different.")


@app.command()
def cards(
    context: typer.Context,
    owner: OwnerOption = "",
    set_id: Annotated[str, typer.Option("--set", help="Only of this set, by its catalogue id, such as base1.")] = "",
    limit: Annotated[int | None, typer.Option(min=1, help="How many to show; all of them unless given.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List an owner's cards, by name."""
    fields = Fields({"--owner": owner, "--set": set_id})
    request = ListUserCardsRequest(owner=fields.text("--owner"), set_id=fields.text("--set"))
    total = call_gateway(settings_of(context), lambda gateway: _list(gateway, request, limit, as_json))
    if not as_json:
        say(f"{counted(total, 'different card')}.")


async def _list(gateway: Gateway, request: Any, limit: int | None, as_json: bool) -> int:
    total = 0
    async for page in pages(gateway.scans.ListUserCards, request, limit):
        total += len(page.user_cards)
        if as_json:
            for found in page.user_cards:
                write_json(user_card_document(found))
        elif page.user_cards:
            write_table(CARD_COLUMNS, (user_card_row(found) for found in page.user_cards))
    return total
