"""Players and their careers, as values. What is None isn't known; a count of 0 was counted."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


class Kind(enum.StrEnum):
    """Which career a card tells."""

    BATTING = "batting"
    PITCHING = "pitching"


@dataclass(frozen=True, slots=True)
class Career:
    """One career line: counts and rates by the codes of `player_records`, such as `HR` and `AVG`.

    incomplete: codes of counts that were not kept in all of the player's years; a 0 there says nothing.
    outs: outs made as a pitcher, a third of an inning each.
    """

    kind: Kind
    counts: Mapping[str, int]
    rates: Mapping[str, Decimal]
    incomplete: frozenset[str] = frozenset()
    outs: int | None = None


@dataclass(frozen=True, slots=True)
class Player:
    """A player under the caller's own id. Names are as given, so they may hold anything that is Unicode but NUL.

    first is empty where no one knows it; teams come in the order of the career, at least one; position is empty where
    he never took the field; years are the first and the last; bats and throws are L, R or B, empty where unknown.
    """

    player_id: str
    first: str
    last: str
    teams: tuple[str, ...]
    position: str
    years: tuple[int, int]
    bats: str = ""
    throws: str = ""
    batting: Career | None = None
    pitching: Career | None = None

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}".strip()

    def career(self, kind: Kind) -> Career | None:
        """The career of that kind; None where nothing of it is known."""
        return self.batting if kind is Kind.BATTING else self.pitching
