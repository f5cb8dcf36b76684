"""What stands where: nothing overflows and nothing overlaps, for no player."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from services.generator.cardart.design import LEFT, RIGHT, Design, design_card
from services.generator.cardart.lettering import Text
from services.generator.cardart.players import Career, Kind, Player
from services.generator.cardart.statistics import NoStatistics
from services.generator.cardart.tiers import Tier

ROUNDING = 0.01
PENNANT = 598


def assert_fits(card: Design) -> None:
    """All texts are inside the margins, columns don't touch, and neighbours on one line keep apart."""
    for text in card.texts:
        left, right = text.extent
        assert left >= LEFT - ROUNDING, text
        assert right <= RIGHT + ROUNDING, text
    for before, after in pairwise(card.columns):
        assert after.left - before.right >= 20
    for column in card.columns:
        for text in filter(None, (column.label, column.value, column.fraction)):
            assert column.left - ROUNDING <= text.extent[0] <= text.extent[1] <= column.right + ROUNDING
    assert card.role.extent[1] + 16 <= card.tier.extent[0]
    assert all(text.extent[1] + 16 <= PENNANT for text in (card.team, card.other_teams) if text)
    assert card.note.extent[1] <= RIGHT - 80
    assert_lines_keep_apart(card)


def assert_lines_keep_apart(card: Design) -> None:
    """No line of the name reaches into the one above it: capitals are 0.7 of the size high, an accent 0.25 more."""
    lines: list[Text] = [*([card.first] if card.first else []), *card.last]
    for above, below in pairwise(lines):
        assert below.y - 0.7 * below.size >= above.y + 4


def test_every_real_player_fits(real_players: list[Player]) -> None:
    for player in real_players:
        for kind in Kind:
            if player.career(kind):
                assert_fits(design_card(player, kind, 0))


def test_every_example_fits_in_every_tier(sample_players: list[Player]) -> None:
    for player in sample_players:
        for kind in Kind:
            for tier in Tier:
                if player.career(kind):
                    assert_fits(design_card(player, kind, 999, tier))


@pytest.mark.parametrize("name", ["W" * 80, "W " * 40, "W-" * 40, "\u202eW" * 40, "大" * 80, "Ấ" * 30, "i", "﷽" * 20])
def test_the_widest_names_fit(player: Callable[..., Player], name: str) -> None:
    hard = player(first=name, last=name, teams=(name,) * 3 + ("b", name + "c"), position=name[:24])

    for kind in Kind:
        assert_fits(design_card(hard, kind, 0, Tier.LEGENDARY))


def test_the_largest_numbers_fit(player: Callable[..., Player]) -> None:
    codes = ("G", "H", "HR", "RBI", "SB", "W", "L", "SO", "SV")
    counts = dict.fromkeys(codes, 99_999)
    batting = Career(Kind.BATTING, counts, {}, frozenset(codes))
    pitching = Career(Kind.PITCHING, counts | {"ER": 99_999}, {}, frozenset(codes), outs=299_999)

    for kind in Kind:
        assert_fits(design_card(player(batting=batting, pitching=pitching), kind, 0))


def test_a_first_team_that_comes_again_is_named_once(player: Callable[..., Player]) -> None:
    card = design_card(player(teams=("Boston Reds", "Lakers", "Boston Reds", "Lakers")), Kind.BATTING, 0)

    assert card.other_teams is not None
    assert card.other_teams.text == "also Lakers"


def test_a_left_hander_is_drawn_as_one(player: Callable[..., Player]) -> None:
    throws_left = player(throws="L")

    assert design_card(throws_left, Kind.PITCHING, 0).left_handed
    assert not design_card(throws_left, Kind.BATTING, 0).left_handed


def test_an_override_changes_the_frame_only(player: Callable[..., Player]) -> None:
    earned, given = (design_card(player(), Kind.BATTING, 0, tier) for tier in (None, Tier.LEGENDARY))

    assert earned.frame.tier is Tier.UNCOMMON
    assert given.frame.tier is Tier.LEGENDARY
    assert earned.columns == given.columns


def test_a_player_without_the_career_gets_no_card(player: Callable[..., Player]) -> None:
    with pytest.raises(NoStatistics):
        design_card(player(batting=None), Kind.BATTING, 0)
