"""What the demo asks of a running system and what must come out. Knows nothing of how the system was started."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import grpc
from atelier.resolver.v1.resolver_service_pb2 import ExternalId, GetCardRequest, GetCoverageRequest, ScannedText

from cli.catalogue_files import open_cards
from cli.connection import Gateway
from cli.demo_report import Report
from cli.documents import coverage_document
from cli.embedding_files import open_embeddings
from cli.errors import CliError
from cli.exits import ExitCode
from cli.fields import parse_object
from cli.identify import identify_batch, scanned_text
from cli.import_stream import Tally
from cli.importing import import_records
from cli.key_files import KeyColumns, open_keys
from cli.player_files import open_players
from cli.resolve import resolve_batch
from cli.text_files import Line, read_lines

SOURCE = "pokemontcg"
CATALOG_IDS = ("base1-4", "base1-2", "base1-15", "base1-58", "base1-55", "base1-102")
OTHER_SOURCES = (("tcgdex", "base1-10"), ("binder", "page-1/slot-1"), ("binder", "page-2/slot-9"))
EMBEDDING_IDS = ("base2-1", "base2-3", "base3-1", "ex5.5-5")
NAMELESS_ID = "ex5.5-4"
UNKNOWN_ID = "no-such-card-1"


async def import_examples(gateway: Gateway, examples: Path, catalog: str | None) -> dict[str, Tally]:
    """Import the sample, and on top of it the catalogue given; the counts by what was imported.

    Raises CliError when a record of the sample is rejected.
    """
    cards, embeddings, keys = (str(examples / name) for name in ("catalogue", "embeddings.jsonl", "keys.csv"))
    tallies = {"sample cards": await import_records(gateway, "cards", cards, lambda on: open_cards(cards, on))}
    if catalog is not None:
        tallies["catalogue"] = await import_records(gateway, "cards", catalog, lambda on: open_cards(catalog, on))
    tallies["embeddings"] = await import_records(
        gateway, "embeddings", embeddings, lambda on: open_embeddings(embeddings, on)
    )
    players = str(examples / "players.jsonl")
    tallies["players"] = await import_records(gateway, "players", players, lambda on: open_players(players, on))
    tallies["keys"] = await import_records(gateway, "keys", keys, lambda on: open_keys(keys, KeyColumns(), on))
    bad = [name for name, tally in tallies.items() if tally.rejected and name != "catalogue"]
    if bad or not tallies["sample cards"].received:
        raise CliError(f"The demo's own {' and '.join(bad) or 'cards'} could not be imported.", ExitCode.SOFTWARE)
    return tallies


async def run_script(gateway: Gateway, examples: Path) -> Report:
    """Ask everything; what came out. Raises CliError and `grpc.aio.AioRpcError`."""
    report = Report()
    await _resolve_all(gateway, report)
    await _identify_all(gateway, report, examples / "scans.jsonl")
    report.coverage = coverage_document(await gateway.resolver.GetCoverage(GetCoverageRequest()))
    report.expect(report.coverage["gaps"] >= 1, "the unknown id was not kept as a gap")
    report.expect(report.coverage["resolutions"]["key"] >= 1, "coverage counts no resolution by KEY")
    return report


async def _resolve_all(gateway: Gateway, report: Report) -> None:
    catalogued = {name for name in (*EMBEDDING_IDS, NAMELESS_ID) if await _is_card(gateway, name)}
    by_catalog = [(SOURCE, name) for name in CATALOG_IDS]
    by_embedding = [(SOURCE, name) for name in EMBEDDING_IDS if name not in catalogued]
    report.expect(bool(by_embedding), "the catalogue has every card that the demo would create from an embedding")
    first = await _ask(gateway, report, by_catalog, "CATALOG")
    again = await _ask(gateway, report, by_catalog, "KEY")
    await _ask(gateway, report, OTHER_SOURCES, "KEY")
    created = await _ask(gateway, report, by_embedding, "EMBEDDING")
    known = await _ask(gateway, report, by_embedding[:1], "KEY")
    await _ask(gateway, report, [(SOURCE, UNKNOWN_ID)], "NOT_IN_CATALOG")
    if NAMELESS_ID not in catalogued:
        await _ask(gateway, report, [(SOURCE, NAMELESS_ID)], "EMBEDDING_INCOMPLETE")
    for before, after in [*zip(first, again, strict=True), *zip(created, known, strict=False)]:
        same = before["card_id"] == after["card_id"]
        report.expect(same, f"{before['external_id']} got another card the second time")


async def _ask(gateway: Gateway, report: Report, ids: Sequence[tuple[str, str]], expected: str) -> list[dict[str, Any]]:
    """Resolve each id by a call of its own; `expected` is the tier, or why there is none."""
    answers = []
    for source, external_id in ids:
        began = time.perf_counter()
        [answer] = await resolve_batch(gateway, [ExternalId(source=source, external_id=external_id)])
        answer["ms"] = round((time.perf_counter() - began) * 1000, 2)
        outcome = answer["tier"] or answer["reason"]
        report.expect(outcome == expected, f"{source} {external_id} gave {outcome} instead of {expected}")
        report.expect((answer["tier"] is None) == (answer["card_id"] is None), f"{external_id} has a tier and no card")
        answers.append(answer)
    report.resolved += answers
    return answers


async def _identify_all(gateway: Gateway, report: Report, path: Path) -> None:
    """Identify every scan of the file: the card it expects must come first, or be a candidate of one to review."""
    for scan, expected in _scans(path):
        began = time.perf_counter()
        [answer] = await identify_batch(gateway, [scan])
        read = " · ".join(part for part in (scan.name, scan.number, scan.set) if part)
        report.identified.append({"read": read, **answer, "ms": round((time.perf_counter() - began) * 1000, 2)})
        if expected is None:
            report.expect(answer["needs_review"], f"“{read}” was identified though many cards may be meant")
        else:
            found = answer["catalog_id"]
            right = found == expected or (answer["needs_review"] and expected in _candidates(answer))
            report.expect(right, f"“{read}” was taken for {found} instead of {expected}")


def _candidates(answer: dict[str, Any]) -> list[str]:
    return [candidate["catalog_id"] for candidate in answer["candidates"]]


def _scans(path: Path) -> list[tuple[ScannedText, str | None]]:
    found: list[tuple[ScannedText, str | None]] = []
    for line in read_lines(str(path)):
        if isinstance(line, Line):
            fields = parse_object(line.text)
            found.append((scanned_text(fields), fields.text("expected") or None))
    return found


async def _is_card(gateway: Gateway, catalog_id: str) -> bool:
    try:
        await gateway.resolver.GetCard(GetCardRequest(catalog_id=catalog_id))
    except grpc.aio.AioRpcError as error:
        if error.code() == grpc.StatusCode.NOT_FOUND:
            return False
        raise
    return True
