"""`atelier resolve`: the cards behind external ids, in the order of the input."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from atelier.resolver.v1.resolver_service_pb2 import (
    ExternalId,
    Resolution,
    ResolveCardsRequest,
    Tier,
    UnresolvedReason,
)

from cli.answers import Answers
from cli.catalogue_files import parse_lines
from cli.connection import Gateway, call_gateway
from cli.exits import ExitCode
from cli.fields import Fields
from cli.output import say, write_json, write_table
from cli.records import BadRecord, Place, Record
from cli.root import JsonOption, settings_of
from cli.text_files import check_readable, read_lines

BATCH_SIZE = 1000  # the most that one call takes
FIELDS = ("source", "external_id", "tier", "card_id", "catalog_id", "name", "reason")
COLUMNS = ("source", "external_id", "tier", "catalog_id", "name", "card_id", "reason")

Ids = Iterator[Record[ExternalId] | BadRecord]


def resolve(
    context: typer.Context,
    source: Annotated[str | None, typer.Argument(help="Who gave the ids, such as tcgdex.")] = None,
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID...", help="The ids, such as base1-4.")] = None,
    jsonl: Annotated[
        str | None, typer.Option(help='File of {"source", "external_id"} lines, or - for stdin; .gz too.')
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Answer as if for real, but write nothing.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="End with exit code 3 when an id is not resolved.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Find the card behind each id of a source."""
    if (jsonl is None) == (source is None) or (source is not None and not ids):
        raise typer.BadParameter("give either SOURCE and at least one ID, or --jsonl FILE")
    records = from_file(jsonl) if jsonl is not None else from_arguments(source or "", ids or [])
    rejected, unresolved = call_gateway(
        settings_of(context), lambda gateway: _print(gateway, records, dry_run, as_json)
    )
    if rejected or (strict and unresolved):
        raise typer.Exit(ExitCode.ITEMS)


def from_arguments(source: str, ids: list[str]) -> Ids:
    """The ids given on the command line. Raises BadField for one that isn't UTF-8."""
    for number, external_id in enumerate(ids, start=1):
        fields = Fields({"source": source, "external_id": external_id})
        yield Record(
            Place(f"ID {number}", 0),
            ExternalId(source=fields.text("source"), external_id=fields.text("external_id")),
        )


def from_file(path: str) -> Ids:
    """The ids in a file of JSON lines. Raises CliError, at once, when it can't be read."""
    check_readable(path)
    return parse_lines(read_lines(path), _external_id)


async def resolve_batch(gateway: Gateway, items: list[ExternalId], *, dry_run: bool = False) -> list[dict[str, Any]]:
    """The answers to at most 1,000 ids, as `FIELDS` has them. Raises `grpc.aio.AioRpcError`."""
    answer = await gateway.resolver.ResolveCards(ResolveCardsRequest(items=items, dry_run=dry_run))
    return [as_document(resolution) for resolution in answer.resolutions]


def as_document(resolution: Resolution) -> dict[str, Any]:
    """One answer, with what is not known as None."""
    return {
        "source": resolution.source,
        "external_id": resolution.external_id,
        "tier": Tier.Name(resolution.tier).removeprefix("TIER_") if resolution.tier else None,
        "card_id": resolution.card_id or None,
        "catalog_id": resolution.catalog_id or None,
        "name": resolution.name or None,
        "reason": reason_name(resolution.reason),
    }


def reason_name(reason: UnresolvedReason) -> str | None:
    """Why an id is not resolved, such as NOT_IN_CATALOG; None when it is."""
    return UnresolvedReason.Name(reason).removeprefix("UNRESOLVED_REASON_") if reason else None


async def _print(gateway: Gateway, records: Ids, dry_run: bool, as_json: bool) -> tuple[int, int]:
    """Print every answer; how many items were rejected, and how many ids not resolved."""
    total = unresolved = 0
    answers: Answers[ExternalId, dict[str, Any]] = Answers(
        lambda items: resolve_batch(gateway, items, dry_run=dry_run), BATCH_SIZE
    )
    async for page in answers.pages(records):
        total += len(page)
        unresolved += sum(answer["tier"] is None for answer in page)
        if as_json:
            for answer in page:
                write_json(answer)
        else:
            write_table(COLUMNS, ([answer[name] for name in COLUMNS] for answer in page))
    if not as_json:
        say(f"{total - unresolved:,} of {total:,} resolved.")
    return answers.rejected, unresolved


def _external_id(fields: Fields) -> ExternalId:
    return ExternalId(source=fields.required_text("source"), external_id=fields.required_text("external_id"))
