"""Blueprint: an engineer's drawing of the figure, with axes, joint circles and dimensions."""

from services.generator.mannequin.canvas import Attributes, Canvas, blend, darker, lighter
from services.generator.mannequin.face import face_curves
from services.generator.mannequin.plane import open_curve, polyline, unit
from services.generator.mannequin.scene import Scene

_BLUES = ("#14407c", "#0f4f78", "#23356e", "#12565c")
_LINE = "#e8f3ff"
_CELLS = (20, 24, 28, 32)


def paint_background(canvas: Canvas, scene: Scene) -> None:
    blue = _blue(scene)
    width, height = scene.width, scene.height
    canvas.fall(0, height, width, (darker(blue, 0.22), lighter(blue, 0.06), darker(blue, 0.18)))
    _grid(canvas, scene)
    _frame(canvas, scene)
    _dimensions(canvas, scene)
    floor, reach = scene.shadow, scene.spread * 1.25
    canvas.path(polyline((floor - reach, floor + reach)), stroke=_LINE, stroke_width=scene.line * 0.8)
    strokes = (floor - reach + reach * k / 12 for k in range(25))
    slant = complex(-0.6, 1) * scene.unit * 0.016
    hatching = "".join(polyline((point, point + slant)) for point in strokes)
    canvas.path(hatching, stroke=_LINE, stroke_width=scene.line * 0.4, stroke_opacity=0.7)


def paint_figure(canvas: Canvas, scene: Scene) -> None:
    blue = _blue(scene)
    line = scene.line
    for volume in scene.volumes:
        if volume.kind == "ball":
            continue
        # Opaque, or the lines of what lies behind would cross those of what lies before.
        canvas.path(
            volume.path, fill=lighter(blue, 0.12), stroke=_LINE, stroke_width=line * 0.95, stroke_linejoin="round"
        )  # fmt: skip
        if volume.kind == "limb":
            _axis(canvas, volume.start, volume.end, line)
        for share in (0.28, 0.72) if volume.kind in ("limb", "trunk") else ():
            canvas.path(
                open_curve(volume.between(share)), fill="none", stroke=_LINE, stroke_width=line * 0.3,
                stroke_opacity=0.45,
            )  # fmt: skip
        if volume.kind == "head":
            for curve in face_curves(scene):
                canvas.path(open_curve(curve), fill="none", stroke=_LINE, stroke_width=line * 0.5, stroke_opacity=0.8)
    for volume in scene.volumes:
        if volume.kind == "ball":
            _joint(canvas, (volume.start + volume.end) / 2, volume.radius, line)


def _blue(scene: Scene) -> str:
    """Return the sheet's blue: no two sheets take the light alike."""
    return blend(scene.pick(_BLUES), "#1b5fa8", 0.3 * scene.dice("exposure").random())


def _axis(canvas: Canvas, start: complex, end: complex, line: float) -> None:
    beyond = unit(end - start) * line * 4
    canvas.path(
        polyline((start - beyond, end + beyond)),
        stroke=_LINE,
        stroke_width=line * 0.45,
        stroke_dasharray=f"{line * 6:.2f} {line * 2:.2f} {line * 1.2:.2f} {line * 2:.2f}",
        stroke_opacity=0.8,
    )


def _joint(canvas: Canvas, centre: complex, radius: float, line: float) -> None:
    """Draw a circle with a cross through it."""
    canvas.circle(centre, radius * 0.62, fill="none", stroke=_LINE, stroke_width=line * 0.6)
    canvas.circle(centre, line * 0.8, fill=_LINE)
    for direction in (1 + 0j, 1j):
        reach = direction * radius * 0.95
        canvas.path(polyline((centre - reach, centre + reach)), stroke=_LINE, stroke_width=line * 0.35)


def _grid(canvas: Canvas, scene: Scene) -> None:
    """Draw the squares as whole pixels of one colour: soft lines across the picture cost as much as the figure."""
    width, height, blue = scene.width, scene.height, _blue(scene)
    cells = scene.pick(_CELLS)
    cell = max(width, height) / cells
    for step, share in ((1, 0.13), (4, 0.26)):
        sharp: Attributes = {"fill": blend(blue, _LINE, share), "shape_rendering": "crispEdges"}
        for k in range(0, cells + 1, step):
            canvas.rect(round(k * cell), 0, 1, height, **sharp)
            canvas.rect(0, round(k * cell), width, 1, **sharp)


def _frame(canvas: Canvas, scene: Scene) -> None:
    """Draw the border of a drawing sheet and its empty title block."""
    width, height = scene.width, scene.height
    size = min(width, height)
    inset, block = size * 0.03, complex(size * 0.24, size * 0.07)
    thin: Attributes = {"fill": "none", "stroke": _LINE, "stroke_opacity": 0.75}
    canvas.rect(inset, inset, width - 2 * inset, height - 2 * inset, stroke_width=size * 0.003, **thin)
    left, top = width - inset - block.real, height - inset - block.imag
    canvas.rect(left, top, block.real, block.imag, stroke_width=size * 0.0025, **thin)
    cuts = (
        (complex(left, top + block.imag / 2), complex(left + block.real, top + block.imag / 2)),
        (complex(left + block.real * 0.6, top), complex(left + block.real * 0.6, top + block.imag)),
    )
    for cut in cuts:
        canvas.path(polyline(cut), stroke_width=size * 0.0015, **thin)


def _dimensions(canvas: Canvas, scene: Scene) -> None:
    """Draw how high and how wide the figure is: lines with arrows between marks."""
    points = [point for volume in scene.volumes for point in volume.outline]
    left, right = min(p.real for p in points), max(p.real for p in points)
    top, bottom = min(p.imag for p in points), max(p.imag for p in points)
    gap = min(scene.width, scene.height) * 0.035
    # The height stands on the side that the light comes from, where a drawing board's lamp is.
    beside = left - gap if scene.light.real < 0 else right + gap
    _measure(canvas, scene, complex(beside, top), complex(beside, bottom))
    _measure(canvas, scene, complex(left, top - gap), complex(right, top - gap))


def _measure(canvas: Canvas, scene: Scene, start: complex, end: complex) -> None:
    along, line = unit(end - start), scene.line
    mark, tip = along * 1j * line * 3, line * 3.2
    data = [polyline((start, end)), polyline((start - mark, start + mark)), polyline((end - mark, end + mark))]
    for point, inwards in ((start, along), (end, -along)):
        barb = inwards * tip, inwards * 1j * tip * 0.32
        data.append(polyline((point + barb[0] + barb[1], point, point + barb[0] - barb[1])))
    canvas.path("".join(data), fill="none", stroke=_LINE, stroke_width=line * 0.5, stroke_opacity=0.75)
