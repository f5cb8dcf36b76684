"""Wood: an artist's jointed manikin on a table, with grain, pegs and varnish."""

from services.generator.mannequin.canvas import Attributes, Canvas, blend, darker, lighter
from services.generator.mannequin.plane import open_curve, polyline
from services.generator.mannequin.scene import Scene
from services.generator.mannequin.shading import paint_shadow, shaded
from services.generator.mannequin.volumes import Volume

# Timber, wall.
_TIMBERS = (
    ("#dcae74", "#4f5b58"),
    ("#c98f57", "#e4dccb"),
    ("#a8683f", "#d8d3c4"),
    ("#e2bf8d", "#39454f"),
    ("#c47f50", "#56504a"),
)
_BOARDS = 3


def paint_background(canvas: Canvas, scene: Scene) -> None:
    timber, wall = scene.pick(_TIMBERS)
    width, height = scene.width, scene.height
    edge = scene.shadow.imag - 0.06 * scene.unit
    table = darker(blend(timber, "#7a5238", 0.55), 0.25)
    canvas.fall(0, edge, width, (darker(wall, 0.3), wall, lighter(wall, 0.16)))
    canvas.fall(edge, height, width, (darker(table, 0.3), table, lighter(table, 0.1)))
    for board in range(-_BOARDS, _BOARDS + 1):
        near, far = width * (0.5 + 0.5 * board), width * (0.5 + 0.28 * board)
        line = polyline((complex(far, edge), complex(near, height)))
        canvas.path(line, stroke=darker(table, 0.28), stroke_width=scene.line * 0.8)
    canvas.rect(0, edge - 0.5, width, scene.line, fill=lighter(table, 0.14))
    paint_shadow(canvas, scene, "#140a06", 0.85)


def paint_figure(canvas: Canvas, scene: Scene) -> None:
    timber, _ = scene.pick(_TIMBERS)
    dice = scene.dice("grain")
    for volume in scene.volumes:
        colour = blend(timber, darker(timber, 0.35), dice.random() * 0.28)
        if volume.kind == "ball":
            colour = darker(timber, 0.2)
        fill = shaded(canvas, scene, volume, colour, 0.4, 0.55)
        edge: Attributes = {"stroke": darker(timber, 0.6), "stroke_width": scene.line * 0.5}
        canvas.path(volume.path, fill=fill, **edge)
        if volume.kind != "ball":
            _grain(canvas, scene, volume, darker(timber, 0.55), [dice.random() for _ in range(4)])
        if volume.kind in ("limb", "trunk"):
            _varnish(canvas, scene, volume)


def _grain(canvas: Canvas, scene: Scene, volume: Volume, colour: str, throws: list[float]) -> None:
    """Draw the year rings that a turned piece shows along its axis."""
    lines = {"trunk": 3, "head": 2, "limb": 1}.get(volume.kind, 0)
    for throw, lane in zip(throws, range(lines), strict=False):
        curve = open_curve(volume.between((lane + 0.25 + 0.5 * throw) / lines))
        canvas.path(
            curve, fill="none", stroke=colour, stroke_width=scene.line * 0.4, stroke_opacity=0.16 + 0.18 * throw
        )


def _varnish(canvas: Canvas, scene: Scene, volume: Volume) -> None:
    """Draw the streak of light that lies along the lit side."""
    lit = max((0.24, 0.76), key=lambda share: _lit(scene, volume, share))
    streak = volume.between(lit)
    canvas.path(
        open_curve(streak[1:-1] if len(streak) > 3 else streak),
        fill="none",
        stroke="#fff6e4",
        stroke_width=volume.radius * 0.17,
        stroke_opacity=0.42,
        stroke_linecap="round",
    )


def _lit(scene: Scene, volume: Volume, share: float) -> float:
    """Return how far that line of the volume lies towards the light."""
    points = volume.between(share)
    point = points[len(points) // 2]
    return point.real * scene.light.real + point.imag * scene.light.imag
