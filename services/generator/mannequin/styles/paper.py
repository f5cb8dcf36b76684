"""Paper: a person cut from coloured sheets, one laid on the other, before paper hills."""

from services.generator.mannequin.canvas import Canvas, darker, lighter
from services.generator.mannequin.plane import closed_curve, dot, number, open_curve, pair, unit
from services.generator.mannequin.proportions import HEAD_HALF_HEIGHT, HEAD_HALF_WIDTH
from services.generator.mannequin.scene import Scene
from services.generator.mannequin.volumes import Volume

# Sky, sun, three hills from far to near; skin, hair, shirt, trousers, shoes.
_SHEETS = (
    ("#f7d9b4", "#f2785c", "#e9b384", "#8fb59a", "#4f8a83", "#c98d6b", "#3a2a2d", "#f4efe4", "#2f4a63", "#b8402f"),
    ("#bfe0e2", "#ffd166", "#9ccbb3", "#6aa886", "#3f7f6b", "#8a5a44", "#241c20", "#ef6f53", "#f3ead8", "#2b3c4f"),
    ("#d9d2ee", "#fff0b8", "#b3a5d6", "#8477b8", "#564d8c", "#efc3a2", "#7a3f2a", "#ffd166", "#37335c", "#ef6f6c"),
    ("#fbe7c6", "#ffb085", "#f0c38e", "#e58f65", "#a9573f", "#5e4034", "#1b1517", "#3c8d93", "#f7efe0", "#31343d"),
)
_CLOTHES = {"trunk": 7, "upper_arm": 7, "thigh": 8, "shin": 8, "foot": 9, "hand": 5, "thumb": 5, "forearm": 5}


def paint_background(canvas: Canvas, scene: Scene) -> None:
    sky, sun, *hills = scene.pick(_SHEETS)[:5]
    width, height = scene.width, scene.height
    canvas.rect(0, 0, width, height, fill=sky)
    dice = scene.dice("hills")
    centre = complex(width * (0.5 + 0.5 * scene.light.real), height * (0.2 + 0.08 * dice.random()))
    _lay(canvas, scene, _disc(centre, min(width, height) * 0.13), sun)
    floor = scene.shadow.imag
    crests = (floor - 0.3 * height, floor - 0.15 * height, floor - 0.03 * height)
    for crest, colour in zip(crests, hills, strict=True):
        points = [complex(width * (k / 5 - 0.1), crest - 0.07 * height * dice.random()) for k in range(7)]
        corners = [complex(width * 1.3, height * 1.2), complex(-width * 0.3, height * 1.2)]
        crest_line = open_curve(points)
        for share, opacity in ((5.0, 0.05), (2.5, 0.09)):
            # The shadow of a crest is a stroke along it: a moved copy of the whole sheet costs twenty times as much.
            wide = min(width, height) * 0.007 * share
            canvas.path(crest_line, fill="none", stroke="#1a1020", stroke_width=wide, stroke_opacity=opacity)
        canvas.path(f"{crest_line}L{pair(corners[0])}L{pair(corners[1])}Z", fill=colour)
    across = scene.spread * 1.05
    canvas.ellipse(scene.shadow, across, across * 0.1, fill=darker(hills[2], 0.35), fill_opacity=0.55)


def paint_figure(canvas: Canvas, scene: Scene) -> None:
    sheets = scene.pick(_SHEETS)
    for volume in scene.volumes:
        part = volume.name.removeprefix("left_").removeprefix("right_")
        colour = sheets[_CLOTHES.get(part, 5)]
        if volume.depth < -0.05 * scene.unit:
            colour = darker(colour, 0.14)
        _lay(canvas, scene, volume.path, colour)
        if part == "head":
            _hair(canvas, scene, volume, sheets[6])


def _lay(canvas: Canvas, scene: Scene, path: str, colour: str) -> None:
    """Lay a sheet: its shadow on what lies below, itself, and the light on its cut edge."""
    size = min(scene.width, scene.height) * 0.007
    for share, opacity in ((1.5, 0.10), (0.8, 0.16)):
        drop = -scene.light * size * share
        moved = f"translate({number(drop.real)} {number(drop.imag)})"
        canvas.path(path, fill="#1a1020", fill_opacity=opacity, transform=moved)
    canvas.path(path, fill=colour, stroke=lighter(colour, 0.35), stroke_width=size * 0.16, stroke_opacity=0.9)


def _hair(canvas: Canvas, scene: Scene, head: Volume, colour: str) -> None:
    """Cut the hair: a cap that leaves the face free, or covers the head of one who is seen from behind."""
    body = scene.body
    centre, up = (head.start + head.end) / 2, unit(head.start - head.end)
    high = HEAD_HALF_HEIGHT * scene.unit * 1.06
    wide = HEAD_HALF_WIDTH * scene.unit * 1.1
    if body.gaze is None:
        back = [(0.98, 0), (0.62, 0.92), (-0.1, 1.02), (-0.6, 0.6), (-0.6, -0.6), (-0.1, -1.02), (0.62, -0.92)]
        outline = back
    else:
        look = max(-1.0, min(1.0, dot(body.gaze, up * 1j) / (0.05 * body.height)))
        front, rear = 0.95 + 0.1 * abs(look), -1.0 - 0.12 * abs(look)
        sign = 1 if look >= 0 else -1
        low = -0.1 - 0.35 * abs(look)
        # From the brow over the crown to the nape, and back along the hair line.
        outline = [(0.42, front * sign), (0.86, 0.62 * sign), (1.02, 0), (0.8, -0.75 * sign), (0.3, rear * sign)]
        outline += [(low, rear * sign), (0.05, -0.72 * sign * (1 - 0.2 * abs(look))), (0.42, -0.2 * sign)]
    points = [centre + up * complex(rise * high, side * wide) for rise, side in outline]
    _lay(canvas, scene, closed_curve(points), colour)


def _disc(centre: complex, radius: float) -> str:
    return closed_curve(
        [
            centre + radius * step
            for step in (1, 0.7071 + 0.7071j, 1j, -0.7071 + 0.7071j, -1, -0.7071 - 0.7071j, -1j, 0.7071 - 0.7071j)
        ]
    )
