"""Every 7th card of the whole English catalogue, as three sources call it, from scans into a collection."""

import asyncio
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
from atelier.resolver.v1 import resolver_service_pb2 as cards_pb
from atelier.resolver.v1 import scan_service_pb2 as pb

from services.resolver import scan_messages
from tests.integration.resolver.conftest import Resolver, caller, check_quantities, create
from tests.integration.resolver.test_real_catalogue import read_csv
from tests.integration.resolver.test_scanning import contents
from tests.shared_data import chunks, real_record, stream

EVERY = 7


def tcgplayer_ids(shared_data: Path) -> dict[str, str]:
    """A product id of each card that has one which no other card shares, by catalogue id."""
    cards = defaultdict(set)
    for row in read_csv(shared_data / "tcgdex_market_ids.csv.gz"):
        for product_id in filter(None, row["tcgplayer_product_ids"].split(";")):
            cards[product_id].add(row["pokemontcg_id"])
    return {next(iter(found)): product_id for product_id, found in cards.items() if len(found) == 1}


def keys(source: str, ids: dict[str, str]) -> list[cards_pb.KeyRecord]:
    return [cards_pb.KeyRecord(source=source, external_id=theirs, catalog_id=ours) for ours, theirs in ids.items()]


async def watched(resolver: Resolver, scan_id: str) -> pb.Scan:
    """A scan at its end."""
    with caller("ann"):
        *_, last = [row async for row in resolver.watching.watch(scan_id)]
    return scan_messages.scan_message(last)


async def done_again(resolver: Resolver) -> None:
    """Have the worker do every job a second time, as if its first end had been lost."""
    await resolver.fetch("UPDATE jobs SET state = 'QUEUED', ended_at = NULL")
    async with asyncio.timeout(120):
        while await resolver.fetch("SELECT FROM jobs WHERE ended_at IS NULL"):  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.05)
    assert {row["attempt"] for row in await resolver.fetch("SELECT attempt FROM jobs")} == {2}


@pytest.mark.timeout(300)
async def test_every_seventh_card_by_three_sources_ends_with_the_exact_counts_and_so_does_its_rerun(
    working: Resolver, catalogue: list[dict[str, Any]], shared_data: Path
) -> None:
    wanted = [card["id"] for card in catalogue[::EVERY]]
    tcgdex = {row["pokemontcg_id"]: row["tcgdex_id"] for row in read_csv(shared_data / "tcgdex_ids.csv.gz")}
    tcgplayer = tcgplayer_ids(shared_data)
    misses = [
        row["id"] for row in read_csv(shared_data / "ids_without_counterpart.csv.gz") if row["scheme"] == "tcgdex"
    ][::EVERY]
    sent = [("pokemontcg", card) for card in wanted]
    sent += [("tcgdex", tcgdex[card]) for card in wanted if card in tcgdex]
    sent += [("tcgplayer", tcgplayer[card]) for card in wanted if card in tcgplayer]
    sent += [("tcgdex", miss) for miss in misses]
    detections = [
        pb.Detection(detection_id=str(n), external=cards_pb.ExternalId(source=source, external_id=external_id))
        for n, (source, external_id) in enumerate(sent)
    ]
    await working.importing.import_cards(stream([real_record(card) for card in catalogue]))
    await working.importing.import_keys(stream([*keys("tcgdex", tcgdex), *keys("tcgplayer", tcgplayer)]))
    parts = list(chunks(detections))

    scans = [await create(working, list(part), request_id=str(n)) for n, part in enumerate(parts)]
    results = [(await watched(working, scan["scan_id"])).result for scan in scans]
    before = await contents(working)

    await done_again(working)
    again = [await create(working, list(part), request_id=str(n)) for n, part in enumerate(parts)]

    expected = Counter(wanted) + Counter(card for card in wanted if card in tcgdex)
    expected += Counter(card for card in wanted if card in tcgplayer)
    held = await working.fetch("SELECT catalog_id, quantity FROM user_cards JOIN cards ON cards.id = card_id")
    tiers = await working.fetch("SELECT coalesce(tier, reason) AS end, count(*) FROM detections GROUP BY 1")
    assert {row["catalog_id"]: row["quantity"] for row in held} == expected
    assert {row["end"]: row["count"] for row in tiers} == {
        "CATALOG": len(wanted),
        "KEY": expected.total() - len(wanted),
        "NOT_IN_CATALOG": len(misses),
    }
    assert sum(result.total_detections for result in results) == len(sent)
    assert sum(result.resolved for result in results) == expected.total()
    assert sum(result.user_cards_created for result in results) == len(wanted)
    assert sum(one.count for result in results for one in result.unresolved) == len(misses)
    assert sum(result.auto_created for result in results) == 0
    await check_quantities(working)
    assert [scan["scan_id"] for scan in again] == [scan["scan_id"] for scan in scans]
    assert await contents(working) == before
