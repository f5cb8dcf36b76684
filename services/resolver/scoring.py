"""The likelihood of what was read, for every card of a catalogue.

Shapes: a batch's penalties are [readings, values] per field, a query's log-likelihoods are [cards]. No card is left
out beforehand. It neither ranks nor judges.
"""

import functools
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from services.resolver.evidence import (
    LEAST_SIMILARITY,
    NAME,
    NOT_IN_CATALOGUE,
    NUMBER,
    SET,
    TOTAL,
    UNPLACED,
    Channel,
    Evidence,
)
from services.resolver.folding import (
    NumberReading,
    Spellings,
    fold_set,
    is_bare_number,
    name_spellings,
    number_prefix,
    number_spellings,
    read_number,
    read_set,
    set_spellings,
)
from services.resolver.identification import IndexedCard, TextQuery
from services.resolver.vocabulary import Comparison, Floats, Vocabulary, compare

_NOT_READ = np.zeros(1, dtype=np.float32)  # Broadcasts over the cards.


@dataclass(frozen=True, slots=True)
class Number:
    """One way to read the collector number, folded."""

    reading: NumberReading
    number: Spellings
    total: Spellings

    @property
    def penalty(self) -> float:
        """A lost separator is one misread character more."""
        return NUMBER.misread if self.reading.lost_separator else 0.0


_NO_NUMBER = Number(NumberReading(""), (), ())


@dataclass(frozen=True, slots=True)
class Reading:
    """A query as folded; a field that was not read has no spellings."""

    query: TextQuery
    name: Spellings
    numbers: tuple[Number, ...]
    set_name: Spellings

    @classmethod
    def of(cls, query: TextQuery, totals: Collection[str]) -> "Reading":
        """Fold a query; `totals` are those that cards print, to find one whose separator was lost."""
        numbers = (
            Number(reading, number_spellings(reading.number), number_spellings(reading.total))
            for reading in read_number(query.number, totals)
        )
        return cls(query, name_spellings(query.name), tuple(numbers), read_set(query.set_name))

    @property
    def empty(self) -> bool:
        """Whether no field was read."""
        return not (self.name or self.numbers or self.set_name)

    def log_likelihood_unseen(self) -> float:
        """Return the log-likelihood of this reading, were its card not in the catalogue."""
        number = self.numbers[0] if self.numbers else _NO_NUMBER
        fields = ((NAME, self.name), (NUMBER, number.number), (TOTAL, number.total), (SET, self.set_name))
        unplaced = is_bare_number(number.reading.number) and not number.total and not self.set_name
        return NOT_IN_CATALOGUE + UNPLACED * unplaced - sum(channel.unseen for channel, read in fields if read)


class Fields:
    """The vocabularies of a catalogue's cards, one per field, in the order of the cards."""

    def __init__(self, cards: Sequence[IndexedCard]) -> None:
        self.names = Vocabulary(_spell_each(name_spellings, [(card.name,) for card in cards]))
        self.numbers = Vocabulary(_spell_each(number_spellings, [(card.number,) for card in cards]))
        self.totals = Vocabulary(_spell_each(number_spellings, _totals(cards)))
        self.sets = Vocabulary(
            _spell_each(set_spellings, [(card.set_name, card.set_code, card.set_id) for card in cards])
        )
        self.printed_totals = frozenset(spelling for total in self.totals.spellings for spelling in total)


class Scorer:
    """Scores the readings of one batch; distances are measured once for all of them."""

    def __init__(self, fields: Fields, batch: Sequence[Reading]) -> None:
        numbers = [number for reading in batch for number in reading.numbers]
        self._names = _FieldScores(fields.names, NAME, (reading.name for reading in batch))
        self._numbers = _FieldScores(fields.numbers, NUMBER, (number.number for number in numbers))
        self._totals = _FieldScores(fields.totals, TOTAL, (number.total for number in numbers))
        self._sets = _FieldScores(fields.sets, SET, (reading.set_name for reading in batch))

    def log_likelihoods(self, reading: Reading) -> Floats:
        """Return [cards]: the log-likelihood of a reading that isn't empty, for each card it may be of."""
        penalties = self._names.penalties(reading.name) + self._sets.penalties(reading.set_name)
        if reading.numbers:
            penalties = penalties + functools.reduce(np.minimum, map(self._number_penalties, reading.numbers))
        return -penalties

    def evidence(self, reading: Reading, index: int, card: IndexedCard) -> tuple[Evidence, ...]:
        """Return what each field that was read says about the card at `index`."""
        query = reading.query
        number = min(reading.numbers, key=lambda number: self._number_penalty(number, index), default=_NO_NUMBER)
        read, total = number.reading.number, number.reading.total
        found = (
            self._names.evidence(query.name, reading.name, index, lambda _: card.name),
            self._numbers.evidence(read, number.number, index, lambda _: card.number),
            self._totals.evidence(total, number.total, index, lambda closest: closest.expected.upper()),
            self._sets.evidence(query.set_name, reading.set_name, index, functools.partial(_printed_set, card)),
        )
        return tuple(evidence for evidence in found if evidence)

    def _number_penalties(self, number: Number) -> Floats:
        penalties = self._numbers.penalties(number.number) + self._totals.penalties(number.total)
        return penalties + np.float32(number.penalty)

    def _number_penalty(self, number: Number, card: int) -> float:
        return self._numbers.penalty(number.number, card) + self._totals.penalty(number.total, card) + number.penalty


class _FieldScores:
    """What one field of a batch says against each value of its vocabulary, spread to the cards on demand."""

    def __init__(self, vocabulary: Vocabulary, channel: Channel, readings: Iterable[Spellings]) -> None:
        distinct = list(dict.fromkeys(spellings for spellings in readings if spellings))
        penalties = channel.penalties(vocabulary.edits(distinct)) if distinct else ()
        self._rows: dict[Spellings, Floats] = dict(zip(distinct, penalties, strict=True))
        self._vocabulary = vocabulary
        self._channel = channel

    def penalties(self, spellings: Spellings) -> Floats:
        """Return [cards], or [1] zero for a field that was not read."""
        return self._rows[spellings][self._vocabulary.codes] if spellings else _NOT_READ

    def penalty(self, spellings: Spellings, card: int) -> float:
        """Return the penalty of one card."""
        return float(self._rows[spellings][self._vocabulary.codes[card]]) if spellings else 0.0

    def evidence(
        self, observed: str, spellings: Spellings, card: int, print_as: Callable[[Comparison], str]
    ) -> Evidence | None:
        """Return how a reading agrees with a card; None where one of them lacks the field.

        `print_as` turns the closest spelling into what the card prints.
        """
        expected = self._vocabulary.of_card(card)
        if not spellings or not expected:
            return None
        closest = compare(spellings, expected)
        agreement = self._channel.agreement(closest)
        return Evidence(self._channel.field, observed, print_as(closest), agreement, closest.similarity)


def _printed_set(card: IndexedCard, closest: Comparison) -> str:
    """Return the one of the set's name, code and id that was read; the name where none was."""
    others = (card.set_code, card.set_id) if closest.similarity >= LEAST_SIMILARITY else ()
    return next((text for text in others if fold_set(text) == closest.expected), card.set_name)


def _spell_each(spell: Callable[..., Spellings], texts: Sequence[tuple[str, ...]]) -> list[Spellings]:
    """Spell the texts of every card, each distinct one once."""
    spelled = {text: spell(*text) for text in dict.fromkeys(texts)}
    return [spelled[text] for text in texts]


def _totals(cards: Sequence[IndexedCard]) -> list[tuple[str, ...]]:
    """Return the totals that each card may print.

    The cards of a subset print its own total, with or without its letters (`TG01/TG30`, `RC6/RC25`). The catalogue
    has that total only where the subset is a set by itself; elsewhere it is the subset's greatest number.
    """
    prefixes = [number_prefix(card.number) for card in cards]
    greatest: dict[tuple[str, str], int] = {}
    for card, (letters, digits) in zip(cards, prefixes, strict=True):
        subset = (card.set_id, letters)
        greatest[subset] = max(greatest.get(subset, 0), int(digits or 0))
    return [
        _printed_totals(card.printed_total, letters, greatest[card.set_id, letters])
        for card, (letters, _) in zip(cards, prefixes, strict=True)
    ]


def _printed_totals(of_set: int | None, letters: str, of_subset: int) -> tuple[str, ...]:
    if not letters:
        return () if of_set is None else (str(of_set),)
    totals = (of_subset,) if of_set is None else (of_set, of_subset)
    return tuple(f"{prefix}{total}" for total in totals for prefix in ("", letters))
