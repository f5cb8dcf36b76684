"""The catalogue in memory, and the ranking of its cards by what a scan read.

Every card is scored for every query: no candidate generation, so nothing is missed. CPU only. An index never changes
and may be used by many threads; a newer catalogue is a new index.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from services.resolver.evidence import Agreement, Evidence
from services.resolver.identification import (
    Candidate,
    Identification,
    IndexedCard,
    ReviewReason,
    TextQuery,
    is_plausible,
    review_reason,
)
from services.resolver.scoring import Fields, Reading, Scorer
from services.resolver.vocabulary import Floats

__all__ = [
    "Agreement",
    "Candidate",
    "CatalogueIndex",
    "Evidence",
    "Identification",
    "IndexedCard",
    "ReviewReason",
    "TextQuery",
]

BATCH = 100  # Bounds the distance matrices: 100 readings of 4,384 names in float32 are 1.7 MB.
NEGLIGIBLE = 0.001  # The posterior below which a card isn't worth listing.


class CatalogueIndex:
    """The cards of one catalogue revision, ready to be identified by text."""

    def __init__(self, cards: Sequence[IndexedCard], revision: int) -> None:
        """Index `cards`; of several with one `card_id` the last counts."""
        unique = {card.card_id: card for card in cards}.values()
        self.revision = revision
        # Sorted, so that equal scores come out in the order of catalogue ids.
        self._cards = sorted(unique, key=lambda card: (card.catalog_id, card.card_id))
        self._fields = Fields(self._cards)

    def __len__(self) -> int:
        return len(self._cards)

    def updated(self, cards: Sequence[IndexedCard], revision: int) -> "CatalogueIndex":
        """Return the index of `revision`: these cards with `cards` put in, or in place of those of their `card_id`."""
        return CatalogueIndex([*self._cards, *cards], revision)

    def identify(self, queries: Sequence[TextQuery], *, limit: int = 5) -> list[Identification]:
        """Return one identification per query, in order, each with the `limit` (1 or more) best cards at most."""
        readings = [Reading.of(query, self._fields.printed_totals) for query in queries]
        batches = (readings[start : start + BATCH] for start in range(0, len(readings), BATCH))
        return [identification for batch in batches for identification in self._identify_batch(batch, limit)]

    def _identify_batch(self, batch: Sequence[Reading], limit: int) -> Iterator[Identification]:
        scorer = Scorer(self._fields, batch if self._cards else ())
        for reading in batch:
            if reading.empty or not self._cards:
                yield Identification((), ReviewReason.NO_CANDIDATE)
            else:
                yield self._identify(reading, scorer, limit)

    def _identify(self, reading: Reading, scorer: Scorer, limit: int) -> Identification:
        posterior, none_of_these = _posterior(scorer.log_likelihoods(reading), reading.log_likelihood_unseen())
        ranked = tuple(
            Candidate(self._cards[card], float(posterior[card]), scorer.evidence(reading, card, self._cards[card]))
            for card in _best(posterior, limit)
        )
        candidates = tuple(
            candidate for candidate in ranked if candidate.confidence >= NEGLIGIBLE or is_plausible(candidate.evidence)
        )
        return Identification(candidates, review_reason(candidates, none_of_these))


def _best(posterior: Floats, limit: int) -> list[int]:
    """Return the cards worth listing, best first; the best one even where it is negligible."""
    listed = np.flatnonzero(posterior >= min(NEGLIGIBLE, float(posterior.max())))
    best: list[int] = listed[np.argsort(-posterior[listed], kind="stable")][:limit].tolist()
    return best


def _posterior(log_likelihoods: Floats, unseen: float) -> tuple[Floats, float]:
    """Return [cards] the posterior of each card, and that of none of them: a softmax over all the hypotheses."""
    top = max(float(log_likelihoods.max()), unseen)
    weights = np.exp(log_likelihoods - np.float32(top))
    none_of_these = math.exp(unseen - top)
    whole = float(weights.sum(dtype=np.float64)) + none_of_these
    return weights / np.float32(whole), none_of_these / whole
