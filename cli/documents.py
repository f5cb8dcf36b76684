"""Cards, gaps and coverage as plain values: what `--json` prints and tables are made of."""

from typing import Any

from atelier.resolver.v1.card_pb2 import Card
from atelier.resolver.v1.resolver_service_pb2 import Gap, GetCoverageResponse
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from cli.resolve import reason_name

TIERS = ("key", "catalog", "embedding")


def card_document(found: Card) -> dict[str, Any]:
    """A card with its set's fields beside its own, as `atelier import cards` reads them; what isn't known is None."""
    details, card_set = found.details, found.details.set
    day = card_set.release_date
    return {
        "card_id": found.card_id,
        "catalog_id": found.catalog_id,
        "origin": Card.Origin.Name(found.origin).removeprefix("ORIGIN_"),
        "name": details.name,
        "number": details.number,
        "rarity": details.rarity or None,
        "set_id": card_set.id or None,
        "set_name": card_set.name or None,
        "set_series": card_set.series or None,
        "set_code": card_set.code or None,
        "set_total": _optional(card_set, "total"),
        "set_printed_total": _optional(card_set, "printed_total"),
        "release_date": f"{day.year:04}-{day.month:02}-{day.day:02}" if card_set.HasField("release_date") else None,
        "supertype": details.supertype or None,
        "types": list(details.types),
        "artist": details.artist or None,
        "national_pokedex_numbers": list(details.national_pokedex_numbers),
        "image_small": details.image_small or None,
        "image_large": details.image_large or None,
        "create_time": timestamp(found, "create_time"),
        "update_time": timestamp(found, "update_time"),
    }


def coverage_document(found: GetCoverageResponse) -> dict[str, Any]:
    """Coverage with every count, zeros included."""
    tiers = found.resolutions
    return {
        "cards": found.cards,
        "embeddings": found.embeddings,
        "cards_without_embedding": found.cards_without_embedding,
        "embeddings_without_card": found.embeddings_without_card,
        "keys": found.keys,
        "gaps": found.gaps,
        "resolutions": {field.name: getattr(tiers, field.name) for field in tiers.DESCRIPTOR.fields},
        "auto_creation_failure_share": found.auto_creation_failure_share,
        "auto_creation_failure_threshold": found.auto_creation_failure_threshold,
        "auto_creation_failure_alert": found.auto_creation_failure_alert,
    }


def coverage_rows(found: dict[str, Any]) -> list[tuple[str, object]]:
    """Coverage for a table of two columns."""
    rows: list[tuple[str, object]] = []
    for name, value in found.items():
        if isinstance(value, dict):
            rows += [
                (f"resolved by {tier.upper()}" if tier in TIERS else f"unresolved, {tier.upper()}", count)
                for tier, count in value.items()
            ]
        else:
            rows.append((name.replace("_", " "), value))
    return rows


def gap_document(gap: Gap) -> dict[str, Any]:
    """One gap; `resolve_time` is None while it is one."""
    return {
        "source": gap.source,
        "external_id": gap.external_id,
        "reason": reason_name(gap.reason),
        "count": gap.count,
        "first_seen_time": timestamp(gap, "first_seen_time"),
        "last_seen_time": timestamp(gap, "last_seen_time"),
        "resolve_time": timestamp(gap, "resolve_time"),
    }


def timestamp(message: Message, name: str) -> str | None:
    """An RFC 3339 timestamp in UTC; None when it is unset."""
    if not message.HasField(name):
        return None
    moment: Timestamp = getattr(message, name)
    return moment.ToJsonString()


def word(enum: Any, number: int) -> str | None:
    """A value of a proto's enum without the enum's own name before it; None for UNSPECIFIED."""
    prefix = enum.Name(0).removesuffix("UNSPECIFIED")
    # A newer server may send one that these stubs don't know.
    return (enum.Name(number).removeprefix(prefix) if number in enum.values() else str(number)) if number else None


def _optional(message: Message, name: str) -> Any:
    return getattr(message, name) if message.HasField(name) else None
