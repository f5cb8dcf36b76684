"""The whole English catalogue and TCGdex's ids for it."""

import csv
import gzip
from pathlib import Path
from typing import Any

from atelier.resolver.v1 import resolver_service_pb2 as pb

from tests.integration.resolver.conftest import Resolver
from tests.shared_data import chunks, real_record, stream


async def tiers(resolver: Resolver, source: str, ids: list[str]) -> list[tuple[str | None, str | None]]:
    answers: list[tuple[str | None, str | None]] = []
    for chunk in chunks(ids):
        rows = await resolver.resolving.resolve([source] * len(chunk), chunk, dry_run=False)
        answers += [(row["tier"], row["catalog_id"]) for row in rows]
    return answers


def read_csv(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


async def test_every_real_id_resolves_by_catalog_then_by_key_and_every_tcgdex_id_by_its_key(
    resolver: Resolver, catalogue: list[dict[str, Any]], shared_data: Path
) -> None:
    ids = [card["id"] for card in catalogue]
    pairs = read_csv(shared_data / "tcgdex_ids.csv.gz")
    keys = [
        pb.KeyRecord(source="tcgdex", external_id=pair["tcgdex_id"], catalog_id=pair["pokemontcg_id"]) for pair in pairs
    ]
    misses = [
        row["id"] for row in read_csv(shared_data / "ids_without_counterpart.csv.gz") if row["scheme"] == "tcgdex"
    ]

    imported = await resolver.importing.import_cards(stream([real_record(card) for card in catalogue]))
    first = await tiers(resolver, "pokemontcg", ids)
    second = await tiers(resolver, "pokemontcg", ids)
    imported_keys = await resolver.importing.import_keys(stream(keys))
    theirs = await tiers(resolver, "tcgdex", [pair["tcgdex_id"] for pair in pairs])
    missed = await tiers(resolver, "tcgdex", misses)

    assert (imported.inserted, imported.rejected) == (20_078, 0)
    assert first == [("CATALOG", card_id) for card_id in ids]
    assert second == [("KEY", card_id) for card_id in ids]
    assert (imported_keys.inserted, imported_keys.rejected) == (len(pairs), 0)
    assert theirs == [("KEY", pair["pokemontcg_id"]) for pair in pairs]
    assert set(missed) == {(None, None)}
