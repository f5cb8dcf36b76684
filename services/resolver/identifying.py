"""Use case: what scans show, by their text against the whole catalogue, or by their embedding's nearest neighbours."""

import asyncio
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chassis.postgres import Database
from services.resolver import store
from services.resolver.errors import BadEmbedding
from services.resolver.identification import Identification, ReviewReason, TextQuery
from services.resolver.mirror import CatalogueMirror

if TYPE_CHECKING:
    from chassis.postgres import Connection

# Below this cosine similarity a neighbour is more likely another card than the same: the place of "none of these".
FLOOR_SIMILARITY = 0.80
# How fast belief falls with distance: a neighbour 0.02 further away has a share of 1/e.
TEMPERATURE = 0.02
CERTAIN = 0.90


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A known embedding near a scan's. `card_id` is empty while its card hasn't been created."""

    card_id: str
    catalog_id: str
    name: str
    number: str
    set_name: str
    similarity: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The nearest neighbours, best first; without a `review_reason` the first can be trusted."""

    neighbours: tuple[Neighbour, ...]
    review_reason: ReviewReason | None


class Identifying:
    """Identifies batches; writes nothing."""

    def __init__(self, *, database: Database, mirror: CatalogueMirror, dimensions: int) -> None:
        self._database = database
        self._mirror = mirror
        self._dimensions = dimensions

    async def by_text(self, queries: Sequence[TextQuery], *, limit: int) -> list[Identification]:
        """One identification a query, in order."""
        if not queries:
            return []
        index = await self._mirror.current()
        # Scoring is arithmetic without a pause: a thread keeps other calls moving.
        return await asyncio.to_thread(index.identify, queries, limit=limit)

    async def by_embedding(self, points: Sequence[tuple[str, Sequence[float]]], *, limit: int) -> list[Neighbourhood]:
        """One neighbourhood a point, in order; a point is its field's path and its numbers. Raises BadEmbedding."""
        if not points:
            return []
        for field, values in points:
            check_embedding(field, values, self._dimensions)
        flat = list(itertools.chain.from_iterable(values for _, values in points))

        async def read(connection: "Connection") -> store.Rows:
            return await store.nearest_embeddings(
                connection, flat, count=len(points), dimensions=self._dimensions, limit=max(2, limit)
            )

        rows = await self._database.run(read)
        by_point: list[list[store.Row]] = [[] for _ in points]
        for row in rows:
            by_point[row["ordinal"] - 1].append(row)
        return [judge(near, limit=limit) for near in by_point]


def check_embedding(field: str, values: Sequence[float], dimensions: int) -> None:
    """Raises BadEmbedding unless it has the deployment's length and a direction."""
    if len(values) != dimensions:
        raise BadEmbedding(field, f"must have {dimensions} numbers, not {len(values)}")
    if not any(values):
        raise BadEmbedding(field, "must not be all zeros: it has no direction")


def judge(rows: Sequence[store.Row], *, limit: int) -> Neighbourhood:
    """Shares of belief by a softmax over similarities, with a card we don't know at FLOOR_SIMILARITY."""
    similarities = [min(1.0, max(0.0, 1.0 - row["distance"])) for row in rows]
    weights = [math.exp((similarity - 1.0) / TEMPERATURE) for similarity in similarities]
    unknown = math.exp((FLOOR_SIMILARITY - 1.0) / TEMPERATURE)
    total = sum(weights) + unknown
    neighbours = tuple(
        Neighbour(
            card_id=row["card_id"] or "",
            catalog_id=row["catalog_id"],
            name=row["name"],
            number=row["number"],
            set_name=row["set_name"],
            similarity=similarity,
            confidence=weight / total,
        )
        for row, similarity, weight in zip(rows, similarities, weights, strict=True)
    )
    return Neighbourhood(neighbours[:limit], _review(neighbours, unknown / total))


def _review(neighbours: Sequence[Neighbour], unknown: float) -> ReviewReason | None:
    if not neighbours:
        return ReviewReason.NO_CANDIDATE
    if neighbours[0].confidence >= CERTAIN:
        return None
    rivals = sum(neighbour.confidence for neighbour in neighbours[1:])
    return ReviewReason.AMBIGUOUS if rivals > unknown else ReviewReason.WEAK
