"""The marks of parallels: variant 0 is the base card and bears none, every other has a foil and its number."""

from dataclasses import dataclass

LARGEST_VARIANT = 999

# Name, and the foil's colours from dark to light.
_FOILS = (
    ("RUBY", ("#7d0f2a", "#e0324f", "#ffd0d6")),
    ("SAPPHIRE", ("#0d2f86", "#3d7df2", "#d2e3ff")),
    ("EMERALD", ("#0a5236", "#22b573", "#cdf7e0")),
    ("AMBER", ("#8a4b06", "#f5a623", "#ffecc2")),
    ("VIOLET", ("#3f1a86", "#9457f0", "#e8d8ff")),
    ("ROSE", ("#8a1f5c", "#f06bb0", "#ffdcef")),
    ("AQUA", ("#07575f", "#2cc4cf", "#d0f8fb")),
    ("ONYX", ("#0c0d10", "#565c66", "#dfe3ea")),
)
_PATTERNS = ("rays", "waves", "facets")


@dataclass(frozen=True, slots=True)
class Foil:
    """A parallel's foil: its name, the pattern it is embossed with, and its colours in shadow, itself and in light."""

    variant: int
    name: str
    pattern: str
    shade: str
    colour: str
    shine: str


def foil_of(variant: int) -> Foil | None:
    """Return the foil of a variant; None for the base card. Raises ValueError outside 0 to 999.

    Eight colours, each in three patterns; from the 25th they come again, and only the number tells them apart.
    """
    if not 0 <= variant <= LARGEST_VARIANT:
        raise ValueError(f"variant must be 0 to {LARGEST_VARIANT}, not {variant}")
    if variant == 0:
        return None
    name, colours = _FOILS[(variant - 1) % len(_FOILS)]
    pattern = _PATTERNS[(variant - 1) // len(_FOILS) % len(_PATTERNS)]
    return Foil(variant, name, pattern, *colours)
