"""Tiers, foils and frames: what makes a card rarer than another."""

import pytest

from services.generator.cardart.colours import READABLE, contrast
from services.generator.cardart.foils import foil_of
from services.generator.cardart.frames import frame_of
from services.generator.cardart.players import Career, Kind, Player
from services.generator.cardart.tiers import Tier, tier_of


@pytest.mark.parametrize(
    ("wins", "tier"), [(0, "COMMON"), (100, "UNCOMMON"), (220, "RARE"), (350, "EPIC"), (500, "LEGENDARY")]
)
def test_the_tier_follows_from_the_career(wins: int, tier: str) -> None:
    assert tier_of(Career(Kind.PITCHING, {"W": wins}, {})) == tier


def test_a_batter_is_judged_by_the_bases_he_gained() -> None:
    career = Career(Kind.BATTING, {"H": 3771, "2B": 624, "3B": 98, "HR": 755, "BB": 1402, "HBP": 32, "SB": 240}, {})

    assert tier_of(career) is Tier.LEGENDARY


def test_the_highest_tier_is_rare_among_real_careers(real_players: list[Player]) -> None:
    careers = [player.pitching or player.batting for player in real_players]
    legends = [career for career in careers if career and tier_of(career) is Tier.LEGENDARY]

    assert 0.02 < len(legends) / len(careers) < 0.06


def test_the_base_card_has_no_foil_and_every_parallel_its_own_number() -> None:
    assert foil_of(0) is None
    assert len({(foil.name, foil.pattern) for foil in map(foil_of, range(1, 25)) if foil}) == 24


@pytest.mark.parametrize("variant", [-1, 1000])
def test_a_variant_out_of_range_is_refused(variant: int) -> None:
    with pytest.raises(ValueError, match="0 to 999"):
        foil_of(variant)


def test_seals_and_tiers_can_be_read() -> None:
    for foil in filter(None, map(foil_of, range(1, 9))):
        assert contrast("#ffffff", foil.shade) >= READABLE
        assert contrast(foil.shine, foil.shade) >= READABLE
    for tier in Tier:
        assert contrast(frame_of(tier).label, "#0b0d12") >= READABLE
