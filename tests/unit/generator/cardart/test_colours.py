"""A team's colours: its own, and readable."""

from hypothesis import given
from hypothesis import strategies as st

from services.generator.cardart.colours import READABLE, WHITE, contrast, team_colours
from services.generator.cardart.players import Player


def test_contrast_is_that_of_wcag() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@given(st.text(max_size=60))
def test_every_team_can_be_read(team: str) -> None:
    colours = team_colours(team)

    for background in (colours.cloth, colours.deep):
        assert contrast(WHITE, background) >= 7
        assert contrast(colours.trim, background) >= READABLE


def test_a_team_keeps_its_colours() -> None:
    assert team_colours("Lakeview Giants") == team_colours(" lakeview  GIANTS")


def test_teams_differ(real_players: list[Player]) -> None:
    teams = {team for player in real_players for team in player.teams}

    assert len({team_colours(team) for team in teams}) > 60
