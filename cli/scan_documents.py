"""Scans and collections as plain values: what `--json` prints, and the rows of tables."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from atelier.resolver.v1.scan_service_pb2 import (
    DetectionReason,
    DetectionTier,
    GetCollectionResponse,
    Scan,
    ScannedDetection,
    ScanState,
    UserCard,
)
from google.protobuf.message import Message

from cli.documents import card_document, timestamp, word
from cli.identify import candidate_document
from cli.job_documents import error_document
from cli.money import money_document, money_text

COUNTS = (
    "total_detections", "resolved", "auto_created", "user_cards_created", "user_cards_updated", "needs_review",
)  # fmt: skip
REVIEW_COLUMNS = ("scan_id", "detection_id", "read", "reason", "candidates")
CARD_COLUMNS = ("catalog_id", "name", "number", "set_name", "quantity", "estimated value")
SET_COLUMNS = ("set_id", "set_name", "cards", "different", "estimated value")


def scan_document(scan: Scan, detections: Sequence[ScannedDetection]) -> dict[str, Any]:
    """A scan, what it came to, and those of its detections that need review. Counts are None unless it succeeded."""
    has_result = scan.HasField("result")
    return {
        "scan_id": scan.scan_id,
        "owner": scan.owner,
        "state": word(ScanState, scan.state),
        "job": scan.job,
        **{name: getattr(scan.result, name) if has_result else None for name in COUNTS},
        "unresolved": unresolved_counts(scan) if has_result else None,
        "error": error_document(scan.error) if scan.HasField("error") else None,
        "create_time": timestamp(scan, "create_time"),
        "end_time": timestamp(scan, "end_time"),
        "review": [detection_document(one) for one in detections],
    }


def unresolved_counts(scan: Scan) -> dict[str, int]:
    """Detections without a card by reason, such as NO_EVIDENCE."""
    return {word(DetectionReason, one.reason) or "UNSPECIFIED": one.count for one in scan.result.unresolved}


def summed(documents: Iterable[Mapping[str, Any]]) -> list[tuple[str, object]]:
    """What several scans came to together, for a table of two columns."""
    totals = dict.fromkeys(COUNTS, 0)
    reasons: dict[str, int] = {}
    for document in documents:
        for name in COUNTS:
            totals[name] += document[name] or 0
        for reason, count in (document["unresolved"] or {}).items():
            reasons[reason] = reasons.get(reason, 0) + count
    rows: list[tuple[str, object]] = [(name.replace("_", " "), count) for name, count in totals.items()]
    return [*rows[:-1], *((f"unresolved, {reason}", count) for reason, count in sorted(reasons.items())), rows[-1]]


def detection_document(found: ScannedDetection) -> dict[str, Any]:
    """A detection and what became of it."""
    sent = found.detection
    return {
        "detection_id": sent.detection_id,
        "read": read_text(found),
        "tier": word(DetectionTier, found.tier),
        "card_id": found.card_id or None,
        "catalog_id": found.catalog_id or None,
        "name": found.name or None,
        "reason": word(DetectionReason, found.reason),
        "message": found.message or None,
        "confidence": sent.confidence if sent.HasField("confidence") else None,
        "estimated_value": money_document(sent.estimated_value) if sent.HasField("estimated_value") else None,
        "attributes": dict(sent.attributes),
        "candidates": [candidate_document(candidate) for candidate in found.candidates],
        "confirm_time": timestamp(found, "confirm_time"),
    }


def read_text(found: ScannedDetection) -> str | None:
    """The evidence in short; None where there is none."""
    sent = found.detection
    match sent.WhichOneof("evidence"):
        case "external":
            return f"{sent.external.source} {sent.external.external_id}"
        case "text":
            return " · ".join(part for part in (sent.text.name, sent.text.number, sent.text.set) if part)
        case "embedding":
            return f"embedding of {len(sent.embedding.values)}"
        case _:
            return None


def review_row(scan_id: str, found: Mapping[str, Any]) -> list[object]:
    """A detection's document for the table, under `REVIEW_COLUMNS`."""
    candidates = ", ".join(f"{one['catalog_id']} {one['name']}" for one in found["candidates"])
    return [scan_id, found["detection_id"], found["read"], found["reason"], candidates]


def user_card_document(found: UserCard) -> dict[str, Any]:
    """A card of a collection, how many of it and what they are worth."""
    return {
        **card_document(found.card),
        "quantity": found.quantity,
        "estimated_values": _values(found),
        "create_time": timestamp(found, "create_time"),
        "update_time": timestamp(found, "update_time"),
    }


def user_card_row(found: UserCard) -> list[object]:
    """A card of a collection for the table, under `CARD_COLUMNS`."""
    card = card_document(found.card)
    shown = [card[name] for name in CARD_COLUMNS[:-2]]
    return [*shown, found.quantity, money_text(found.estimated_values)]


def collection_document(found: GetCollectionResponse) -> dict[str, Any]:
    """What an owner's cards come to, in all and by set."""
    sets = [{"set_id": one.set_id, "set_name": one.set_name, **_counts(one)} for one in found.sets]
    return {"owner": found.owner, **_counts(found), "sets": sets}


def collection_rows(found: GetCollectionResponse) -> Iterable[list[object]]:
    """A collection for the table, under `SET_COLUMNS`, the whole last."""
    for one in found.sets:
        yield [one.set_id, one.set_name, one.total_cards, one.distinct_cards, money_text(one.estimated_values)]
    yield ["all", None, found.total_cards, found.distinct_cards, money_text(found.estimated_values)]


def _counts(found: Any) -> dict[str, Any]:
    return {
        "total_cards": found.total_cards,
        "distinct_cards": found.distinct_cards,
        "estimated_values": _values(found),
    }


def _values(found: Message) -> list[dict[str, Any]]:
    sums: Any = found
    return [money_document(one) for one in sums.estimated_values]
