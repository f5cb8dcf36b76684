"""Clay: a soft, matt figure of one colour in a studio."""

from services.generator.mannequin.canvas import Attributes, Canvas, blend, darker, lighter
from services.generator.mannequin.face import face_curves
from services.generator.mannequin.plane import open_curve
from services.generator.mannequin.scene import Scene
from services.generator.mannequin.shading import paint_shadow, shaded

# Figure, wall.
_COLOURS = (
    ("#d98762", "#f3dfcd"),
    ("#7f9f86", "#e9e6d6"),
    ("#6f95bd", "#e3e8ec"),
    ("#b97f9e", "#efe3e6"),
    ("#d8b06a", "#e7e4dc"),
    ("#8d86b8", "#e6e3ee"),
)


def paint_background(canvas: Canvas, scene: Scene) -> None:
    colour, wall = scene.pick(_COLOURS)
    width, height, floor = scene.width, scene.height, scene.shadow.imag
    horizon = floor - 0.1 * height
    canvas.fall(0, horizon, width, (darker(blend(wall, colour, 0.1), 0.06), wall, lighter(wall, 0.35)))
    canvas.fall(horizon, height, width, (lighter(wall, 0.35), blend(wall, colour, 0.2), blend(wall, colour, 0.28)))
    plinth = min(max(scene.spread * 1.4, 0.2 * scene.unit), 0.485 * width)
    disc = complex(width / 2, floor + 0.012 * scene.unit)
    canvas.ellipse(disc + 0.02j * scene.unit, plinth, plinth * 0.2, fill=darker(blend(wall, colour, 0.25), 0.18))
    canvas.ellipse(disc, plinth, plinth * 0.2, fill=lighter(blend(wall, colour, 0.12), 0.25))
    paint_shadow(canvas, scene, darker(colour, 0.75), 0.6)


def paint_figure(canvas: Canvas, scene: Scene) -> None:
    colour, _ = scene.pick(_COLOURS)
    seam: Attributes = {"stroke": darker(colour, 0.34), "stroke_width": scene.line * 0.5}
    for volume in scene.volumes:
        canvas.path(volume.path, fill=shaded(canvas, scene, volume, colour, 0.34, 0.46), **seam)
        if volume.kind == "head":
            for curve in face_curves(scene):
                canvas.path(
                    open_curve(curve), fill="none", stroke=darker(colour, 0.35), stroke_opacity=0.4,
                    stroke_width=scene.line, stroke_linecap="round",
                )  # fmt: skip
