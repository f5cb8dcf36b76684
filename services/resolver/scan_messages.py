"""Between scans as they stand in the tables and the proto's messages; nothing is decided here."""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from atelier.jobs.v1 import jobs_service_pb2 as jobs_pb
from atelier.resolver.v1 import resolver_service_pb2 as cards_pb
from atelier.resolver.v1 import scan_service_pb2 as pb
from google.type import money_pb2

from chassis.times import set_time
from jobs.messages import ERROR_CLASSES
from services.resolver.collection import Confirmed, Holdings
from services.resolver.detections import BILLION
from services.resolver.records import card_message
from services.resolver.scanning import REVIEW_REASONS

STATES = {name.removeprefix("SCAN_STATE_"): number for name, number in pb.ScanState.items()}
TIERS = {name.removeprefix("DETECTION_TIER_"): number for name, number in pb.DetectionTier.items()}
REASONS = {name.removeprefix("DETECTION_REASON_"): number for name, number in pb.DetectionReason.items()}
MOST_UNITS = 2**63 - 1


def scan_message(row: Any) -> pb.Scan:
    """A scan out of a row of get_scan or list_scans."""
    total = row["total_detections"]
    done = total if row["state"] == "SUCCEEDED" else min(total, row["progress_done"] or 0)
    scan = pb.Scan(
        scan_id=row["scan_id"],
        owner=row["owner"],
        state=STATES[row["state"]],  # type: ignore[arg-type]
        progress=jobs_pb.Progress(done=done, total=total),
        job=f"resolver/jobs/{row['job_id']}",
    )
    if row["unresolved"] is not None:
        scan.result.CopyFrom(_result(row, json.loads(row["unresolved"])))
    if row["error_class"] is not None:
        scan.error.error_class = ERROR_CLASSES[row["error_class"]]
        scan.error.message = row["error_message"] or ""
        set_time(scan.error.error_time, row["error_at"])
    set_time(scan.create_time, row["created_at"])
    if row["ended_at"] is not None:
        set_time(scan.end_time, row["ended_at"])
    return scan


def detection_message(row: Any) -> pb.ScannedDetection:
    """A detection out of a row of list_detections or get_detection."""
    detection = pb.ScannedDetection(
        detection=pb.Detection.FromString(row["detection"]),
        tier=TIERS[row["tier"] or "UNSPECIFIED"],  # type: ignore[arg-type]
        card_id=row["card_id"] or "",
        catalog_id=row["catalog_id"] or "",
        name=row["name"] or "",
        reason=REASONS[row["reason"] or "UNSPECIFIED"],  # type: ignore[arg-type]
        message=row["message"],
    )
    if row["candidates"] is not None:
        detection.candidates.extend(cards_pb.Identification.FromString(row["candidates"]).candidates)
    if row["confirmed_at"] is not None:
        set_time(detection.confirm_time, row["confirmed_at"])
    return detection


def confirm_response(confirmed: Confirmed) -> pb.ConfirmDetectionResponse:
    """What came of a person's word."""
    return pb.ConfirmDetectionResponse(detection=detection_message(confirmed.detection), keyed=confirmed.keyed)


def user_card_message(row: Any) -> pb.UserCard:
    """A card in a collection out of a row of list_user_cards."""
    owned = pb.UserCard(card=card_message(row), quantity=row["quantity"], estimated_values=_worths(row))
    set_time(owned.create_time, row["first_at"])
    set_time(owned.update_time, row["latest_at"])
    return owned


def collection_response(holdings: Holdings) -> pb.GetCollectionResponse:
    """What somebody has."""
    return pb.GetCollectionResponse(
        owner=holdings.owner,
        distinct_cards=holdings.distinct_cards,
        total_cards=holdings.total_cards,
        estimated_values=[_money(code, worth) for code, worth in holdings.worth.items()],
        sets=[
            pb.SetCount(
                set_id=row["set_id"],
                set_name=row["set_name"],
                distinct_cards=row["distinct_cards"],
                total_cards=row["total_cards"],
                estimated_values=_worths(row),
            )
            for row in holdings.sets
        ],
    )


def _result(row: Any, unresolved: Mapping[str, int]) -> pb.ScanResult:
    counts = {REASONS[reason]: count for reason, count in unresolved.items()}
    return pb.ScanResult(
        total_detections=row["total_detections"],
        resolved=row["resolved"],
        auto_created=row["auto_created"],
        user_cards_created=row["user_cards_created"],
        user_cards_updated=row["user_cards_updated"],
        unresolved=[
            pb.UnresolvedCount(reason=reason, count=count)  # type: ignore[arg-type]
            for reason, count in sorted(counts.items())
        ],
        needs_review=sum(unresolved.get(reason, 0) for reason in REVIEW_REASONS),
    )


def _worths(row: Any) -> Iterable[money_pb2.Money]:
    return [_money(code, worth) for code, worth in zip(row["currencies"], row["worths"], strict=True)]


def _money(code: str, worth: Decimal) -> money_pb2.Money:
    """An amount; one that Money can't hold is the most it can."""
    units, fraction = divmod(worth, 1)
    if units > MOST_UNITS:
        return money_pb2.Money(currency_code=code, units=MOST_UNITS, nanos=BILLION - 1)
    return money_pb2.Money(currency_code=code, units=int(units), nanos=int(fraction * BILLION))
