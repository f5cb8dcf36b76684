"""What stands where on a card: every text with its place and size, and the colours and marks around it.

Pixels of a card of 750 × 1050: 2.5 × 3.5 inches at 300 dpi. Draws nothing; the templates do.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from services.generator.cardart.colours import TeamColours, team_colours, team_digest
from services.generator.cardart.columns import Column, set_columns
from services.generator.cardart.foils import Foil, foil_of
from services.generator.cardart.frames import Frame, frame_of
from services.generator.cardart.lettering import Line, Room, Text, fit, fit_lines, fit_list, visible
from services.generator.cardart.players import Kind, Player
from services.generator.cardart.stances import STANCES, Stance
from services.generator.cardart.statistics import NoStatistics, Statistic, career_line
from services.generator.cardart.tiers import Tier, tier_of

WIDTH, HEIGHT = 750, 1050
LEFT, RIGHT = 54, 696  # where texts begin and end

POSITIONS = {
    "P": "Pitcher",
    "C": "Catcher",
    "1B": "First base",
    "2B": "Second base",
    "3B": "Third base",
    "SS": "Shortstop",
    "LF": "Left field",
    "CF": "Center field",
    "RF": "Right field",
    "OF": "Outfield",
    "DH": "Designated hitter",
}
MOTIFS = ("rays", "stripes", "rings", "pennants")

# Each text's room. The sizes are those of the type on real cards: 17 px are 4 points.
_TEAM = Room(500, 46, 26, 800)
_OTHER_TEAMS = Room(500, 22, 19, 600)
_BADGE = Room(78, 54, 20, 800)
_FIRST = Room(560, 36, 24, 600, 0.06)
_LAST = Room(642, 88, 60, 800)
_LAST_IN_TWO = Room(642, 47, 34, 800)
_ROLE = Room(390, 27, 18, 600, 0.04)
_NOTE = Room(560, 19, 15, 500, 0.01)
_FOIL_NAME = Room(64, 15, 10, 600, 0.04)
_FOIL_NUMBER = Room(64, 40, 24, 800)


@dataclass(frozen=True, slots=True)
class Design:
    """A whole card. All texts are clean of what can't be seen; none is wider than its room."""

    colours: TeamColours
    frame: Frame
    foil: Foil | None
    stance: Stance
    left_handed: bool
    motif: str
    team: Text
    other_teams: Text | None
    badge: Text | None
    first: Text | None
    last: tuple[Text, ...]
    role: Text
    tier: Text
    columns: tuple[Column, ...]
    note: Text
    foil_name: Text | None
    foil_number: Text | None

    @property
    def texts(self) -> tuple[Text, ...]:
        """All texts on the card, but the seal's, which have their own place."""
        columns = (text for column in self.columns for text in (column.label, column.value, column.fraction))
        single = (self.team, self.other_teams, self.badge, self.first, *self.last, self.role, self.tier, self.note)
        return tuple(text for text in (*single, *columns) if text is not None)


def design_card(player: Player, kind: Kind, variant: int, tier: Tier | None = None) -> Design:
    """Lay out a card; without a tier it is the one that the career has earned. Raises NoStatistics, ValueError."""
    statistics = career_line(player, kind)
    frame = frame_of(tier or tier_for(player, kind))
    foil = foil_of(variant)
    first = _first(player)
    digest = hashlib.sha256(player.player_id.encode()).digest()
    return Design(
        colours=team_colours(player.teams[0]),
        frame=frame,
        foil=foil,
        foil_name=_text(fit(foil.name, _FOIL_NAME), _FOIL_NAME, 0, -14, "middle") if foil else None,
        foil_number=_text(fit(str(variant), _FOIL_NUMBER), _FOIL_NUMBER, 0, 23, "middle") if foil else None,
        stance=STANCES[kind][digest[0] % len(STANCES[kind])],
        left_handed=(player.bats if kind is Kind.BATTING else player.throws) == "L",
        motif=MOTIFS[team_digest(player.teams[0])[2] % len(MOTIFS)],
        team=_text(fit(visible(player.teams[0]), _TEAM), _TEAM, LEFT, 88),
        other_teams=_other_teams(player),
        badge=_badge(player),
        first=first,
        last=_last(player, alone=first is None),
        role=_text(fit(_role(player), _ROLE), _ROLE, LEFT, 864),
        tier=Text(frame.tier.value, RIGHT - 108, 864, 23, 600, "end", 0.1),
        columns=set_columns(statistics, LEFT, RIGHT),
        note=_text(fit(_note(kind, statistics), _NOTE), _NOTE, LEFT, 1000),
    )


def tier_for(player: Player, kind: Kind) -> Tier:
    """Return the tier that the career of that kind has earned. Raises NoStatistics."""
    career = player.career(kind)
    if career is None:
        raise NoStatistics(player, kind)
    return tier_of(career)


def _text(line: Line, room: Room, x: float, y: float, anchor: str = "start") -> Text:
    return Text(line.text, x, y, line.size, room.weight, anchor, room.spacing)


def _other_teams(player: Player) -> Text | None:
    others = [visible(team) for team in dict.fromkeys(player.teams[1:]) if team != player.teams[0]]
    return _text(fit_list(others, _OTHER_TEAMS, "also "), _OTHER_TEAMS, LEFT, 119) if others else None


def _badge(player: Player) -> Text | None:
    """The position's code; one that is a word has no place there and stands in the role only."""
    code = visible(player.position)
    return _text(fit(code, _BADGE), _BADGE, 644, 92, "middle") if 0 < len(code) <= 3 else None


def _first(player: Player) -> Text | None:
    first = visible(player.first)
    return _text(fit(first, _FIRST), _FIRST, LEFT, 711) if first else None


def _last(player: Player, *, alone: bool) -> tuple[Text, ...]:
    lines = fit_lines(visible(player.last), _LAST, _LAST_IN_TWO)
    baselines = (788 if alone else 803,) if len(lines) == 1 else (766, 811)
    return tuple(_text(line, _LAST, LEFT, y) for line, y in zip(lines, baselines, strict=True))


def _role(player: Player) -> str:
    first, last = player.years
    years = str(first) if first == last else f"{first}–{last}"
    position = visible(player.position)
    return f"{POSITIONS.get(position, position)}  ·  {years}" if position else years


def _note(kind: Kind, statistics: Sequence[Statistic]) -> str:
    notes = dict.fromkeys(statistic.note for statistic in statistics if statistic.note)
    return "  ·  ".join([f"Career {kind.value}", *notes])
