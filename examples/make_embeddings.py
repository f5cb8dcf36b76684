"""Writes `embeddings.jsonl`: SYNTHETIC vectors, made from a hash of each card's id.

No model made them and no picture was looked at; they only have the shape that a model's would have. Run again, it
writes the same file.
"""

import hashlib
import json
import math
from pathlib import Path
from typing import Any

DIMENSIONS = 512
MODEL = "synthetic-hash-512"

JUNGLE = {"set_id": "base2", "set_name": "Jungle", "set_series": "Base", "set_code": "JU", "set_printed_total": 64}
FOSSIL = {"set_id": "base3", "set_name": "Fossil", "set_series": "Base", "set_code": "FO", "set_printed_total": 62}
CREATOR_PACK = {"set_id": "ex5.5", "set_name": "Poké Card Creator Pack"}

CARDS: list[dict[str, Any]] = [
    # In the sample catalogue.
    {"catalog_id": "base1-4"},
    {"catalog_id": "base1-15"},
    {"catalog_id": "base1-58"},
    # Not in it; the details are enough to create the cards.
    {
        "catalog_id": "base2-1",
        "name": "Clefable",
        "number": "1",
        "rarity": "Rare Holo",
        "supertype": "Pokémon",
        **JUNGLE,
    },
    {
        "catalog_id": "base2-3",
        "name": "Flareon",
        "number": "3",
        "rarity": "Rare Holo",
        "supertype": "Pokémon",
        **JUNGLE,
    },
    {
        "catalog_id": "base3-1",
        "name": "Aerodactyl",
        "number": "1",
        "rarity": "Rare Holo",
        "supertype": "Pokémon",
        **FOSSIL,
    },
    # Not even in the catalogue of pokemon-tcg-data, so that a call and a scan always have one to create.
    {"catalog_id": "ex5.5-5", "name": "Pikachu", "number": "5", "supertype": "Pokémon", **CREATOR_PACK},
    {"catalog_id": "ex5.5-3", "name": "Torchic", "number": "3", "supertype": "Pokémon", **CREATOR_PACK},
    # Without a name no card can be created.
    {"catalog_id": "ex5.5-4"},
]


def main() -> None:
    """Write the file beside this script."""
    lines = [
        json.dumps({**card, "model": MODEL, "embedding": embedding(card["catalog_id"])}, ensure_ascii=False)
        for card in CARDS
    ]
    Path(__file__).with_name("embeddings.jsonl").write_text("".join(f"{line}\n" for line in lines))


def embedding(catalog_id: str) -> list[float]:
    """A vector of length about 1, the same for the same id, in three decimals to keep the file small."""
    values = [byte - 127.5 for byte in hashlib.shake_256(catalog_id.encode()).digest(DIMENSIONS)]
    length = math.hypot(*values)
    return [round(value / length, 3) for value in values]


if __name__ == "__main__":
    main()
