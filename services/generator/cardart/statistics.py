"""Career lines as cards print them. A value is a text; what it can't say is said by a sign, never by a 0."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from services.generator.cardart.players import Career, Kind, Player

UNDEFINED = "—"  # not known, or not a number: an ERA without an out
NOT_KEPT = "n/k"  # nobody counted it in the player's years
AT_LEAST = "+"  # behind a count that was kept in a part of them only

_THIRDS = ("", "⅓", "⅔")


class NoStatistics(Exception):
    """The player has no career of the kind that was asked for."""

    def __init__(self, player: Player, kind: Kind) -> None:
        super().__init__(f"{player.name} ({player.player_id}) has no {kind.value} statistics")
        self.player_id = player.player_id
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Statistic:
    """One column: the label and the value under it, and what the sign in it means (empty: there is none)."""

    label: str
    value: str
    note: str = ""


def career_line(player: Player, kind: Kind) -> tuple[Statistic, ...]:
    """The columns of a card, the most telling first. Raises NoStatistics."""
    career = player.career(kind)
    if career is None:
        raise NoStatistics(player, kind)
    return tuple(_statistic(label, value(career)) for label, value in _COLUMNS[kind])


def average(career: Career) -> str:
    """Hits by times at bat, `.312`; worked out where the record doesn't give it."""
    rate = career.rates.get("AVG")
    hits, at_bats = (career.counts.get(code) for code in ("H", "AB"))
    if rate is None and hits is not None and at_bats:
        rate = Decimal(hits) / at_bats
    return _share(rate)


def on_base(career: Career) -> str:
    """(H + BB + HBP) by (AB + BB + HBP + SF), `.374`; worked out where it isn't given and all of them were kept."""
    rate = career.rates.get("OBP")
    parts = ("H", "AB", "BB", "HBP", "SF")
    if rate is None and all(code in career.counts and code not in career.incomplete for code in parts):
        hits, at_bats, walks, hit_by_pitch, flies = (career.counts[code] for code in parts)
        chances = at_bats + walks + hit_by_pitch + flies
        rate = Decimal(hits + walks + hit_by_pitch) / chances if chances else None
    return _share(rate)


def earned_run_average(career: Career) -> str:
    """Earned runs by nine innings, `2.86`; worked out where the record doesn't give it."""
    rate = career.rates.get("ERA")
    runs = career.counts.get("ER")
    if rate is None and runs is not None and career.outs:
        rate = Decimal(runs * 27) / career.outs
    return UNDEFINED if rate is None else _rounded(rate, "0.01")


def won_lost(career: Career) -> str:
    """Games won and lost, `251–174`."""
    won, lost = (count(career, code) for code in ("W", "L"))
    return UNDEFINED if UNDEFINED in (won, lost) else f"{won}–{lost}"


def innings(career: Career) -> str:
    """Innings with thirds, `1234⅓`."""
    return UNDEFINED if career.outs is None else f"{career.outs // 3}{_THIRDS[career.outs % 3]}"


def count(career: Career, code: str) -> str:
    """A count; with a sign where not all of the career was counted."""
    value = career.counts.get(code)
    if code in career.incomplete:
        return f"{value}{AT_LEAST}" if value else NOT_KEPT
    return UNDEFINED if value is None else str(value)


def _count(code: str) -> Callable[[Career], str]:
    return lambda career: count(career, code)


def _share(rate: Decimal | None) -> str:
    """A rate of one, without the zero before the point, as baseball prints it."""
    return UNDEFINED if rate is None else _rounded(rate, "0.001").removeprefix("0")


def _rounded(rate: Decimal, step: str) -> str:
    return str(rate.quantize(Decimal(step), ROUND_HALF_UP))


def _statistic(label: str, value: str) -> Statistic:
    if value == NOT_KEPT:
        return Statistic(label, value, f"{NOT_KEPT} not kept in those years")
    if value.endswith(AT_LEAST):
        return Statistic(label, value, f"{AT_LEAST} kept in part of those years")
    return Statistic(label, value)


_COLUMNS: dict[Kind, tuple[tuple[str, Callable[[Career], str]], ...]] = {
    Kind.BATTING: (
        ("AVG", average),
        ("OBP", on_base),
        ("HR", _count("HR")),
        ("RBI", _count("RBI")),
        ("H", _count("H")),
        ("SB", _count("SB")),
        ("G", _count("G")),
    ),
    Kind.PITCHING: (
        ("ERA", earned_run_average),
        ("W–L", won_lost),
        ("SO", _count("SO")),
        ("SV", _count("SV")),
        ("IP", innings),
        ("G", _count("G")),
    ),
}
