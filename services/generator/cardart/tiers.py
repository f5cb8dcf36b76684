"""How rare a card is. Without an override it follows from the career, by sums that anybody can check.

Batting: bases gained, that is total bases + walks + times hit by a pitch + stolen bases.
Pitching: 10 for a win, 5 for a save, 1 for a strikeout.
The least sums below put about 4 % of the careers of 1871 to 2024 at the top; what a record doesn't give adds nothing.
"""

import enum

from services.generator.cardart.players import Career, Kind


class Tier(enum.StrEnum):
    """From the plainest to the rarest."""

    COMMON = "COMMON"
    UNCOMMON = "UNCOMMON"
    RARE = "RARE"
    EPIC = "EPIC"
    LEGENDARY = "LEGENDARY"


_LEAST: dict[Kind, tuple[tuple[int, Tier], ...]] = {
    Kind.BATTING: ((6500, Tier.LEGENDARY), (5000, Tier.EPIC), (3500, Tier.RARE), (1500, Tier.UNCOMMON)),
    Kind.PITCHING: ((5000, Tier.LEGENDARY), (3500, Tier.EPIC), (2200, Tier.RARE), (1000, Tier.UNCOMMON)),
}


def tier_of(career: Career) -> Tier:
    """The tier that a career has earned."""
    points = career_points(career)
    return next((tier for least, tier in _LEAST[career.kind] if points >= least), Tier.COMMON)


def career_points(career: Career) -> int:
    """The sum that decides the tier."""
    counts = career.counts
    if career.kind is Kind.PITCHING:
        return 10 * counts.get("W", 0) + 5 * counts.get("SV", 0) + counts.get("SO", 0)
    total_bases = counts.get("H", 0) + counts.get("2B", 0) + 2 * counts.get("3B", 0) + 3 * counts.get("HR", 0)
    return total_bases + sum(counts.get(code, 0) for code in ("BB", "HBP", "SB"))
