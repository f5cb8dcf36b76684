"""The styles a figure is painted in, by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.generator.mannequin.canvas import Canvas
from services.generator.mannequin.scene import Scene
from services.generator.mannequin.styles import blueprint, clay, ink, neon, paper, wood

Paint = Callable[[Canvas, Scene], None]


@dataclass(frozen=True, slots=True)
class Style:
    """How a figure is painted, and what lies behind it. `jointed`: of separate pieces and balls."""

    paint_background: Paint
    paint_figure: Paint
    jointed: bool


STYLES: Mapping[str, Style] = {
    "clay": Style(clay.paint_background, clay.paint_figure, jointed=False),
    "wood": Style(wood.paint_background, wood.paint_figure, jointed=True),
    "ink": Style(ink.paint_background, ink.paint_figure, jointed=False),
    "blueprint": Style(blueprint.paint_background, blueprint.paint_figure, jointed=True),
    "neon": Style(neon.paint_background, neon.paint_figure, jointed=False),
    "paper": Style(paper.paint_background, paper.paint_figure, jointed=False),
}
