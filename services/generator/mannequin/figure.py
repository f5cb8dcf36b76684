"""The figure of a skeleton as an SVG fragment, in any style."""

import hashlib
import json

from services.generator.mannequin.canvas import Canvas
from services.generator.mannequin.conditioning import paint_conditioning
from services.generator.mannequin.scene import make_scene
from services.generator.mannequin.styles import STYLES
from services.generator.skeleton import Skeleton

CONDITIONING = "openpose"
STYLE_NAMES = (*STYLES, CONDITIONING)


def figure_svg(
    skeleton: Skeleton, *, style: str, seed: int, width: float, height: float, background: bool = True
) -> str:
    """Return the figure as SVG elements without a root, within the box from the origin to (width, height).

    Without `background` the figure alone fills the box. Ids are of the picture's own, so that several figures fit one
    document. The same arguments give the same text, on every machine. Raises `KeyError` for an unknown style;
    `openpose` has but one look, whatever the seed.
    """
    canvas = Canvas(_prefix(skeleton, style, seed, width, height, background))
    if background:
        canvas.add(f'<g clip-path="{canvas.clip(width, height)}">')
    _paint(canvas, skeleton, style, seed, (width, height), background)
    if background:
        canvas.add("</g>")
    return canvas.text()


def picture_svg(skeleton: Skeleton, *, style: str, seed: int, width: int, height: int) -> str:
    """Return a whole SVG document of the figure with its background. Raises as `figure_svg`."""
    # Without the clip of a fragment, which the document's own edge makes needless: it costs resvg 20 ms at 512².
    canvas = Canvas("f")
    _paint(canvas, skeleton, style, seed, (width, height), background=True)
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">{canvas.text()}</svg>'


def _paint(
    canvas: Canvas, skeleton: Skeleton, style: str, seed: int, size: tuple[float, float], background: bool
) -> None:
    width, height = size
    if style == CONDITIONING:
        scene = make_scene(skeleton, seed="", width=width, height=height, jointed=False, background=background)
        if background:
            canvas.rect(0, 0, width, height, fill="#000000")
        paint_conditioning(canvas, scene, skeleton)
        return
    paints = STYLES[style]
    scene = make_scene(
        skeleton, seed=f"{style}/{seed}", width=width, height=height, jointed=paints.jointed, background=background
    )
    if background:
        paints.paint_background(canvas, scene)
    paints.paint_figure(canvas, scene)


def _prefix(skeleton: Skeleton, *arguments: str | float) -> str:
    text = json.dumps([skeleton.to_document(), *arguments])
    return "f" + hashlib.sha256(text.encode()).hexdigest()[:10] + "-"
