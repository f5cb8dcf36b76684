"""Between the use cases' values and the proto's messages; nothing is decided here."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from atelier.resolver.v1 import resolver_service_pb2 as pb

from chassis.times import set_time
from services.resolver.browsing import Coverage
from services.resolver.identification import Candidate, Identification, TextQuery
from services.resolver.identifying import Neighbour, Neighbourhood
from services.resolver.importing import Summary
from services.resolver.records import card_message

__all__ = ["card_message"]

DEFAULT_CANDIDATES = 5
TIERS = {name.removeprefix("TIER_"): number for name, number in pb.Tier.items()}
REASONS = {name.removeprefix("UNRESOLVED_REASON_"): number for name, number in pb.UnresolvedReason.items()}
REVIEWS = {name.removeprefix("REVIEW_REASON_"): number for name, number in pb.ReviewReason.items()}
AGREEMENTS = {name.removeprefix("AGREEMENT_"): number for name, number in pb.Evidence.Agreement.items()}


def resolve_response(rows: Sequence[Any]) -> pb.ResolveCardsResponse:
    """Filled field by field, which costs half of building by keyword; a thousand rows is the common case."""
    response = pb.ResolveCardsResponse()
    add = response.resolutions.add
    for source, external_id, tier, card_id, catalog_id, name, reason, *_ in rows:
        resolution = add()
        resolution.source = source
        resolution.external_id = external_id
        if tier is None:
            resolution.reason = REASONS[reason]  # type: ignore[assignment]
            continue
        resolution.tier = TIERS[tier]  # type: ignore[assignment]
        resolution.catalog_id = catalog_id
        resolution.name = name
        if card_id is not None:
            resolution.card_id = card_id
    return response


def text_queries(request: pb.IdentifyCardsRequest) -> list[TextQuery]:
    """The queries that hold text, in order."""
    return [
        TextQuery(name=query.text.name, number=query.text.number, set_name=query.text.set)
        for query in request.queries
        if query.HasField("text")
    ]


def points(request: pb.IdentifyCardsRequest) -> list[tuple[str, Sequence[float]]]:
    """The queries that hold an embedding, in order, each with its path."""
    return [
        (f"queries[{index}].embedding", query.embedding.values)
        for index, query in enumerate(request.queries)
        if query.HasField("embedding")
    ]


def identify_response(
    request: pb.IdentifyCardsRequest, texts: Sequence[Identification], near: Sequence[Neighbourhood]
) -> pb.IdentifyCardsResponse:
    """Both kinds of answer, back in the queries' order."""
    text, point = iter(texts), iter(near)
    answers = [
        identification_message(next(text)) if query.HasField("text") else neighbourhood_message(next(point))
        for query in request.queries
    ]
    return pb.IdentifyCardsResponse(identifications=answers)


async def records(stream: AsyncIterator[Any]) -> AsyncIterator[Sequence[Any]]:
    """The records of each message of an import."""
    async for message in stream:
        yield message.records


def summary_message(summary: Summary) -> pb.ImportSummary:
    """What an import did."""
    rejections = [
        pb.RejectedRecord(position=one.position, field=one.field, reason=one.reason, message=one.message)
        for one in summary.rejections
    ]
    return pb.ImportSummary(
        received=summary.received,
        inserted=summary.inserted,
        updated=summary.updated,
        unchanged=summary.unchanged,
        rejected=summary.rejected,
        rejections=rejections,
    )


def coverage_response(coverage: Coverage) -> pb.GetCoverageResponse:
    """Counts and shares."""
    counts = {outcome.lower(): count for outcome, count in coverage.resolutions.items()}
    return pb.GetCoverageResponse(
        **dict(coverage.counts),
        resolutions=pb.ResolutionCounts(**counts),
        auto_creation_failure_share=coverage.failure_share,
        auto_creation_failure_threshold=coverage.failure_threshold,
        auto_creation_failure_alert=coverage.alert,
    )


def gap_message(row: Any) -> pb.Gap:
    """A gap out of a row of list_gaps."""
    gap = pb.Gap(
        source=row["source"],
        external_id=row["external_id"],
        reason=REASONS[row["reason"]],  # type: ignore[arg-type]
        count=row["count"],
    )
    set_time(gap.first_seen_time, row["first_seen_at"])
    set_time(gap.last_seen_time, row["last_seen_at"])
    if row["resolved_at"] is not None:
        set_time(gap.resolve_time, row["resolved_at"])
    return gap


def identification_message(found: Identification) -> pb.Identification:
    """What a text may show."""
    return pb.Identification(
        candidates=[_candidate(candidate) for candidate in found.candidates],
        needs_review=found.needs_review,
        review_reason=_review(found.review_reason),
    )


def neighbourhood_message(found: Neighbourhood) -> pb.Identification:
    """What an embedding may show."""
    return pb.Identification(
        candidates=[_neighbour(neighbour) for neighbour in found.neighbours],
        needs_review=found.review_reason is not None,
        review_reason=_review(found.review_reason),
    )


def _review(reason: Any) -> Any:
    return REVIEWS[reason.name] if reason is not None else pb.REVIEW_REASON_UNSPECIFIED


def _candidate(candidate: Candidate) -> pb.Candidate:
    return pb.Candidate(
        card_id=candidate.card.card_id,
        catalog_id=candidate.card.catalog_id,
        name=candidate.card.name,
        number=candidate.card.number,
        set_name=candidate.card.set_name,
        confidence=candidate.confidence,
        evidence=[
            pb.Evidence(
                field=one.field,
                observed=one.observed,
                expected=one.expected,
                agreement=AGREEMENTS[one.agreement.name],  # type: ignore[arg-type]
                similarity=one.similarity,
            )
            for one in candidate.evidence
        ],
    )


def _neighbour(neighbour: Neighbour) -> pb.Candidate:
    agreement = pb.Evidence.AGREEMENT_SIMILAR
    evidence = pb.Evidence(field="embedding", agreement=agreement, similarity=neighbour.similarity)
    return pb.Candidate(
        card_id=neighbour.card_id,
        catalog_id=neighbour.catalog_id,
        name=neighbour.name,
        number=neighbour.number,
        set_name=neighbour.set_name,
        confidence=neighbour.confidence,
        evidence=[evidence],
    )
