"""Small records for tests, and real ones out of the shared data."""

import math
import os
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from atelier.resolver.v1 import card_pb2
from atelier.resolver.v1 import resolver_service_pb2 as pb
from google.type import date_pb2

REPOSITORY = Path(__file__).resolve().parents[1]
SHARED_DATA = Path(os.environ.get("ATELIER_TEST_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))
DIMENSIONS = 8
RecordT = TypeVar("RecordT")


def card_record(catalog_id: str, name: str = "Pikachu", number: str = "58", **details: Any) -> pb.CardRecord:
    """A card of the set `base1`, unless told otherwise."""
    card_set = card_pb2.CardSet(id="base1", name="Base", code="BS", printed_total=102)
    full: dict[str, Any] = {"name": name, "number": number, "set": card_set} | details
    return pb.CardRecord(catalog_id=catalog_id, details=card_pb2.CardDetails(**full))


def embedding_record(catalog_id: str, values: Sequence[float], name: str = "Mew", **details: Any) -> pb.EmbeddingRecord:
    """An embedding with what a card can be created from; an empty name is too little."""
    return pb.EmbeddingRecord(
        catalog_id=catalog_id,
        embedding=pb.Embedding(values=values),
        details=card_pb2.CardDetails(name=name, **details),
    )


def direction(degrees: float) -> list[float]:
    """A unit vector of DIMENSIONS numbers in the first two's plane; its cosine to another is that of the angle."""
    angle = math.radians(degrees)
    return [math.cos(angle), math.sin(angle), *[0.0] * (DIMENSIONS - 2)]


def real_record(card: dict[str, Any]) -> pb.CardRecord:
    """A record out of a line of the shared catalogue."""
    year, month, day = (int(part) for part in card["release_date"].split("-"))
    card_set = card_pb2.CardSet(
        id=card["set_id"],
        name=card["set_name"],
        series=card["set_series"],
        code=card["set_code"] or "",
        total=card["set_total"],
        printed_total=card["set_printed_total"],
        release_date=date_pb2.Date(year=year, month=month, day=day),
    )
    details = card_pb2.CardDetails(
        name=card["name"],
        number=card["number"],
        rarity=card["rarity"] or "",
        set=card_set,
        supertype=card["supertype"] or "",
        types=card["types"] or [],
        artist=card["artist"] or "",
        national_pokedex_numbers=card["national_pokedex_numbers"] or [],
        image_small=card["image_small"] or "",
        image_large=card["image_large"] or "",
    )
    return pb.CardRecord(catalog_id=card["id"], details=details)


def chunks(items: Sequence[RecordT], size: int = 1000) -> Iterable[Sequence[RecordT]]:
    """The items in runs of `size`."""
    return (items[start : start + size] for start in range(0, len(items), size))


async def stream(items: Sequence[RecordT], size: int = 1000) -> AsyncIterator[Sequence[RecordT]]:
    """The items as an import's messages."""
    for chunk in chunks(items, size):
        yield chunk
