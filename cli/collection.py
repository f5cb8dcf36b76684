"""`atelier collection` and `atelier collection cards`: what an owner has by all its scans."""

from typing import Annotated

import typer
from atelier.resolver.v1.scan_service_pb2 import GetCollectionRequest, GetCollectionResponse, ListUserCardsRequest

from cli.connection import Gateway, call_gateway
from cli.fields import Fields
from cli.listing import Listing, pages
from cli.output import counted, say, write_json, write_table
from cli.root import JsonOption, OwnerOption, has_subcommand, settings_of
from cli.scan_documents import (
    CARD_COLUMNS,
    SET_COLUMNS,
    collection_document,
    collection_rows,
    user_card_document,
    user_card_row,
)

app = typer.Typer(help="Show what an owner's scans have come to.", invoke_without_command=True)

USER_CARDS = Listing(CARD_COLUMNS, user_card_row, user_card_document)


@app.callback()
def collection(context: typer.Context, owner: OwnerOption = "", as_json: JsonOption = False) -> None:
    """Show how many cards an owner has and what they are worth, by set; `collection cards` lists them."""
    if has_subcommand(context, owner=owner, as_json=as_json):
        return
    request = GetCollectionRequest(owner=Fields({"--owner": owner}).text("--owner"))
    found: GetCollectionResponse = call_gateway(
        settings_of(context), lambda gateway: gateway.scans.GetCollection(request)
    )
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

    async def work(gateway: Gateway) -> int:
        found = pages(gateway.scans.ListUserCards, request, limit)
        return await USER_CARDS.show_all(found, "user_cards", as_json=as_json)

    total = call_gateway(settings_of(context), work)
    if not as_json:
        say(f"{counted(total, 'different card')}.")
