"""`atelier identify`: the cards that text read off scans may show, in the order of the input."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from atelier.resolver.v1.resolver_service_pb2 import (
    Candidate,
    Evidence,
    Identification,
    IdentifyCardsRequest,
    IdentifyQuery,
    ReviewReason,
    ScannedText,
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

BATCH_SIZE = 100
FIELDS = ("catalog_id", "confidence", "needs_review", "candidates")
COLUMNS = ("read", "catalog_id", "name", "number", "set_name", "confidence", "review", "other candidates")

Scans = Iterator[Record[ScannedText] | BadRecord]


def identify(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="The name as read, such as Charizcrd.")] = "",
    number: Annotated[str, typer.Option(help="The collector number as read, such as 4/102.")] = "",
    set_text: Annotated[str, typer.Option("--set", help="The set's name, symbol code or id as read.")] = "",
    jsonl: Annotated[
        str | None, typer.Option(help='File of {"name", "number", "set"} lines, or - for stdin; .gz too.')
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="End with exit code 3 when one needs review.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Rank the cards that misread text may show."""
    read = scanned_text(Fields({"name": name, "number": number, "set": set_text}))
    if (jsonl is None) == (read == ScannedText()):
        raise typer.BadParameter("give either --name, --number or --set, or --jsonl FILE")
    records = from_file(jsonl) if jsonl is not None else iter([Record(Place("the scan", 0), read)])
    rejected, reviews = call_gateway(settings_of(context), lambda gateway: _print(gateway, records, as_json))
    if rejected or (strict and reviews):
        raise typer.Exit(ExitCode.ITEMS)


def from_file(path: str) -> Scans:
    """The scans in a file of JSON lines. Raises CliError, at once, when it can't be read."""
    check_readable(path)
    return parse_lines(read_lines(path), scanned_text)


def scanned_text(fields: Fields) -> ScannedText:
    """What was read of one card. Raises BadField."""
    return ScannedText(name=fields.text("name"), number=fields.text("number"), set=fields.text("set"))


async def identify_batch(gateway: Gateway, scans: list[ScannedText]) -> list[dict[str, Any]]:
    """The answers to some scans. Raises `grpc.aio.AioRpcError`."""
    queries = [IdentifyQuery(text=scan) for scan in scans]
    answer = await gateway.resolver.IdentifyCards(IdentifyCardsRequest(queries=queries))
    return [as_document(found) for found in answer.identifications]


def as_document(found: Identification) -> dict[str, Any]:
    """One answer; without any candidate `catalog_id` is None and `confidence` 0."""
    best = found.candidates[0] if found.candidates else None
    return {
        "catalog_id": best.catalog_id if best else None,
        "confidence": best.confidence if best else 0.0,
        "needs_review": found.needs_review,
        "candidates": [candidate_document(candidate) for candidate in found.candidates],
        "review_reason": review_name(found.review_reason),
    }


def review_name(reason: ReviewReason) -> str | None:
    """Why a person should look, such as AMBIGUOUS; None when nobody need."""
    return ReviewReason.Name(reason).removeprefix("REVIEW_REASON_") if reason else None


def candidate_document(candidate: Candidate) -> dict[str, Any]:
    """One card that a scan may show, with how each field that was read compares."""
    return {
        "catalog_id": candidate.catalog_id,
        "name": candidate.name,
        "number": candidate.number,
        "set_name": candidate.set_name,
        "confidence": candidate.confidence,
        "evidence": [_evidence(evidence) for evidence in candidate.evidence],
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "field": evidence.field,
        "observed": evidence.observed,
        "expected": evidence.expected,
        "agreement": Evidence.Agreement.Name(evidence.agreement).removeprefix("AGREEMENT_"),
        "similarity": evidence.similarity,
    }


async def _print(gateway: Gateway, records: Scans, as_json: bool) -> tuple[int, int]:
    """Print every answer; how many scans were rejected, and how many need review."""
    total = reviews = 0

    async def call(scans: list[ScannedText]) -> list[tuple[ScannedText, dict[str, Any]]]:
        return list(zip(scans, await identify_batch(gateway, scans), strict=True))

    answers: Answers[ScannedText, tuple[ScannedText, dict[str, Any]]] = Answers(call, BATCH_SIZE)
    async for page in answers.pages(records):
        total += len(page)
        reviews += sum(answer["needs_review"] for _, answer in page)
        if as_json:
            for _, answer in page:
                write_json({name: answer[name] for name in FIELDS})
        else:
            write_table(COLUMNS, (row(scan, answer) for scan, answer in page))
    if not as_json:
        say(f"{total - reviews:,} of {total:,} identified, {reviews:,} to review.")
    return answers.rejected, reviews


def row(scan: ScannedText, answer: dict[str, Any]) -> list[object]:
    """An answer for the table, under `COLUMNS`."""
    best, *others = answer["candidates"] or [{}]
    read = " · ".join(part for part in (scan.name, scan.number, scan.set) if part)
    return [
        read,
        answer["catalog_id"],
        *(best.get(name) for name in ("name", "number", "set_name")),
        answer["confidence"],
        answer["review_reason"],
        ", ".join(other["catalog_id"] for other in others[:3]),
    ]
