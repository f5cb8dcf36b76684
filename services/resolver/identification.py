"""What identifying a card answers: ranked candidates with their evidence, and whether a person must look.

Values and the rule of review only; `catalogue_index` makes them.
"""

import enum
from dataclasses import dataclass

from services.resolver.evidence import Agreement, Evidence

TRUSTED = 0.9  # The least confidence that needs no review.


@dataclass(frozen=True, slots=True)
class IndexedCard:
    """What the index needs of a card; `set_code` is "" and `printed_total` None where the catalogue has none."""

    card_id: str
    catalog_id: str
    name: str
    number: str
    set_id: str
    set_name: str
    set_code: str
    printed_total: int | None


@dataclass(frozen=True, slots=True)
class TextQuery:
    """What a scan read, each as it stands: `number` may carry its total (`4/102`). "" = not read."""

    name: str = ""
    number: str = ""
    set_name: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A card, the probability in [0, 1] that it is the one that was read, and why."""

    card: IndexedCard
    confidence: float
    evidence: tuple[Evidence, ...]


class ReviewReason(enum.StrEnum):
    """Why a person must look before the best candidate is used."""

    AMBIGUOUS = "ambiguous"  # other cards fit nearly as well
    WEAK = "weak"  # so little agrees that the card may not be in the catalogue
    CONFLICT = "conflict"  # a field that was read contradicts the best candidate
    NO_CANDIDATE = "no_candidate"  # nothing was read, or nothing resembles it


@dataclass(frozen=True, slots=True)
class Identification:
    """Candidates, best first; without a `review_reason` the first can be trusted."""

    candidates: tuple[Candidate, ...]
    review_reason: ReviewReason | None

    @property
    def needs_review(self) -> bool:
        """Whether a person must look."""
        return self.review_reason is not None


def is_plausible(evidence: tuple[Evidence, ...]) -> bool:
    """Whether a card is worth showing however improbable: something agrees, and no more than one field contradicts."""
    agreements = [each.agreement for each in evidence]
    return Agreement.EXACT in agreements and agreements.count(Agreement.CONFLICT) <= 1


def review_reason(candidates: tuple[Candidate, ...], none_of_these: float) -> ReviewReason | None:
    """Return why the best of `candidates` isn't to be trusted; `none_of_these` is the posterior of a card unseen."""
    if not candidates:
        return ReviewReason.NO_CANDIDATE
    best = candidates[0]
    if any(evidence.agreement is Agreement.CONFLICT for evidence in best.evidence):
        return ReviewReason.CONFLICT
    if best.confidence >= TRUSTED:
        return None
    rivals = 1.0 - best.confidence - none_of_these
    return ReviewReason.AMBIGUOUS if rivals >= none_of_these else ReviewReason.WEAK
