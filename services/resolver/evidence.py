"""What one field of a reading says about a card: how it agrees, and what that weighs.

The weights are those of a noisy channel (Kernighan, Church and Gale 1990, "A spelling correction program based on a
noisy channel model") capped by agreement classes per field (Fellegi and Sunter 1969, "A theory for record linkage").
"""

import enum
from dataclasses import dataclass

import numpy as np

from services.resolver.vocabulary import Comparison, Floats


class Agreement(enum.StrEnum):
    """How a field that was read relates to the same field of a card."""

    EXACT = "exact"  # equal after folding
    SIMILAR = "similar"  # a misread of it
    CONFLICT = "conflict"  # contradicts it


@dataclass(frozen=True, slots=True)
class Evidence:
    """One field read and compared: `field` is name, number, total or set; `similarity` lies in [0, 1]."""

    field: str
    observed: str
    expected: str
    agreement: Agreement
    similarity: float


@dataclass(frozen=True, slots=True)
class Channel:
    """How one field is read and misread. The penalties are in nats: minus a log-likelihood.

    misread: of each wrong character.
    conflict: of reading something else altogether; the most that the field can say against a card.
    unseen: of this reading, when its card is not in the catalogue.
    absent: of this reading, when the catalogue doesn't say what the card prints.
    """

    field: str
    misread: float
    conflict: float
    unseen: float
    absent: float

    def penalties(self, edits: Floats) -> Floats:
        """Return the penalties of readings that are `edits` away (NaN: absent), in the same shape."""
        penalties = np.minimum(edits * np.float32(self.misread), np.float32(self.conflict))
        return np.where(np.isnan(penalties), np.float32(self.absent), penalties)

    def agreement(self, comparison: Comparison) -> Agreement:
        """Return the class of a comparison."""
        if comparison.edits == 0:
            return Agreement.EXACT
        contradicts = comparison.similarity < LEAST_SIMILARITY or comparison.edits * self.misread >= self.conflict
        if contradicts or (self is NUMBER and _is_other_printing(comparison)):
            return Agreement.CONFLICT
        return Agreement.SIMILAR


def _is_other_printing(number: Comparison) -> bool:
    """Scanners lose characters and swap them, but don't add a letter: `103a` is not a misread `103`."""
    return number.observed[:-1] == number.expected and number.observed[-1].isalpha()


# Tuned on the English Pokémon catalogue; tests/integration/resolver/test_identification_accuracy.py holds the results.
# - A number's misread weighs more than a name's: ten other digits make ten other cards, other letters make no name.
# - A conflict of number or set weighs more than one of the name, so they outrank it; yet one misread of a number weighs
#   less than a conflict of the name, or a misread digit would always name the neighbour in the set.
# - A total repeats what the set says, so it adds little against a card that is not in the catalogue.
NAME = Channel("name", misread=4.0, conflict=10.0, unseen=8.0, absent=10.0)
NUMBER = Channel("number", misread=6.5, conflict=14.0, unseen=8.0, absent=14.0)
TOTAL = Channel("total", misread=5.0, conflict=9.0, unseen=1.0, absent=0.0)
SET = Channel("set", misread=5.0, conflict=14.0, unseen=4.0, absent=14.0)

LEAST_SIMILARITY = 0.5  # Below it, more of a reading is wrong than right: it contradicts the card.

# The log-odds, before anything is read, of a card that isn't in the catalogue against any one card that is. With the
# penalties above, no single field reaches `identification.TRUSTED`: one reading alone can't betray its own misread.
NOT_IN_CATALOGUE = 7.0

# Added to it where a bare number comes without total, set or prefix. Popular names own most of the low numbers, so a
# misread digit often finds another card of the same name; this holds such wrong answers without review under 0.5 %.
UNPLACED = 6.7
