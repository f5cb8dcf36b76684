"""The examples are what their README says."""

import json
import runpy
from pathlib import Path

from cli.catalogue_files import open_cards
from cli.embedding_files import open_embeddings
from cli.identify import from_file as scans
from cli.key_files import KeyColumns, open_keys
from cli.records import Record
from cli.resolve import from_file as ids
from cli.scan_files import open_detections
from cli.submit_files import open_items

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


def test_the_catalogue_is_the_whole_base_set() -> None:
    found = [one.message for one in open_cards(str(EXAMPLES / "catalogue")) if isinstance(one, Record)]

    assert [card.catalog_id for card in found] == [f"base1-{number}" for number in range(1, 103)]
    assert all(card.details.name and card.details.set.printed_total == 102 for card in found)
    assert not any(card.details.image_small or card.details.image_large for card in found)


def test_every_record_of_the_other_files_can_be_read() -> None:
    found = [
        *open_keys(str(EXAMPLES / "keys.csv"), KeyColumns()),
        *open_embeddings(str(EXAMPLES / "embeddings.jsonl")),
        *scans(str(EXAMPLES / "scans.jsonl")),
        *ids(str(EXAMPLES / "ids.jsonl")),
        *open_detections(str(EXAMPLES / "scan.csv")),
        *open_items(str(EXAMPLES / "batch.jsonl")),
    ]

    assert found
    assert all(isinstance(one, Record) for one in found)


def test_the_script_still_makes_the_embeddings_that_are_kept() -> None:
    script = runpy.run_path(str(EXAMPLES / "make_embeddings.py"))
    kept = [json.loads(line) for line in (EXAMPLES / "embeddings.jsonl").read_text().splitlines()]

    made = [script["embedding"](card["catalog_id"]) for card in script["CARDS"]]

    assert [card["embedding"] for card in kept] == made
    assert {len(vector) for vector in made} == {512}
