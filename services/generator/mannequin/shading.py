"""Light on volumes: gradients across a limb, around a ball, and the shadow on the floor. No blur: it is slow."""

from services.generator.mannequin.canvas import Canvas, darker, lighter
from services.generator.mannequin.plane import dot, unit
from services.generator.mannequin.scene import Scene
from services.generator.mannequin.volumes import Volume


def shaded(canvas: Canvas, scene: Scene, volume: Volume, colour: str, gloss: float = 0.3, depth: float = 0.42) -> str:
    """Return the paint that makes a flat outline a volume of that colour: `gloss` lightens, `depth` darkens."""
    if volume.kind in ("ball", "head"):
        return _ball(canvas, scene, volume, colour, gloss, depth)
    return _cylinder(canvas, scene, volume, colour, gloss, depth)


def paint_shadow(canvas: Canvas, scene: Scene, colour: str, opacity: float) -> None:
    """Paint the figure's soft shadow on the floor, fainter under one who is in the air."""
    flat = 0.14
    high = scene.shadow.imag - max(point.imag for part in scene.volumes for point in part.outline)
    strength = opacity / (1 + 3 * high / scene.unit)
    across = max(scene.spread * 0.95, 0.09 * scene.unit)
    stops = ((0.0, colour, strength), (0.35, colour, strength * 0.8), (0.7, colour, strength * 0.3), (1.0, colour, 0.0))
    fill = canvas.radial(scene.shadow, across, stops, flat)
    canvas.ellipse(scene.shadow, across, across * flat, fill=fill)


def _cylinder(canvas: Canvas, scene: Scene, volume: Volume, colour: str, gloss: float, depth: float) -> str:
    """A gradient square to the axis: brightest where it faces the light, with a little light back at the far edge."""
    side = unit(volume.end - volume.start) * 1j
    side = side if dot(side, scene.light) >= 0 else -side
    facing = dot(side, scene.light)
    centre = (volume.start + volume.end) / 2
    peak = 0.5 - 0.3 * facing
    stops = (
        (0.0, darker(colour, depth * (0.75 - 0.6 * facing)), 1.0),
        (peak, lighter(colour, gloss), 1.0),
        (0.5 + 0.14 * facing, colour, 1.0),
        (0.86, darker(colour, depth), 1.0),
        (1.0, darker(colour, depth * 0.72), 1.0),
    )
    return canvas.linear(centre + side * volume.radius, centre - side * volume.radius, stops)


def _ball(canvas: Canvas, scene: Scene, volume: Volume, colour: str, gloss: float, depth: float) -> str:
    size = abs(volume.end - volume.start) / 2
    centre = (volume.start + volume.end) / 2 + scene.light * size * 0.4
    stops = (
        (0.0, lighter(colour, gloss * 1.15), 1.0),
        (0.35, lighter(colour, gloss * 0.4), 1.0),
        (0.6, colour, 1.0),
        (0.95, darker(colour, depth), 1.0),
        (1.0, darker(colour, depth * 0.8), 1.0),
    )
    return canvas.radial(centre, size * 1.4, stops)
