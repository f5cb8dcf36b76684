"""Cards as SVG and PNG: names are text, pictures are of one size, and the same card is the same bytes."""

import functools
import io
from collections.abc import AsyncIterator, Callable
from xml.etree import ElementTree

import pytest
from PIL import Image

from services.generator.cardart import rendering
from services.generator.cardart.design import design_card
from services.generator.cardart.figures import player_figure
from services.generator.cardart.players import Kind, Player
from services.generator.cardart.rendering import render_card, to_svg
from services.generator.cardart.tiers import Tier
from services.generator.rasteriser import Rasteriser

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
async def rasteriser() -> AsyncIterator[Rasteriser]:
    rasteriser = Rasteriser(processes=1)
    yield rasteriser
    await rasteriser.close()


def svg_of(player: Player, kind: Kind = Kind.BATTING, variant: int = 0, tier: Tier | None = None) -> str:
    return to_svg(design_card(player, kind, variant, tier))


def parse(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - written by the code under test


def texts_of(svg: str) -> list[str]:
    return ["".join(text.itertext()) for text in parse(svg).iter(f"{SVG}text")]


def elements_of(svg: str) -> set[str]:
    """The kinds of elements, with the names of their attributes."""
    return {f"{element.tag} {sorted(element.attrib)}" for element in parse(svg).iter()}


def picture(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "</text><image href='file:///etc/passwd'/>",
        "{{ 7 * 7 }}{% raw %}",
        "&lt;b&gt; &amp; ]]>",
        'x" fill="red',
        "<!ENTITY a 'b'>&a;",
    ],
)
def test_a_name_with_markup_is_text(player: Callable[..., Player], name: str) -> None:
    plain, hostile = svg_of(player(last="A-A")), svg_of(player(last=name, first=name, teams=(name,), position=name[:3]))

    assert any(text.startswith(name[:12]) for text in texts_of(hostile))
    assert elements_of(hostile) == elements_of(plain)


def test_marks_of_direction_never_reach_the_picture(player: Callable[..., Player]) -> None:
    svg = svg_of(player(first="\u200fRocío\u202e", last="Ve\u2067ga\x1b", teams=("\u202bTeam",)))

    assert {"Rocío", "Vega", "Team"} <= set(texts_of(svg))
    assert not any(character in svg for character in "\u200f\u202e\u2067\u202b\x1b")


def test_every_real_player_gives_well_formed_svg(real_players: list[Player], monkeypatch: pytest.MonkeyPatch) -> None:
    # Nine tenths of the time go into figures, four of five of which have been drawn before.
    monkeypatch.setattr(rendering, "player_figure", functools.cache(player_figure))

    for player in real_players:
        texts = texts_of(svg_of(player, Kind.PITCHING if player.pitching else Kind.BATTING, 1))

        assert any(player.last.split()[0][:6] in text for text in texts)


async def test_a_sample_of_real_players_is_drawn(rasteriser: Rasteriser, real_players: list[Player]) -> None:
    for index, player in enumerate(real_players[::50]):
        kind = Kind.PITCHING if player.pitching else Kind.BATTING
        image = picture(await render_card(rasteriser, player, kind, index % 25, list(Tier)[index % 5]))

        assert (image.size, image.mode, image.format) == ((750, 1050), "RGBA", "PNG")


async def test_the_corners_are_cut_round_and_nothing_shows_in_them(
    rasteriser: Rasteriser, sample_players: list[Player]
) -> None:
    corners = ((0, 0), (749, 0), (0, 1049), (749, 1049), (6, 6), (743, 6))
    for variant in (1, 9, 17):
        opacity = picture(await render_card(rasteriser, sample_players[0], Kind.BATTING, variant)).getchannel("A")

        assert [opacity.getpixel(corner) for corner in corners] == [0] * len(corners)
        assert opacity.getpixel((375, 4)) == 255


async def test_the_same_card_is_the_same_bytes(rasteriser: Rasteriser, player: Callable[..., Player]) -> None:
    once = await render_card(rasteriser, player(), Kind.BATTING, 3)

    assert await render_card(rasteriser, player(), Kind.BATTING, 3) == once


def test_every_tier_and_variant_looks_different(player: Callable[..., Player]) -> None:
    cards = [svg_of(player(), Kind.BATTING, variant, tier) for variant in (0, 1, 9, 25) for tier in Tier]

    assert len(set(cards)) == len(cards)
