"""The whole real catalogue through the gateway by the command line, as the README tells it."""

import csv
import gzip
import json
from pathlib import Path
from typing import Any

from tests.e2e.conftest import System


def write_ids(path: Path, source: str, ids: list[str]) -> str:
    path.write_text("".join(json.dumps({"source": source, "external_id": one}) + "\n" for one in ids))
    return str(path)


async def test_everything_imports_and_every_id_of_two_sources_resolves(
    system: System, catalogue: list[dict[str, Any]], shared_data: Path, tmp_path: Path
) -> None:
    ids = [card["id"] for card in catalogue]
    with gzip.open(shared_data / "tcgdex_ids.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        pairs = list(csv.DictReader(lines))
    keys = tmp_path / "keys.csv"
    keys.write_text(
        "source,external_id,catalog_id\n"
        + "".join(f'tcgdex,"{pair["tcgdex_id"]}","{pair["pokemontcg_id"]}"\n' for pair in pairs)
    )
    ours = write_ids(tmp_path / "ours.jsonl", "pokemontcg-all", ids)
    theirs = write_ids(tmp_path / "theirs.jsonl", "tcgdex", [pair["tcgdex_id"] for pair in pairs])

    imported = await system.atelier("import", "cards", str(shared_data / "pokemon_tcg_cards.jsonl.gz"))
    first = await system.atelier("resolve", "--jsonl", ours, "--json", "--strict")
    second = await system.atelier("resolve", "--jsonl", ours, "--json", "--strict")
    imported_keys = await system.atelier("import", "keys", str(keys))
    by_key = await system.atelier("resolve", "--jsonl", theirs, "--json", "--strict")

    assert [one.code for one in (imported, first, second, imported_keys, by_key)] == [0] * 5
    assert [line["catalog_id"] for line in first.lines()] == ids
    assert {line["tier"] for line in first.lines()} == {"CATALOG"}
    assert {line["tier"] for line in second.lines()} == {"KEY"}
    assert [line["catalog_id"] for line in by_key.lines()] == [pair["pokemontcg_id"] for pair in pairs]
    assert {line["tier"] for line in by_key.lines()} == {"KEY"}
