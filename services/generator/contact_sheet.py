"""`python -m services.generator.contact_sheet [FOLDER]`: the gallery and the styles as pictures, for docs/generator.

Drawn by the same code as every image, so that what the documents show is what is made.
"""

import io
import sys
from collections.abc import Sequence
from pathlib import Path

import resvg_py
from PIL import Image, ImageDraw, ImageFont

from services.generator.fonts import font_file
from services.generator.gallery import GalleryPose, by_name, gallery
from services.generator.mannequin.figure import STYLE_NAMES, picture_svg

FOLDER = Path("docs/generator")
STEP = 4  # Colours are rounded to it: a third fewer bytes, and no eye tells.
PAPER, INK = "#fbfaf7", "#23252b"
GAP = 12

_SHOWN = ("batting", "leaping", "thinking", "handstand")

Cell = tuple[str, str, int, GalleryPose]  # Label, style, seed, pose.


def main(folder: Path = FOLDER) -> None:
    """Write gallery.png and styles.png."""
    folder.mkdir(parents=True, exist_ok=True)
    everybody = [(pose.title, _look(place), place, pose) for place, pose in enumerate(gallery())]
    write_sheet(folder / "gallery.png", everybody, columns=8, side=150)
    looks = [(style, style, row + 1, by_name()[name]) for row, name in enumerate(_SHOWN) for style in STYLE_NAMES]
    write_sheet(folder / "styles.png", looks, columns=len(STYLE_NAMES), side=190)


def write_sheet(path: Path, cells: Sequence[Cell], *, columns: int, side: int) -> None:
    """Draw the cells in rows with their labels below, and write them as one PNG."""
    label = side // 7
    rows = -(-len(cells) // columns)
    sheet = Image.new("RGB", (columns * (side + GAP) + GAP, rows * (side + label + GAP) + GAP), PAPER)
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.truetype(font_file(face="Medium"), label * 0.66)
    for place, (text, style, seed, pose) in enumerate(cells):
        left = GAP + place % columns * (side + GAP)
        top = GAP + place // columns * (side + label + GAP)
        sheet.paste(_picture(style, seed, pose, side), (left, top))
        pen.text((left + side / 2, top + side + label * 0.55), text, fill=INK, font=font, anchor="mm")
    sheet.point(lambda level: level // STEP * STEP + STEP // 2).save(path, optimize=True)


def _picture(style: str, seed: int, pose: GalleryPose, side: int) -> Image.Image:
    # Drawn at twice the size: lines are made for larger pictures.
    svg = picture_svg(pose.skeleton, style=style, seed=seed, width=2 * side, height=2 * side)
    png = resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True)
    return Image.open(io.BytesIO(png)).convert("RGB").resize((side, side), Image.Resampling.LANCZOS)


def _look(place: int) -> str:
    """Return the style of a place, so that the gallery shows several."""
    return ("clay", "wood", "paper")[place % 3]


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:2]))
