"""`atelier card`, `search`, `coverage` and `gaps`: what is known, and what was asked for and isn't."""

import re
from typing import Annotated, Any

import typer
from atelier.resolver.v1.card_pb2 import Card
from atelier.resolver.v1.resolver_service_pb2 import (
    GetCardRequest,
    GetCoverageRequest,
    GetCoverageResponse,
    ListGapsRequest,
    SearchCardsRequest,
)

from cli.connection import Gateway, call_gateway
from cli.documents import card_document, coverage_document, coverage_rows, gap_document
from cli.fields import Fields
from cli.listing import Listing, pages, row_of
from cli.output import counted, say, write_json, write_table
from cli.root import JsonOption, settings_of

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
CARD_COLUMNS = ("catalog_id", "name", "number", "rarity", "set_name", "card_id")
GAP_COLUMNS = ("source", "external_id", "reason", "count", "first_seen_time", "last_seen_time", "resolve_time")
GAPS = Listing(GAP_COLUMNS, row_of(GAP_COLUMNS, gap_document), gap_document)


def card(
    context: typer.Context,
    card_id: Annotated[
        str, typer.Argument(metavar="ID", help="The catalogue's id, such as base1-4, or the card's UUID.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Show one card."""
    key = Fields({"ID": card_id}).text("ID")
    request = GetCardRequest(card_id=key) if UUID.fullmatch(key) else GetCardRequest(catalog_id=key)

    async def work(gateway: Gateway) -> Card:
        found: Card = (await gateway.resolver.GetCard(request)).card
        return found

    found = card_document(call_gateway(settings_of(context), work))
    if as_json:
        write_json(found)
    else:
        write_table(
            ("field", "value"), ((name, _shown(value)) for name, value in found.items() if value not in (None, []))
        )


def search(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Part of the name; case and accents don't matter.")] = "",
    set_id: Annotated[str, typer.Option("--set", help="The set's catalogue id, such as base1.")] = "",
    number: Annotated[str, typer.Option(help="The collector number, exactly.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many cards to show.")] = 50,
    page_token: Annotated[str, typer.Option(help="Go on where an earlier answer ended, with the same filters.")] = "",
    as_json: JsonOption = False,
) -> None:
    """List the cards that match every filter, by name."""
    fields = Fields({"NAME": name, "--set": set_id, "--number": number, "--page-token": page_token})
    request = SearchCardsRequest(
        name=fields.text("NAME"),
        set_id=fields.text("--set"),
        number=fields.text("--number"),
        page_token=fields.text("--page-token"),
    )

    async def work(gateway: Gateway) -> tuple[list[dict[str, Any]], str]:
        found: list[dict[str, Any]] = []
        async for page in pages(gateway.resolver.SearchCards, request, limit):
            found += [card_document(item) for item in page.cards]
        return found, request.page_token

    cards, following = call_gateway(settings_of(context), work)
    if as_json:
        write_json({"cards": cards, "next_page_token": following or None})
        return
    write_table(CARD_COLUMNS, ([item[column] for column in CARD_COLUMNS] for item in cards))
    more = f"; more with --page-token {following}" if following else "."
    say(f"{counted(len(cards), 'card')}{more}")


def coverage(context: typer.Context, as_json: JsonOption = False) -> None:
    """Show how well the catalogue, the embeddings and what is asked for cover each other."""

    async def work(gateway: Gateway) -> GetCoverageResponse:
        answer: GetCoverageResponse = await gateway.resolver.GetCoverage(GetCoverageRequest())
        return answer

    found = coverage_document(call_gateway(settings_of(context), work))
    if as_json:
        write_json(found)
    else:
        write_table(("what", "count"), coverage_rows(found))


def gaps(
    context: typer.Context,
    source: Annotated[str, typer.Option(help="Only of this source.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Also those that have been resolved since.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="How many to show; all of them unless given.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List the ids that were asked for and found nowhere."""
    request = ListGapsRequest(source=Fields({"--source": source}).text("--source"), include_resolved=everything)

    async def work(gateway: Gateway) -> int:
        return await GAPS.show_all(pages(gateway.resolver.ListGaps, request, limit), "gaps", as_json=as_json)

    total = call_gateway(settings_of(context), work)
    if not as_json:
        say(f"{counted(total, 'gap')}.")


def _shown(value: object) -> str:
    return ", ".join(str(item) for item in value) if isinstance(value, list) else str(value)
