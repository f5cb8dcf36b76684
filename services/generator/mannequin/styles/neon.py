"""Neon: tubes of light on a night stage. The glow is wide faint strokes, since a blur costs more than all the rest."""

import math

from services.generator.mannequin.canvas import Attributes, Canvas, blend, lighter
from services.generator.mannequin.face import face_curves
from services.generator.mannequin.plane import open_curve, polyline
from services.generator.mannequin.scene import Scene
from services.generator.mannequin.volumes import Volume

# Left side, right side, trunk and head; sky, horizon.
_LIGHTS = (
    ("#22e6ff", "#ff3fa4", "#a97bff", "#0a0620", "#3b1163"),
    ("#5dffb0", "#ffb03f", "#ffe95e", "#04101c", "#0d3b52"),
    ("#ff5f5f", "#ffd24a", "#ff8f3f", "#14060f", "#5a1330"),
    ("#6ea8ff", "#8dffea", "#e6f0ff", "#050a1e", "#152a6b"),
)
_GLOW = ((6.4, 0.12), (3.0, 0.3))  # Width in lines, opacity.
_RAYS = 5
_ROWS = 7
_SLICES = 32
_SUNSET = 2.37  # Radians of the sun's rim above the horizon, from its crown down either side.


def paint_background(canvas: Canvas, scene: Scene) -> None:
    left, right, _, sky, horizon = scene.pick(_LIGHTS)
    width, height, floor = scene.width, scene.height, scene.shadow.imag
    edge = floor - 0.12 * scene.height
    canvas.fall(0, edge, width, (sky, blend(sky, horizon, 0.3), blend(sky, horizon, 0.6), horizon))
    _sun(canvas, scene, complex(width * (0.4 + 0.2 * scene.dice("sun").random()), edge), (right, left))
    canvas.fall(edge, height, width, (blend(sky, horizon, 0.7), sky, sky))
    _floor(canvas, scene, edge, left)
    canvas.rect(0, edge - 0.5, width, 1.2, fill=lighter(left, 0.4))
    pool = ((0.0, left, 0.45), (1.0, left, 0.0))
    across = scene.spread * 0.9
    canvas.ellipse(scene.shadow, across, across * 0.18, fill=canvas.radial(scene.shadow, across, pool, 0.18))


def paint_figure(canvas: Canvas, scene: Scene) -> None:
    left, right, middle, sky, _ = scene.pick(_LIGHTS)
    tubes = {"left": left, "right": right}
    for volume in scene.volumes:
        colour = tubes.get(volume.name.partition("_")[0], middle)
        _tube(canvas, scene, volume, colour, blend(sky, colour, 0.09))
        if volume.kind == "head":
            for curve in face_curves(scene):
                canvas.path(
                    open_curve(curve), fill="none", stroke=colour, stroke_width=scene.line * 0.8, stroke_opacity=0.7
                )  # fmt: skip


def _tube(canvas: Canvas, scene: Scene, volume: Volume, colour: str, dark: str) -> None:
    path = volume.path
    for width, opacity in _GLOW:
        canvas.path(path, fill="none", stroke=colour, stroke_width=scene.line * width, stroke_opacity=opacity)
    core: Attributes = {"stroke": lighter(colour, 0.62), "stroke_width": scene.line * 0.85, "stroke_linejoin": "round"}
    canvas.path(path, fill=dark, **core)


def _sun(canvas: Canvas, scene: Scene, foot: complex, colours: tuple[str, str]) -> None:
    """Draw a setting sun as slices of one colour each, with gaps that widen downwards."""
    radius = min(scene.width, scene.height) * 0.33
    centre = foot - 1j * radius * 0.72
    _, _, _, sky, horizon = scene.pick(_LIGHTS)
    night = blend(sky, horizon, 0.5)
    for slice_ in range(_SLICES):
        # Equal steps around the rim, not down the disc: the crown would show its corners.
        upper, lower = (-math.cos(_SUNSET * at / _SLICES) for at in (slice_, slice_ + 1))
        share = (upper + 1) / 2
        colour = blend(blend(colours[0], colours[1], share), night, 0.18 + 0.5 * share)
        gap = max(0.0, upper - 0.02) * 0.075 if slice_ % 4 == 0 else 0.0
        ends = [(at, math.sqrt(max(0.0, 1 - at * at))) for at in (upper + gap, min(lower + 0.006, -math.cos(_SUNSET)))]
        corners = [
            centre + radius * complex(sign * wide, at)
            for sign, order in ((-1, 1), (1, -1))
            for at, wide in ends[::order]
        ]
        if slice_ % 4 or upper < 0:
            canvas.path(polyline(corners, closed=True), fill=colour)


def _floor(canvas: Canvas, scene: Scene, edge: float, colour: str) -> None:
    """Draw the grid of the stage in perspective."""
    width, height = scene.width, scene.height
    _, _, _, sky, _ = scene.pick(_LIGHTS)
    faint, thick = blend(sky, colour, 0.42), max(1.0, scene.line * 0.6)
    rays = (
        polyline((complex(width * (0.5 + 0.11 * k), edge), complex(width * (0.5 + 0.5 * k), height)))
        for k in range(-_RAYS, _RAYS + 1)
    )
    canvas.path("".join(rays), fill="none", stroke=faint, stroke_width=thick * 0.8)
    for k in range(1, _ROWS):
        y = round(edge + (height - edge) * (k / _ROWS) ** 2)
        canvas.rect(0, y, width, round(thick), fill=faint, shape_rendering="crispEdges")
