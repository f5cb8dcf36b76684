"""What the caller has and what is being done for it: as plain values, and as rows of a screenful."""

from collections.abc import Iterator
from typing import Any

from atelier.gateway.v1.gateway_service_pb2 import GetOverviewResponse, OverviewPart, WatchedWork
from atelier.generator.v1.generation_service_pb2 import GenerationState
from atelier.resolver.v1.scan_service_pb2 import ScanState
from atelier.reviewer.v1.review_service_pb2 import ReviewState

from cli import generation_watch, review_watch, scan_upload
from cli.activity_documents import activity_document
from cli.credit import balance_document
from cli.documents import timestamp, word
from cli.errors import explain_status
from cli.generation_documents import generation_document
from cli.job_documents import job_document
from cli.money import money_text
from cli.output import counted
from cli.quota import quota_document
from cli.review_documents import review_document
from cli.scan_documents import collection_document, scan_document
from cli.work_documents import outcome, status_document

UNENDED = ("running", "queued", "scheduled")  # the states that jobs are counted in
LATEST_COLUMNS = ("latest", "state", "outcome", "create_time")


def overview_document(found: GetOverviewResponse) -> dict[str, Any]:
    """All of it; a part that is missing is None or empty, and `parts` says so."""
    return {
        "owner": found.owner,
        "parts": [_part_document(part) for part in found.parts],
        "collection": collection_document(found.collection) if found.HasField("collection") else None,
        "credits": balance_document(found.credits) if found.HasField("credits") else None,
        "quota": quota_document(found.quota) if found.HasField("quota") else None,
        "unended": {name: getattr(found.unended, name) for name in UNENDED},
        "running": [job_document(job) for job in found.running],
        "scans": [scan_document(scan, []) for scan in found.scans],
        "generations": [generation_document(generation) for generation in found.generations],
        "reviews": [review_document(review) for review in found.reviews],
        "activities": [activity_document(activity) for activity in found.activities],
    }


def holdings(found: GetOverviewResponse) -> Iterator[tuple[str, str]]:
    """What the caller has, for a table of two columns; without the parts that are missing."""
    yield "owner", found.owner
    if found.HasField("collection"):
        cards, worth = found.collection, money_text(found.collection.estimated_values)
        told = f"{counted(cards.total_cards, 'card')}, {cards.distinct_cards:,} different"
        yield "collection", f"{told}, {worth}" if worth else told
    if found.HasField("credits"):
        yield "credits", f"{found.credits.available:,} available, {found.credits.reserved:,} set aside"
    if found.HasField("quota"):
        quota = quota_document(found.quota)
        left = ", ".join(f"{quota[name]['left']:,} {name}" for name in ("requests", "tokens"))
        yield "reviews", f"{left} left until {quota['reset_time']}"
    yield "jobs", ", ".join(f"{getattr(found.unended, name):,} {name}" for name in UNENDED)


def latest_rows(found: GetOverviewResponse) -> Iterator[list[object]]:
    """The latest results of all kinds for the table, under `LATEST_COLUMNS`."""
    for scan in found.scans:
        yield _row(scan, f"resolver/scans/{scan.scan_id}", word(ScanState, scan.state), WatchedWork(scan=scan))
    for one in found.generations:
        state = word(GenerationState, one.state)
        yield _row(one, f"generator/generations/{one.generation_id}", state, WatchedWork(generation=one))
    for review in found.reviews:
        state = word(ReviewState, review.state)
        yield _row(review, f"reviewer/reviews/{review.review_id}", state, WatchedWork(review=review))


def unended_names(found: GetOverviewResponse) -> list[str]:
    """What of it can be watched, as WatchBatch calls it."""
    scans = [one.scan_id for one in found.scans if not scan_upload.has_ended(one)]
    generations = [one.generation_id for one in found.generations if not generation_watch.has_ended(one)]
    reviews = [one.review_id for one in found.reviews if one.state in review_watch.UNENDED]
    return [
        *(f"resolver/scans/{one}" for one in scans),
        *(f"generator/generations/{one}" for one in generations),
        *(f"reviewer/reviews/{one}" for one in reviews),
        *(f"engager/activities/{one.activity_id}" for one in found.activities),
    ]


def missing_parts(found: GetOverviewResponse, *, address: str) -> list[str]:
    """A sentence for each part that is missing, with why."""
    return [
        f"{part.name} is missing: {explain_status(part.status, address=address).sentence}"
        for part in found.parts
        if part.status.code
    ]


def _part_document(part: OverviewPart) -> dict[str, Any]:
    return {
        "name": part.name,
        "error": status_document(part.status) if part.status.code else None,
        "seconds": part.latency.ToTimedelta().total_seconds(),
    }


def _row(found: Any, name: str, state: str | None, work: WatchedWork) -> list[object]:
    return [name, state, outcome(work), timestamp(found, "create_time")]
