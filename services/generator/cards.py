"""Cards as they are asked for and as they are drawn, as values."""

from dataclasses import dataclass
from datetime import datetime

from services.generator.cardart.players import Kind
from services.generator.cardart.tiers import Tier
from services.generator.making import picture_of
from services.generator.pictures import Picture
from services.generator.store import Row


@dataclass(frozen=True, slots=True)
class AskedCard:
    """Which card: whose, of which career, which printing, and its tier where that was asked for."""

    player_id: str
    kind: Kind
    variant: int
    tier: Tier | None = None

    @property
    def has_address(self) -> bool:
        """Whether it has a row that keeps its picture's address: base cards and tier overrides have none."""
        return self.variant > 0 and self.tier is None


@dataclass(frozen=True, slots=True)
class DrawnCard:
    """A card's picture in the store, the tier that it shows, how long the drawing took, and when that was."""

    tier: Tier
    picture: Picture
    seconds: float
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CardView:
    """A card as a caller is shown it. `cached`: it had been drawn before. `image_url`: as the row has it, or empty."""

    asked: AskedCard
    drawn: DrawnCard
    cached: bool
    image_url: str = ""


def drawn_card(row: Row) -> DrawnCard:
    """A card out of a row that has it."""
    return DrawnCard(Tier(row["tier"]), picture_of(row), row["seconds"], row["created_at"])
