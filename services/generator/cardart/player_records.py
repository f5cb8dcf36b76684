"""A player out of one record, and back: the one place that knows the layout, which is that of `examples/players.jsonl`.

Fields that no card tells of are passed over, so that records may say more.
"""

import re
from typing import Any

from services.generator.cardart.lettering import visible
from services.generator.cardart.players import Career, Kind, Player
from services.generator.cardart.record_fields import BadField, Fields

COUNTS = {
    Kind.BATTING: ("G", "AB", "R", "H", "2B", "3B", "HR", "RBI", "SB", "BB", "SO", "HBP", "SF"),
    Kind.PITCHING: ("W", "L", "G", "GS", "CG", "SHO", "SV", "SO", "BB", "H", "ER"),
}
# The largest that each rate can be; an ERA grows with every run allowed before the first out, so it only has a bound.
RATES = {
    Kind.BATTING: {"AVG": 1, "OBP": 1, "SLG": 4},
    Kind.PITCHING: {"ERA": 9999, "WHIP": 9999},
}
INNINGS = "IP"
INCOMPLETE = "incomplete"

LONGEST_ID = 200
LONGEST_NAME = 80
LONGEST_TEAM = 80
LONGEST_POSITION = 24
MOST_TEAMS = 50
YEARS = range(1800, 2201)

_YEARS = re.compile(r"\s*([0-9]{4})(?:\s*[-–—]\s*([0-9]{4}))?\s*")


def read_player(record: object) -> Player:
    """The player of a parsed record. Raises BadField naming the first field that is wrong."""
    if not isinstance(record, dict):
        raise BadField("", "WRONG_TYPE", "must be an object")
    fields = Fields(record)
    return Player(
        player_id=fields.required_text("id", longest=LONGEST_ID),
        first=fields.text("first", longest=LONGEST_NAME),
        last=_last_name(fields),
        teams=_teams(fields),
        position=fields.text("position", longest=LONGEST_POSITION),
        years=_years(fields),
        bats=_hand(fields, "bats"),
        throws=_hand(fields, "throws"),
        batting=_career(fields, Kind.BATTING),
        pitching=_career(fields, Kind.PITCHING),
    )


def to_record(player: Player) -> dict[str, Any]:
    """The record that `read_player` reads as the same player; JSON-ready, without anything unknown."""
    record: dict[str, Any] = {
        "id": player.player_id,
        "first": player.first,
        "last": player.last,
        "teams": list(player.teams),
        "position": player.position,
        "years": list(player.years),
        "bats": player.bats,
        "throws": player.throws,
    }
    careers = {kind.value: player.career(kind) for kind in Kind}
    return record | {kind: _career_record(career) for kind, career in careers.items() if career is not None}


def _last_name(fields: Fields) -> str:
    last = fields.required_text("last", longest=LONGEST_NAME)
    return last if visible(last) else fields.fail("last", "INVISIBLE", "has no character that can be seen")


def _teams(fields: Fields) -> tuple[str, ...]:
    teams = fields.texts("teams", most=MOST_TEAMS, longest=LONGEST_TEAM)
    if not teams:
        fields.fail("teams", "MISSING", "must name one team at least")
    unseen = [index for index, team in enumerate(teams) if not visible(team)]
    if unseen:
        fields.fail(f"teams[{unseen[0]}]", "INVISIBLE", "has no character that can be seen")
    return teams


def _years(fields: Fields) -> tuple[int, int]:
    value = fields.value("years")
    if isinstance(value, str) and (match := _YEARS.fullmatch(value)):
        value = [int(match[1]), int(match[2] or match[1])]
    if value is None or value == "":
        fields.fail("years", "MISSING", "is missing")
    if not isinstance(value, list) or len(value) != 2 or any(type(year) is not int for year in value):
        fields.fail("years", "WRONG_TYPE", "must be the first and the last year")
    first, last = value
    if first not in YEARS or last not in YEARS or first > last:
        fields.fail("years", "OUT_OF_RANGE", f"must be two years in order, {YEARS.start} to {YEARS.stop - 1}")
    return first, last


def _hand(fields: Fields, name: str) -> str:
    hand = fields.text(name, longest=1)
    return hand if hand in ("", "L", "R", "B") else fields.fail(name, "UNKNOWN_HAND", "must be L, R or B (both)")


def _career(fields: Fields, kind: Kind) -> Career | None:
    """The career line; None where no number of it is given."""
    line = fields.group(kind.value)
    if line is None:
        return None
    counts = {code: count for code in COUNTS[kind] if (count := line.count(code)) is not None}
    rates = {
        code: rate for code, largest in RATES[kind].items() if (rate := line.rate(code, largest=largest)) is not None
    }
    outs = line.outs(INNINGS) if kind is Kind.PITCHING else None
    incomplete = frozenset(line.texts(INCOMPLETE, most=len(COUNTS[kind]), longest=8))
    _check_codes(line, incomplete, kind)
    _check_sums(line, counts)
    return Career(kind, counts, rates, incomplete, outs) if counts or rates or outs is not None else None


def _check_codes(line: Fields, incomplete: frozenset[str], kind: Kind) -> None:
    unknown = sorted(incomplete - set(COUNTS[kind]))
    if unknown:
        line.fail(INCOMPLETE, "UNKNOWN_COUNT", f"names {unknown[0]!r}, which is no count of {kind.value}")


def _check_sums(line: Fields, counts: dict[str, int]) -> None:
    """A batter can't have more hits than times at bat, nor more home runs than hits."""
    for part, whole in (("H", "AB"), ("HR", "H"), ("GS", "G")):
        if part in counts and whole in counts and counts[part] > counts[whole]:
            line.fail(part, "INCONSISTENT", f"can't be more than {whole}")


def _career_record(career: Career) -> dict[str, Any]:
    record: dict[str, Any] = dict(career.counts)
    record |= {code: str(rate) for code, rate in career.rates.items()}
    if career.outs is not None:
        record[INNINGS] = f"{career.outs // 3}.{career.outs % 3}"
    return record | ({INCOMPLETE: sorted(career.incomplete)} if career.incomplete else {})
