"""Cards as SVG and as PNG. The same card is the same bytes wherever engine and fonts are the same.

Templates escape whatever they print; what a player is called is text in them and never markup.
"""

import asyncio
import functools
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.generator.cardart import shapes
from services.generator.cardart.colours import mix
from services.generator.cardart.design import HEIGHT, WIDTH, Design, design_card
from services.generator.cardart.figures import player_figure
from services.generator.cardart.lettering import FACES
from services.generator.cardart.players import Kind, Player
from services.generator.cardart.tiers import Tier
from services.generator.fonts import CONDENSED, font_file
from services.generator.mannequin.plane import number
from services.generator.rasteriser import Rasteriser

TEMPLATES = Path(__file__).parent / "templates"

_STANDING = 470  # px; how tall a standing man is on a card
_MIRRORED = (
    "",
    f"translate({WIDTH} 0) scale(-1 1)",
    f"translate(0 {HEIGHT}) scale(1 -1)",
    f"translate({WIDTH} {HEIGHT}) scale(-1 -1)",
)


async def render_card(
    rasteriser: Rasteriser, player: Player, kind: Kind, variant: int = 0, tier: Tier | None = None
) -> bytes:
    """Draw a card as PNG: 750 × 1050, round corners, transparent outside them.

    Raises what `design_card` and `Rasteriser.rasterise` do.
    """
    # Laying it out takes some 40 ms of Python the first time; calls go on meanwhile.
    svg = await asyncio.to_thread(lambda: to_svg(design_card(player, kind, variant, tier)))
    # The fonts that it was measured with, and no others.
    return await rasteriser.rasterise(svg, font_files=card_fonts())


def to_svg(card: Design) -> str:
    """Write a card as SVG."""
    template = _environment().get_template("card.svg.j2")
    return template.render(
        card=card,
        figure=_figure(card),
        figure_x=WIDTH / 2 + (-card.stance.shift if card.left_handed else card.stance.shift),
        width=WIDTH,
        height=HEIGHT,
        font=CONDENSED,
        panel=mix(card.colours.deep, "#0b0d12", 0.72),
        quiet="#b4bac4",
        shapes=shapes,
        mirrored=_MIRRORED,
    )


@functools.cache
def card_fonts() -> tuple[str, ...]:
    """The files of the faces that cards are set in."""
    return tuple(font_file(CONDENSED, face) for face in FACES.values())


def _figure(card: Design) -> Markup:
    figure = player_figure(card.stance, card.colours, height=_STANDING, left_handed=card.left_handed)
    return Markup(figure)  # noqa: S704 - drawn of numbers and colours, it holds no text of anybody's


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,  # A process draws by the templates that `identity.py` has read.
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["px"] = number
    return environment
