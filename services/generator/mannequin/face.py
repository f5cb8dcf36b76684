"""The two curves that say where a head looks, as on a sculptor's egg: the middle of the face, the line of the eyes."""

from services.generator.mannequin.plane import dot, unit
from services.generator.mannequin.proportions import HEAD_HALF_HEIGHT, HEAD_HALF_WIDTH
from services.generator.mannequin.scene import Scene


def face_curves(scene: Scene) -> list[list[complex]]:
    """Return the middle line and the eye line as points in pixels; none of a head that is seen from behind."""
    body = scene.body
    if body.gaze is None:
        return []
    centre = body.points["head"]
    up = unit(centre - body.points["neck"], -body.down)
    half_height, half_width = HEAD_HALF_HEIGHT * body.height * 0.86, HEAD_HALF_WIDTH * body.height * 0.86
    look = max(-0.75, min(0.75, dot(body.gaze, up * 1j) / (0.055 * body.height)))
    rise = max(-0.45, min(0.45, (dot(body.gaze, up) + 0.018 * body.height) / (0.06 * body.height)))
    middle = [_on_egg(centre, up, half_height, half_width, look, at) for at in (0.55, 0.2, -0.2, -0.6, -0.9)]
    eyes = [
        centre + up * complex(half_height * rise * (1 - at * at * 0.5), half_width * max(-0.9, min(0.9, look + at)))
        for at in (-0.85, -0.4, 0.0, 0.4, 0.85)
    ]
    return [[scene.place(point) for point in line] for line in (middle, eyes)]


def _on_egg(centre: complex, up: complex, half_height: float, half_width: float, look: float, at: float) -> complex:
    return centre + up * complex(half_height * at, half_width * look * (1 - at * at) ** 0.5)
