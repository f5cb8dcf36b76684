"""Draws a sheet of cards to look at: every tier of both kinds, parallels, and the names that are hardest to set.

`python -m services.generator.cardart.contact_sheet [--players FILE] [--out FILE]`
"""

import argparse
import asyncio
import gzip
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from PIL import Image

from services.generator.cardart.design import HEIGHT, WIDTH
from services.generator.cardart.lettering import visible
from services.generator.cardart.player_files import Format, ReadPlayer, read_players
from services.generator.cardart.players import Kind, Player
from services.generator.cardart.rendering import render_card
from services.generator.cardart.tiers import Tier, career_points
from services.generator.rasteriser import Rasteriser

REPOSITORY = Path(__file__).resolve().parents[3]
PLAYERS = REPOSITORY / "examples" / "players.jsonl"
SHEET = REPOSITORY / "docs" / "generator" / "cards.png"

COLUMNS = 5  # one for each tier
_MARGIN = 40
_TABLE = "#2a2d33"

Card = tuple[Player, Kind, int, Tier | None]


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw the sheet of a file of players, plain or gzip."""
    parser = argparse.ArgumentParser(description="Draw a contact sheet of player cards.")
    parser.add_argument("--players", type=Path, default=PLAYERS, help="JSON lines, plain or gzip")
    parser.add_argument("--out", type=Path, default=SHEET)
    options = parser.parse_args(arguments)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    sheet = asyncio.run(contact_sheet(cards_to_show(load_players(options.players))))
    # A palette is enough to judge by, at a third of the bytes.
    sheet.quantize(256, dither=Image.Dither.FLOYDSTEINBERG).save(options.out, optimize=True)


def load_players(path: Path) -> list[Player]:
    """The players of a file that can be used."""
    content = path.read_bytes()
    content = gzip.decompress(content) if path.suffix == ".gz" else content
    return [found.player for found in read_players(content, Format.JSON_LINES) if isinstance(found, ReadPlayer)]


def cards_to_show(players: Sequence[Player]) -> list[Card]:
    """A row of the tiers for either kind, a row of parallels, and one of what is hardest to set."""
    rows: list[Card] = []
    for kind in Kind:
        best = sorted((player for player in players if _is_of(player, kind)), key=lambda player: -_points(player, kind))
        rows += [(best[index % len(best)], kind, 0, tier) for index, tier in enumerate(reversed(Tier))]
    parallels = [
        (rows[index][0], rows[index][1], variant, None) for index, variant in ((0, 1), (6, 2), (2, 11), (8, 20), (4, 8))
    ]
    return [*rows, *parallels, *((player, _kind(player), 0, None) for player in hardest(players))]


def hardest(players: Sequence[Player]) -> list[Player]:
    """The longest last name, the most teams, no first name, an undefined rate, and the earliest years."""
    keys = (
        lambda player: len(visible(player.last)),
        lambda player: len(player.teams),
        lambda player: not player.first,
        lambda player: player.pitching is not None and "ERA" not in player.pitching.rates,
        lambda player: -player.years[0],
    )
    found: list[Player] = []
    for key in keys:
        found.append(max((player for player in players if player not in found), key=key))
    return found


async def contact_sheet(cards: Iterable[Card]) -> Image.Image:
    """Draw the cards at half their size, five in a row."""
    rasteriser = Rasteriser(processes=1)
    try:
        drawn = [_half_size(await render_card(rasteriser, *card)) for card in cards]
    finally:
        await rasteriser.close()
    rows = -(-len(drawn) // COLUMNS)
    width, height = WIDTH // 2 + _MARGIN, HEIGHT // 2 + _MARGIN
    sheet = Image.new("RGB", (COLUMNS * width + _MARGIN, rows * height + _MARGIN), _TABLE)
    for index, card in enumerate(drawn):
        sheet.paste(card, (_MARGIN + index % COLUMNS * width, _MARGIN + index // COLUMNS * height), card)
    return sheet


def _half_size(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).resize((WIDTH // 2, HEIGHT // 2), Image.Resampling.LANCZOS)


def _is_of(player: Player, kind: Kind) -> bool:
    """Whether the player's own trade is of that kind: every pitcher has batted too."""
    return _kind(player) is kind


def _kind(player: Player) -> Kind:
    return Kind.PITCHING if player.pitching else Kind.BATTING


def _points(player: Player, kind: Kind) -> int:
    career = player.career(kind)
    return career_points(career) if career else 0


if __name__ == "__main__":
    main()
