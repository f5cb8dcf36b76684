"""The frames of the tiers: what they are made of, and how much there is on them."""

from dataclasses import dataclass

from services.generator.cardart.tiers import Tier


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame's material from edge to edge, its fine lines, and the colour that names the tier on the dark panel.

    rank counts the tiers below: each adds its ornament to those of the one before.
    """

    tier: Tier
    rank: int
    material: tuple[str, ...]
    line: str
    label: str


def frame_of(tier: Tier) -> Frame:
    """Return the frame of a tier."""
    return _FRAMES[tier]


_FRAMES = {
    frame.tier: frame
    for frame in (
        Frame(Tier.COMMON, 0, ("#f3efe6", "#e9e4d8", "#f3efe6"), "#c9c1b0", "#d9d3c6"),
        Frame(Tier.UNCOMMON, 1, ("#7a4a22", "#d9a06a", "#f2cfa6", "#b0703c", "#6e4220"), "#5a3417", "#e3ad78"),
        Frame(Tier.RARE, 2, ("#7c8794", "#e6ebf0", "#aab4bf", "#fafcfd", "#838d99"), "#56606b", "#dfe6ee"),
        Frame(Tier.EPIC, 3, ("#2a1150", "#8e51e6", "#d6b6ff", "#6b2fc4", "#27104a"), "#1c0a38", "#c9a2ff"),
        Frame(Tier.LEGENDARY, 4, ("#7a5208", "#eebf45", "#fff3c0", "#d99d1e", "#6f4a06"), "#5b3d05", "#ffd65c"),
    )
}
