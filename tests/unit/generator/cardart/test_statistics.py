"""Career lines as they are printed."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from services.generator.cardart.players import Career, Kind, Player
from services.generator.cardart.statistics import NoStatistics, career_line


def printed(player: Player, kind: Kind) -> dict[str, str]:
    return {statistic.label: statistic.value for statistic in career_line(player, kind)}


def batting(counts: dict[str, int], rates: dict[str, str] | None = None, *incomplete: str) -> Career:
    decimals = {code: Decimal(rate) for code, rate in (rates or {}).items()}
    return Career(Kind.BATTING, counts, decimals, frozenset(incomplete))


def test_a_batter_is_printed_as_on_cards(player: Callable[..., Player]) -> None:
    counts = {"G": 3298, "AB": 12364, "H": 3771, "HR": 755, "RBI": 2297, "SB": 240}
    career = batting(counts, {"AVG": "0.305", "OBP": "0.374"})

    assert printed(player(batting=career), Kind.BATTING) == {
        "AVG": ".305", "OBP": ".374", "HR": "755", "RBI": "2297", "H": "3771", "SB": "240", "G": "3298",
    }  # fmt: skip


def test_a_pitcher_is_printed_as_on_cards(player: Callable[..., Player]) -> None:
    counts = {"W": 234, "L": 163, "G": 417, "SV": 0, "SO": 972}
    career = Career(Kind.PITCHING, counts, {"ERA": Decimal("2.14")}, outs=3703)

    assert printed(player(pitching=career), Kind.PITCHING) == {
        "ERA": "2.14", "W–L": "234–163", "SO": "972", "SV": "0", "IP": "1234⅓", "G": "417",
    }  # fmt: skip


@pytest.mark.parametrize(("outs", "text"), [(0, "0"), (2, "0⅔"), (3, "1"), (3704, "1234⅔")])
def test_innings_are_printed_in_thirds(player: Callable[..., Player], outs: int, text: str) -> None:
    line = printed(player(pitching=Career(Kind.PITCHING, {}, {}, outs=outs)), Kind.PITCHING)

    assert line["IP"] == text


def test_a_rate_that_is_undefined_is_a_dash(player: Callable[..., Player]) -> None:
    never_up = printed(player(batting=batting({"G": 1, "AB": 0, "H": 0, "BB": 0, "HBP": 0, "SF": 0})), Kind.BATTING)
    no_out = printed(player(pitching=Career(Kind.PITCHING, {"ER": 2, "G": 1}, {}, outs=0)), Kind.PITCHING)

    assert (never_up["AVG"], never_up["OBP"]) == ("—", "—")
    assert (no_out["ERA"], no_out["IP"], no_out["W–L"]) == ("—", "0", "—")


def test_what_was_not_kept_is_never_a_zero(player: Callable[..., Player]) -> None:
    line = career_line(player(batting=batting({"SB": 0, "RBI": 12, "HR": 0}, None, "SB", "RBI")), Kind.BATTING)
    values = {statistic.label: (statistic.value, bool(statistic.note)) for statistic in line}

    assert values["SB"] == ("n/k", True)
    assert values["RBI"] == ("12+", True)
    assert values["HR"] == ("0", False)
    assert values["G"] == ("—", False)


def test_rates_are_worked_out_where_the_record_lacks_them(player: Callable[..., Player]) -> None:
    hitter = printed(player(batting=batting({"AB": 3, "H": 2, "BB": 1, "HBP": 0, "SF": 0})), Kind.BATTING)
    perfect = printed(player(batting=batting({"AB": 2, "H": 2})), Kind.BATTING)
    pitcher = printed(player(pitching=Career(Kind.PITCHING, {"ER": 2}, {}, outs=10)), Kind.PITCHING)

    assert (hitter["AVG"], hitter["OBP"]) == (".667", ".750")
    assert (perfect["AVG"], perfect["OBP"]) == ("1.000", "—")
    assert pitcher["ERA"] == "5.40"


def test_a_player_without_the_career_is_named(player: Callable[..., Player]) -> None:
    with pytest.raises(NoStatistics, match=r"Rocío Vega \(vega-rocio\) has no pitching statistics"):
        career_line(player(pitching=None), Kind.PITCHING)
