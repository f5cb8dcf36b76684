"""Colours of a team, out of its name: always the same two, and always readable on one another.

Colours are `#rrggbb`. Contrast is the ratio of WCAG 2.2 (relative luminance in sRGB, 1 to 21).
"""

import hashlib
from dataclasses import dataclass

WHITE = "#ffffff"
READABLE = 4.5  # WCAG AA for text of any size

# Deep enough that white stands out by 7 and more: the cloth of jerseys, not of flags.
_CLOTH = (
    "#14284f", "#123f86", "#1c4e73", "#0b585c", "#12512f", "#0f3d36", "#3d4a1c", "#6a1329",
    "#931c30", "#84301a", "#5a3413", "#46216c", "#5d1b52", "#2b3038", "#33435a", "#1a1c48",
)  # fmt: skip
_TRIM = ("#f6bd4a", "#f9a15a", "#8fcdf3", "#d3dbe4", "#f4e4bd", "#ff9c8f", "#8be3bd", "#ffe27a")


@dataclass(frozen=True, slots=True)
class TeamColours:
    """cloth: the main colour, dark; trim: the second, light; deep and bright: the cloth in shadow and in light."""

    cloth: str
    trim: str
    deep: str
    bright: str


def team_colours(team: str) -> TeamColours:
    """Return the colours of the team of that name; case and space around it make no other team."""
    digest = team_digest(team)
    cloth = _CLOTH[digest[0] % len(_CLOTH)]
    readable = [trim for trim in _TRIM if contrast(trim, cloth) >= READABLE]
    return TeamColours(
        cloth=cloth,
        trim=readable[digest[1] % len(readable)],
        deep=mix(cloth, "#05070c", 0.62),
        bright=mix(cloth, WHITE, 0.30),
    )


def team_digest(team: str) -> bytes:
    """Return the bytes that choose what is the team's own."""
    return hashlib.sha256(" ".join(team.casefold().split()).encode()).digest()


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mix(one: str, other: str, share: float) -> str:
    """Return the colour that lies `share` of the way from one to the other."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[start : start + 2], 16) for start in (1, 3, 5))
