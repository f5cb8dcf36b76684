"""The distinct values of one field over a catalogue, and how many misreads lie between each and what was read.

It knows nothing of cards or probabilities. Many cards share a value (4,384 names for 20,078 cards), so distances are
measured per value and spread to the cards by `codes`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from services.resolver.folding import Spellings, confuse

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The closest spellings of what was read and what a card prints: `edits` between them, `similarity` in [0, 1]."""

    edits: float
    similarity: float
    observed: str
    expected: str


def compare(observed: Spellings, expected: Spellings) -> Comparison:
    """Compare one reading with one value; both have a spelling at least. `edits` equals `Vocabulary.edits`."""
    edits, read, printed = min((_edits(read, printed), read, printed) for read in observed for printed in expected)
    return Comparison(edits, 1.0 - edits / max(len(read), len(printed), 1), read, printed)


class Vocabulary:
    """`codes[i]` is the value of card i; `spellings[codes[i]]` are the foldings by which it may be read.

    Shapes: codes [cards], edits [readings, values]; NaN for a value that has no spelling.
    """

    def __init__(self, values: Sequence[Spellings]) -> None:
        """Take the value of every card, in the order of the cards."""
        distinct: dict[Spellings, int] = {}
        codes = [distinct.setdefault(value, len(distinct)) for value in values]
        self.codes: npt.NDArray[np.intp] = np.array(codes, dtype=np.intp)
        self.spellings: tuple[Spellings, ...] = tuple(distinct)
        self._flat = _Flat(self.spellings)
        self._absent = np.array([not value for value in distinct], dtype=np.bool_)

    def of_card(self, card: int) -> Spellings:
        """Return the value of one card."""
        return self.spellings[self.codes[card]]

    def edits(self, readings: Sequence[Spellings]) -> Floats:
        """Return [readings, values]: the edits between the closest spellings of each pair."""
        observed = _Flat(readings)
        raw = cdist(observed.plain, self._flat.plain, scorer=Levenshtein.distance, dtype=np.float32)
        confused = cdist(observed.confused, self._flat.confused, scorer=Levenshtein.distance, dtype=np.float32)
        mean = (raw + confused) / np.float32(2)
        edits = observed.closest(self._flat.closest(mean, axis=1), axis=0)
        edits[:, self._absent] = np.nan
        return edits


class _Flat:
    """Spellings laid end to end, so that one call of cdist measures all of them."""

    def __init__(self, values: Sequence[Spellings]) -> None:
        padded = [value or ("",) for value in values]
        self.plain = [spelling for value in padded for spelling in value]
        self.confused = [confuse(spelling) for spelling in self.plain]
        self._starts = np.cumsum([0, *(len(value) for value in padded[:-1])])

    def closest(self, distances: Floats, axis: int) -> Floats:
        if len(self._starts) == len(self.plain):
            return distances
        return np.minimum.reduceat(distances, self._starts, axis=axis)


def _edits(read: str, printed: str) -> float:
    """The mean of the Levenshtein distances before and after confusable characters are made equal.

    So `O` for `0` costs half a misread: likelier than another character, yet not the same as reading it right.
    """
    confused = Levenshtein.distance(confuse(read), confuse(printed))
    return (Levenshtein.distance(read, printed) + confused) / 2
