"""The identity of a picture changes with everything that is on it, and with nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import resvg_py

from services.generator.cardart import identity
from services.generator.cardart.identity import card_identity, drawing_digest
from services.generator.cardart.players import Career, Kind, Player
from services.generator.cardart.statistics import NoStatistics
from services.generator.cardart.tiers import Tier


@pytest.fixture
def fresh_digest() -> Iterator[None]:
    """What draws is read anew, in the test and after it."""
    drawing_digest.cache_clear()
    yield
    drawing_digest.cache_clear()


def test_equal_cards_have_one_identity(player: Callable[..., Player]) -> None:
    assert card_identity(player(), Kind.BATTING) == card_identity(player(), Kind.BATTING)
    assert len(card_identity(player(), Kind.BATTING)) == 64


def test_everything_that_is_drawn_changes_it(player: Callable[..., Player]) -> None:
    career = player().batting
    assert career is not None
    changed = [
        player(first="Rocio"),
        player(last="Vegas"),
        player(teams=("San Telmo Cóndores",)),
        player(position="2B"),
        player(years=(2009, 2023)),
        player(bats="L"),
        player(player_id="another"),
        player(batting=replace(career, counts={**career.counts, "HR": 202})),
        player(batting=replace(career, rates={"AVG": Decimal("0.285")})),
        player(batting=replace(career, incomplete=frozenset({"SB"}))),
    ]

    found = {card_identity(each, Kind.BATTING) for each in (player(), *changed)}
    others = {card_identity(player(), Kind.BATTING, 1), card_identity(player(), Kind.BATTING, 0, Tier.EPIC)}
    others.add(card_identity(player(), Kind.PITCHING))

    assert len(found | others) == len(changed) + 1 + 3


def test_the_other_career_and_the_tier_that_is_earned_anyway_do_not(player: Callable[..., Player]) -> None:
    base = card_identity(player(), Kind.BATTING)

    assert card_identity(player(pitching=Career(Kind.PITCHING, {"W": 9}, {})), Kind.BATTING) == base
    assert card_identity(player(), Kind.BATTING, 0, Tier.UNCOMMON) == base


@pytest.mark.usefixtures("fresh_digest")
def test_a_new_engine_changes_it(player: Callable[..., Player], monkeypatch: pytest.MonkeyPatch) -> None:
    before = card_identity(player(), Kind.BATTING)
    drawing_digest.cache_clear()
    monkeypatch.setattr(resvg_py, "__resvg_version__", "99.0")

    assert card_identity(player(), Kind.BATTING) != before


@pytest.mark.usefixtures("fresh_digest")
@pytest.mark.parametrize("suffix", [".svg.j2", ".py", ".ttf"])
def test_a_new_template_code_or_font_changes_it(
    player: Callable[..., Player], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, suffix: str
) -> None:
    before = card_identity(player(), Kind.BATTING)
    drawing_digest.cache_clear()
    sources = list(identity._sources())
    index = next(index for index, path in enumerate(sources) if path.name.endswith(suffix))
    edited = tmp_path / sources[index].name
    edited.write_bytes(sources[index].read_bytes() + b" ")
    monkeypatch.setattr(identity, "_sources", lambda: [*sources[:index], edited, *sources[index + 1 :]])

    assert card_identity(player(), Kind.BATTING) != before


def test_all_that_draws_is_counted() -> None:
    names = {path.name for path in identity._sources()}

    assert {
        "card.svg.j2",
        "design.py",
        "stances.py",
        "figure.py",
        "gallery.py",
        "rasteriser_process.py",
        "BarlowCondensed-ExtraBold.ttf",
    } <= names


def test_a_player_without_the_career_has_none(player: Callable[..., Player]) -> None:
    with pytest.raises(NoStatistics):
        card_identity(player(batting=None), Kind.BATTING)
