"""The figure on a card: the mannequin in a team's uniform, with bat, ball and glove. SVG out; no text in it."""

import cmath
import math
from dataclasses import replace

from services.generator.cardart.colours import TeamColours
from services.generator.cardart.stances import Stance
from services.generator.mannequin.canvas import Canvas, darker
from services.generator.mannequin.plane import closed_curve, mix, number, open_curve, polyline, unit
from services.generator.mannequin.scene import Scene, make_scene
from services.generator.mannequin.shading import paint_shadow, shaded
from services.generator.mannequin.volumes import Volume

FLANNEL = "#f2eee3"
LEATHER = "#8a4f2a"
ASH = "#d9b382"
WOOD = "#d2a679"  # The figure itself is a mannequin's.
BLACK = "#1d1b1f"
LIGHT = complex(-0.55, -0.835)  # From the upper left, as all else on the card.

_DRAWN_AT = 1000.0  # px; the size of the scene, scaled down afterwards
_BELT = 0.73  # of the way from the shoulders to the hips


def player_figure(stance: Stance, colours: TeamColours, *, height: float, left_handed: bool) -> str:
    """Return a group whose origin is the middle of the figure on the floor; `height` is a standing man's, in pixels."""
    scene = make_scene(stance.skeleton, seed="card", width=_DRAWN_AT, height=_DRAWN_AT, jointed=False, background=False)
    scene = replace(scene, light=LIGHT)
    canvas = Canvas("figure")
    paint_shadow(canvas, scene, "#000000", 0.75)
    _paint_player(canvas, scene, stance, colours)
    scale = height / scene.unit
    across = -scale if left_handed else scale
    origin = f"translate({number(-scene.shadow.real)} {number(-scene.shadow.imag)})"
    return f'<g transform="scale({across:.4f} {scale:.4f}) {origin}">{canvas.text()}</g>'


def _paint_player(canvas: Canvas, scene: Scene, stance: Stance, colours: TeamColours) -> None:
    """Paint from back to front; hands last, for they close around what they hold."""
    hands = [volume for volume in scene.volumes if volume.kind == "hand"]
    for volume in scene.volumes:
        if volume.kind == "hand":
            continue
        _paint_volume(canvas, scene, volume, colours)
        if volume.kind == "head":
            _paint_cap(canvas, scene, volume, colours)
    if stance.bat is not None:
        _paint_bat(canvas, scene, stance.bat)
    for volume in hands:
        canvas.path(volume.path, fill=shaded(canvas, scene, volume, WOOD), **_seam(scene, WOOD))
    if stance.glove:
        _paint_glove(canvas, scene, _beyond(scene, stance.glove, 0.05))
    if stance.ball:
        _paint_ball(canvas, scene, _beyond(scene, stance.ball, 0.098))
    if stance.flying:
        _paint_ball(canvas, scene, _grip(scene) + stance.flying * scene.unit)


def _paint_volume(canvas: Canvas, scene: Scene, volume: Volume, colours: TeamColours) -> None:
    colour = _cloth(volume, colours)
    canvas.path(volume.path, fill=shaded(canvas, scene, volume, colour, 0.18, 0.4), **_seam(scene, colour))
    if volume.name == "trunk":
        _paint_jersey(canvas, scene, volume, colours)
    elif volume.name.endswith("upper_arm"):
        _paint_band(canvas, scene, volume, 0.74, colours.cloth, 0.012)
    elif volume.name.endswith("shin"):
        _paint_band(canvas, scene, volume, 0.16, colours.trim, 0.014)


def _cloth(volume: Volume, colours: TeamColours) -> str:
    if volume.kind == "foot":
        return BLACK
    if volume.kind in ("head", "neck") or volume.name.endswith("forearm"):
        return WOOD
    return colours.cloth if volume.name.endswith("shin") else FLANNEL


def _paint_jersey(canvas: Canvas, scene: Scene, trunk: Volume, colours: TeamColours) -> None:
    """The placket down the front, and the belt."""
    front = trunk.between(0.5)
    canvas.path(open_curve(front[1:6]), fill="none", stroke=colours.cloth, stroke_width=scene.unit * 0.006)
    _paint_band(canvas, scene, trunk, _BELT, BLACK, 0.02)
    buckle = mix(*_across(trunk, _BELT), 0.5)
    canvas.ellipse(buckle, scene.unit * 0.01, scene.unit * 0.009, fill=colours.trim)


def _paint_band(canvas: Canvas, scene: Scene, volume: Volume, at: float, colour: str, breadth: float) -> None:
    """A band around a volume, `at` of the way along it."""
    left, right = _across(volume, at)
    sag = unit(volume.end - volume.start) * scene.unit * 0.006
    curve = open_curve([left, mix(left, right, 0.5) + sag, right])
    canvas.path(curve, fill="none", stroke=colour, stroke_width=scene.unit * breadth)


def _across(volume: Volume, at: float) -> tuple[complex, complex]:
    """The two sides of a volume `at` of the way along it."""
    place = at * (len(volume.left) - 1)
    low, share = int(place), place - int(place)
    left, right = (mix(side[low], side[low + 1], share) for side in (volume.left, volume.right))
    return left, right


def _paint_cap(canvas: Canvas, scene: Scene, head: Volume, colours: TeamColours) -> None:
    """A cap over the upper half of the head, its peak where the player looks: to the right."""
    up = unit(head.start - head.end)
    centre, rise = (head.start + head.end) / 2, abs(head.start - head.end) / 2
    half = head.radius
    front = up * 1j
    dome = [
        centre + up * rise * (0.22 + 0.9 * height) + front * half * 1.08 * across
        for across, height in (
            (-1.02, 0.0),
            (-0.9, 0.42),
            (-0.52, 0.82),
            (0.0, 0.98),
            (0.52, 0.84),
            (0.9, 0.44),
            (1.0, 0.06),
        )
    ]
    brow, back = dome[-1], dome[0]
    peak = brow + front * half * 0.92 - up * rise * 0.1
    seam = _seam(scene, colours.cloth)
    fill = shaded(canvas, scene, head, colours.cloth, 0.34, 0.45)
    band = f"{open_curve(dome)}L{_point(mix(brow, back, 0.5) - up * rise * 0.1)}Z"
    canvas.path(band, fill=fill, **seam)
    lip = [brow + up * rise * 0.12 - front * half * 0.3, brow + up * rise * 0.1 + front * half * 0.3, peak]
    under = [peak - up * rise * 0.07, brow - up * rise * 0.12 - front * half * 0.25]
    canvas.path(
        polyline([*lip, *under], closed=True), fill=colours.trim, stroke_linejoin="round", **_seam(scene, colours.trim)
    )
    canvas.ellipse(centre + up * rise * 1.12, half * 0.12, half * 0.1, fill=colours.trim)


def _paint_bat(canvas: Canvas, scene: Scene, angle: float) -> None:
    """A bat of 34 inches, for a man of six feet."""
    along, size = cmath.exp(-1j * math.radians(angle)), scene.unit
    start = _grip(scene) - along * 0.03 * size
    stop = start + along * 0.47 * size
    radii = ((0.0, 0.012), (0.015, 0.013), (0.03, 0.0075), (0.4, 0.009), (0.62, 0.016), (0.85, 0.0205), (0.97, 0.02))
    right = [mix(start, stop, at) + along * 1j * radius * size for at, radius in radii]
    left = [mix(start, stop, at) - along * 1j * radius * size for at, radius in radii]
    bat = Volume("bat", "limb", tuple(left), tuple(right), (start, stop), start, stop, 0.02 * size, 0.0)
    canvas.path(bat.path, fill=shaded(canvas, scene, bat, ASH, 0.35, 0.4), **_seam(scene, ASH))


def _paint_glove(canvas: Canvas, scene: Scene, centre: complex) -> None:
    """A mitt: a round pocket with a thumb, and the lines of its fingers."""
    size = scene.unit * 0.062
    outline = [
        centre + size * complex(x, y)
        for x, y in ((-0.9, 0.35), (-1.0, -0.3), (-0.62, -0.85), (-0.2, -0.55), (0.1, -1.1), (0.75, -1.0), (1.05, -0.3),
                     (0.85, 0.55), (0.25, 0.95), (-0.45, 0.85))
    ]  # fmt: skip
    mitt = Volume("mitt", "ball", (), (), None, centre - 1j * size, centre + 1j * size, size, 0.0)
    canvas.path(closed_curve(outline), fill=shaded(canvas, scene, mitt, LEATHER, 0.3, 0.5), **_seam(scene, LEATHER))
    for x in (0.1, 0.42, 0.72):
        fingers = [centre + size * complex(x, -0.85), centre + size * complex(x * 0.9, -0.15)]
        canvas.path(polyline(fingers), fill="none", stroke=darker(LEATHER, 0.45), stroke_width=scene.line * 0.8)


def _paint_ball(canvas: Canvas, scene: Scene, centre: complex) -> None:
    size = scene.unit * 0.026
    ball = Volume("baseball", "ball", (), (), None, centre - 1j * size, centre + 1j * size, size, 0.0)
    canvas.circle(centre, size, fill=shaded(canvas, scene, ball, "#f7f4ec", 0.5, 0.35), **_seam(scene, FLANNEL))
    for side in (-1, 1):
        stitches = [centre + size * complex(side * x, y) for x, y in ((0.85, -0.55), (0.4, 0.0), (0.85, 0.55))]
        canvas.path(open_curve(stitches), fill="none", stroke="#c0392b", stroke_width=scene.line * 0.6)


def _beyond(scene: Scene, side: str, share: float) -> complex:
    """The point that lies beyond a wrist along its forearm, by a share of the standing height."""
    elbow, wrist = (scene.place(scene.body.points[f"{side}_{joint}"]) for joint in ("elbow", "wrist"))
    return wrist + unit(wrist - elbow) * share * scene.unit


def _grip(scene: Scene) -> complex:
    """Where both hands close."""
    return mix(_beyond(scene, "left", 0.04), _beyond(scene, "right", 0.04), 0.5)


def _point(point: complex) -> str:
    return f"{number(point.real)} {number(point.imag)}"


def _seam(scene: Scene, colour: str) -> dict[str, str | float]:
    return {"stroke": darker(colour, 0.6), "stroke_width": scene.line * 0.55, "stroke_opacity": 0.6}
