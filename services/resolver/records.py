"""Card details between proto and table: the one place that knows both layouts."""

from datetime import date
from typing import Any

from atelier.resolver.v1 import card_pb2
from atelier.resolver.v1 import resolver_service_pb2 as pb
from google.type import date_pb2

from chassis.errors import FieldViolation
from chassis.times import set_time
from services.resolver.folding import fold_name


def detail_values(details: card_pb2.CardDetails) -> tuple[Any, ...]:
    """The values of `store.DETAIL_COLUMNS`. Raises ValueError when the release date isn't a day."""
    card_set = details.set
    return (
        details.name,
        fold_name(details.name),
        details.number,
        details.rarity,
        card_set.id,
        card_set.name,
        card_set.series,
        card_set.code,
        card_set.total if card_set.HasField("total") else None,
        card_set.printed_total if card_set.HasField("printed_total") else None,
        to_date(card_set.release_date) if card_set.HasField("release_date") else None,
        details.supertype,
        list(details.types),
        details.artist,
        list(details.national_pokedex_numbers),
        details.image_small,
        details.image_large,
    )


def card_violations(record: pb.CardRecord) -> list[FieldViolation]:
    """What the proto's rules can't tell of a card: it must have a name, and a release date must be a day."""
    if not record.details.name:
        return [FieldViolation("details.name", "must not be empty")]
    return date_violations(record.details)


def date_violations(details: card_pb2.CardDetails) -> list[FieldViolation]:
    """What is wrong with the release date: it must be a day of the calendar."""
    try:
        if details.set.HasField("release_date"):
            to_date(details.set.release_date)
    except ValueError:
        return [FieldViolation("details.set.release_date", "must be a whole date: year, month and day")]
    return []


def to_date(value: date_pb2.Date) -> date:
    """A calendar day. Raises ValueError for a partial or impossible one."""
    return date(value.year, value.month, value.day)


def card_message(row: Any) -> card_pb2.Card:
    """A `Card` out of a row of get_card or search_cards."""
    card = card_pb2.Card(
        card_id=row["card_id"],
        catalog_id=row["catalog_id"],
        origin=f"ORIGIN_{row['origin']}",
        details=card_pb2.CardDetails(
            name=row["name"],
            number=row["number"],
            rarity=row["rarity"],
            supertype=row["supertype"],
            types=row["types"],
            artist=row["artist"],
            national_pokedex_numbers=row["national_pokedex_numbers"],
            image_small=row["image_small"],
            image_large=row["image_large"],
            set=_set_message(row),
        ),
    )
    set_time(card.create_time, row["created_at"])
    set_time(card.update_time, row["updated_at"])
    return card


def _set_message(row: Any) -> card_pb2.CardSet:
    day = row["release_date"]
    return card_pb2.CardSet(
        id=row["set_id"],
        name=row["set_name"],
        series=row["set_series"],
        code=row["set_code"],
        total=row["set_total"],
        printed_total=row["set_printed_total"],
        release_date=date_pb2.Date(year=day.year, month=day.month, day=day.day) if day else None,
    )
