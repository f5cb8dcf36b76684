"""Cards that were shown lately, with the roster's revision that they were of; bounded, and without their pixels."""

from collections import OrderedDict
from dataclasses import dataclass

from services.generator.cards import AskedCard, CardView

REMEMBERED = 10_000  # Of about 1 KB.


@dataclass(frozen=True, slots=True)
class RememberedCard:
    """A card as it was shown last."""

    view: CardView
    revision: int


class CardMemory:
    """Forgets what was asked for least lately."""

    def __init__(self, *, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._cards: OrderedDict[AskedCard, RememberedCard] = OrderedDict()

    def find(self, asked: AskedCard) -> RememberedCard | None:
        """What was kept of a card last."""
        known = self._cards.get(asked)
        if known is not None:
            self._cards.move_to_end(asked)
        return known

    def keep(self, view: CardView, *, revision: int) -> None:
        """Keep a card."""
        self._cards[view.asked] = RememberedCard(view, revision)
        self._cards.move_to_end(view.asked)
        if len(self._cards) > self._remembered:
            self._cards.popitem(last=False)
