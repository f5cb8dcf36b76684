"""Use case: what becomes of a scan's detections. Looking is done before any transaction, writing in the job's own.

Keys come first: what an owner or everybody has confirmed is not identified again.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from atelier.resolver.v1 import resolver_service_pb2 as cards_pb
from atelier.resolver.v1 import scan_service_pb2 as pb

from chassis.postgres import Database
from jobs.transactions import Transaction
from services.resolver import messages, store
from services.resolver.errors import Contended
from services.resolver.identification import TextQuery
from services.resolver.identifying import Identifying

if TYPE_CHECKING:
    from chassis.postgres import Connection

CHUNK = 50  # A second of work or so, after which watchers are told and a cancellation is met.
CANDIDATES = 5
# Under it the cards of embeddings are resolved whose pictures a scan recognised.
CATALOGUE_SOURCE = "atelier.catalogue"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of one detection: a card and its tier, or a reason."""

    detection_id: str
    tier: str | None = None
    card_id: str | None = None
    reason: str | None = None
    message: str = ""
    candidates: bytes | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """An id to resolve for one detection. With `tier` it found its id by other means, and that is told instead."""

    detection_id: str
    source: str
    external_id: str
    tier: str | None = None
    candidates: bytes | None = None


@dataclass(slots=True)
class Findings:
    """What was found out of a scan before its transaction."""

    judgements: list[Judgement] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


class Judging:
    """Judges scans. Judging one again changes nothing."""

    def __init__(self, *, database: Database, identifying: Identifying, dimensions: int) -> None:
        self._database = database
        self._identifying = identifying
        self._dimensions = dimensions

    async def look(self, scan_id: UUID, progress: Callable[[int], None]) -> Findings:
        """Find out all that takes time; writes nothing. `progress` is told how many detections are still unjudged."""

        async def read(connection: "Connection") -> store.Rows:
            return await store.list_unjudged_detections(connection, scan_id)

        rows = await self._database.run(read)
        found, left = Findings(), len(rows)
        for row in rows:
            if row["card_id"] is not None:
                found.judgements.append(Judgement(row["detection_id"], tier="KEY", card_id=row["card_id"]))
            elif row["evidence"] == "EXTERNAL":
                found.questions.append(Question(row["detection_id"], row["key_source"], row["key_id"]))
        async for answers in self._identify([row for row in rows if row["detection"] is not None]):
            for answer in answers:
                (found.questions if isinstance(answer, Question) else found.judgements).append(answer)  # type: ignore[arg-type]
            left -= len(answers)
            progress(left)
        return found

    async def write(self, transaction: Transaction, scan_id: UUID, found: Findings) -> None:
        """Write what became of every detection, the collection and the scan's end. Raises Contended.

        The scan is locked first, then keys and cards, then the owner's cards in their order: so do all who write them.
        """
        connection = transaction.connection
        scan = await store.lock_scan(connection, scan_id, owner=None)
        if scan is None or scan["state"] != "PENDING":
            return
        rows = await _resolve(connection, found.questions)
        answered = (_answer(question, row) for question, row in zip(found.questions, rows, strict=True))
        await store.judge_detections(connection, scan_id, scan["owner"], _columns([*found.judgements, *answered]))
        created = {row["card_id"] for row in rows if row["is_new"]}
        await store.finish_scan(connection, scan_id, auto_created=len(created))
        outcomes = Counter(row["tier"] or row["reason"] for row in rows)
        # Last, as every scan and every process adds to the same rows.
        await store.count_resolutions(connection, list(outcomes), list(outcomes.values()))

    async def _identify(self, rows: Sequence[store.Row]) -> AsyncIterator[list[Judgement | Question]]:
        texts = [row for row in rows if row["evidence"] == "TEXT"]
        embeddings = [row for row in rows if row["evidence"] == "EMBEDDING"]
        for chunk in _chunks(texts):
            yield await self._identify_texts(chunk)
        for chunk in _chunks(embeddings):
            yield await self._identify_embeddings(chunk)

    async def _identify_texts(self, rows: Sequence[store.Row]) -> list[Judgement | Question]:
        texts = [pb.Detection.FromString(row["detection"]).text for row in rows]
        queries = [TextQuery(name=text.name, number=text.number, set_name=text.set) for text in texts]
        found = await self._identifying.by_text(queries, limit=CANDIDATES)
        shown = [messages.identification_message(one) for one in found]
        return [_judge(row["detection_id"], one, tier="TEXT") for row, one in zip(rows, shown, strict=True)]

    async def _identify_embeddings(self, rows: Sequence[store.Row]) -> list[Judgement | Question]:
        points = [(row["detection_id"], pb.Detection.FromString(row["detection"]).embedding.values) for row in rows]
        fitting = [(detection_id, values) for detection_id, values in points if len(values) == self._dimensions]
        found = await self._identifying.by_embedding([("embedding", values) for _, values in fitting], limit=CANDIDATES)
        shown = [messages.neighbourhood_message(one) for one in found]
        judged = [
            _judge(detection_id, one, tier="PICTURE") for (detection_id, _), one in zip(fitting, shown, strict=True)
        ]
        # Accepted by a process that was told other dimensions.
        unfit = [detection_id for detection_id, values in points if len(values) != self._dimensions]
        flaw = f"Embedding: must have {self._dimensions} numbers"
        return [*judged, *(Judgement(detection_id, reason="INVALID_EVIDENCE", message=flaw) for detection_id in unfit)]


def _judge(detection_id: str, found: cards_pb.Identification, *, tier: str) -> Judgement | Question:
    candidates = found.SerializeToString()
    if found.needs_review:
        reason = cards_pb.ReviewReason.Name(found.review_reason).removeprefix("REVIEW_REASON_")
        return Judgement(detection_id, reason=reason, candidates=candidates)
    best = found.candidates[0]
    if best.card_id:
        return Judgement(detection_id, tier=tier, card_id=best.card_id, candidates=candidates)
    return Question(detection_id, CATALOGUE_SOURCE, best.catalog_id, tier=tier, candidates=candidates)


async def _resolve(connection: "Connection", questions: Sequence[Question]) -> store.Rows:
    """One statement for all ids. Raises Contended when others took a key for another card meanwhile."""
    if not questions:
        return []
    sources = [question.source for question in questions]
    external_ids = [question.external_id for question in questions]
    rows = await store.resolve_cards(connection, sources, external_ids, dry_run=False)
    if any(row["contested"] for row in rows):
        raise Contended
    return rows


def _answer(question: Question, row: store.Row) -> Judgement:
    tier = question.tier if question.tier and row["tier"] else row["tier"]
    return Judgement(
        question.detection_id, tier=tier, card_id=row["card_id"], reason=row["reason"], candidates=question.candidates
    )


def _columns(judgements: Iterable[Judgement]) -> list[list[Any]]:
    """The columns of `store.judge_detections`."""
    rows = [(one.detection_id, one.tier, one.card_id, one.reason, one.message, one.candidates) for one in judgements]
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(6)]


def _chunks(rows: Sequence[store.Row]) -> Iterable[Sequence[store.Row]]:
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))
