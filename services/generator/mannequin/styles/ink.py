"""Ink: brush and pen on rice paper, with a pale wash behind and a red seal in the corner."""

import math

from services.generator.mannequin.canvas import Attributes, Canvas, blend, darker
from services.generator.mannequin.face import face_curves
from services.generator.mannequin.plane import closed_curve, dot, mix, number, open_curve, polyline, turned, unit
from services.generator.mannequin.scene import Scene
from services.generator.mannequin.volumes import Volume

_INK = "#1b1a1e"
_SEAL = "#b4332a"
# Paper, wash.
_PAPERS = (
    ("#f4ecdc", "#d9644a"),
    ("#f1eee4", "#7f96a6"),
    ("#f3ead6", "#c9a23f"),
    ("#eef0e8", "#86a08a"),
)
_SPLASHES = 14


def paint_background(canvas: Canvas, scene: Scene) -> None:
    paper, wash = scene.pick(_PAPERS)
    width, height = scene.width, scene.height
    size = min(width, height)
    canvas.fall(0, height, width, (darker(paper, 0.03), paper, darker(paper, 0.05)))
    dice = scene.dice("wash")
    sun = complex(width * (0.5 - 0.2 * math.copysign(1, scene.light.real)), height * (0.3 + 0.08 * dice.random()))
    for ring, strength in ((1.0, 0.62), (0.965, 0.5), (0.86, 0.42), (0.6, 0.36)):
        blot = [
            sun + turned(complex(size * 0.27 * ring * (0.985 + 0.03 * dice.random())), 360 * k / 18) for k in range(18)
        ]
        canvas.path(closed_curve(blot), fill=blend(paper, wash, strength))
    _ground(canvas, scene)
    for _ in range(_SPLASHES):
        spot = complex(width * dice.random(), height * (0.55 + 0.4 * dice.random()))
        canvas.circle(spot, size * 0.006 * dice.random() ** 3 + 0.3, fill=_INK, fill_opacity=0.35 + 0.4 * dice.random())
    _seal(canvas, complex(width - 0.06 * size, height - 0.06 * size), size * 0.045)


def paint_figure(canvas: Canvas, scene: Scene) -> None:
    paper, _ = scene.pick(_PAPERS)
    line = scene.line * 1.5
    shift = scene.light * line * 0.35
    for volume in scene.volumes:
        # An ink shape under a paper one that is moved to the light: the line swells on the side of the shade.
        dark: Attributes = {"fill": _INK, "stroke": _INK, "stroke_width": line, "stroke_linejoin": "round"}
        canvas.path(volume.path, **dark)
        moved = f"translate({number(shift.real)} {number(shift.imag)})"
        canvas.path(volume.path, fill=paper, transform=moved)
        _hatch(canvas, scene, volume)
        if volume.kind == "head":
            for curve in face_curves(scene):
                canvas.path(open_curve(curve), fill="none", stroke=_INK, stroke_width=line * 0.55, stroke_opacity=0.6)


def _hatch(canvas: Canvas, scene: Scene, volume: Volume) -> None:
    """Draw short strokes on the shaded side, along the volume and closer where it is darker."""
    if volume.kind in ("ball", "neck"):
        return
    shaded_left = dot(volume.left[len(volume.left) // 2] - volume.right[len(volume.right) // 2], scene.light) < 0
    near, far = (volume.left, volume.right) if shaded_left else (volume.right, volume.left)
    count = max(3, round(abs(volume.end - volume.start) / (scene.unit * 0.0145)))
    lean = unit(volume.end - volume.start) * volume.radius * 0.35
    strokes = []
    for k in range(1, count):
        at = k / count
        inner = 0.30 + 0.16 * math.sin(at * math.pi)
        edge, middle = _along(near, at), _along(far, at)
        strokes.append(polyline((mix(edge, middle, 0.03), mix(edge, middle, inner) + lean)))
    canvas.path("".join(strokes), fill="none", stroke=_INK, stroke_width=scene.line * 0.5)


def _along(points: tuple[complex, ...], at: float) -> complex:
    place = at * (len(points) - 1)
    index = min(int(place), len(points) - 2)
    return mix(points[index], points[index + 1], place - index)


def _ground(canvas: Canvas, scene: Scene) -> None:
    """Draw the floor as two dry strokes of a wide brush."""
    dice = scene.dice("ground")
    for opacity, thick in ((0.16, 0.020), (0.5, 0.008)):
        reach = scene.spread * (1.15 + 0.3 * dice.random())
        start, end = scene.shadow - reach, scene.shadow + reach * (0.9 + 0.3 * dice.random())
        bow = complex(0, scene.unit * 0.012)
        upper = [start, mix(start, end, 0.3) - bow * 0.6, mix(start, end, 0.7), end - bow * 0.2]
        lower = [
            point + 1j * scene.unit * thick * swell for point, swell in zip(upper, (0.2, 1, 0.8, 0.1), strict=True)
        ]
        canvas.path(closed_curve([*upper, *reversed(lower)]), fill=_INK, fill_opacity=opacity)


def _seal(canvas: Canvas, corner: complex, size: float) -> None:
    """Draw a red seal: the sign for wood, which manikins are made of."""
    canvas.rect(corner.real - size, corner.imag - size, size, size, rx=size * 0.12, fill=_SEAL)
    left, top = corner.real - size, corner.imag - size
    strokes = (
        ((0.5, 0.18), (0.5, 0.82)),
        ((0.22, 0.36), (0.78, 0.36)),
        ((0.5, 0.5), (0.24, 0.8)),
        ((0.5, 0.5), (0.76, 0.8)),
    )
    data = "".join(polyline(complex(left + x * size, top + y * size) for x, y in stroke) for stroke in strokes)
    canvas.path(data, fill="none", stroke="#f7ead9", stroke_width=size * 0.09, stroke_linecap="round")
