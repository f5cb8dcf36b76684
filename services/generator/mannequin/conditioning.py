"""The plain OpenPose picture that ControlNet is conditioned on: coloured bones and joints on black, nothing guessed.

The colours and the order of bones are those of OpenPose's COCO model as ControlNet draws them: bone k has colour k at
0.6 of its strength, joint k colour k at full strength.
"""

import math

from services.generator.mannequin.canvas import Canvas
from services.generator.mannequin.plane import number
from services.generator.mannequin.scene import Scene
from services.generator.skeleton import Skeleton

_COLOURS = (
    (255, 0, 0),
    (255, 85, 0),
    (255, 170, 0),
    (255, 255, 0),
    (170, 255, 0),
    (85, 255, 0),
    (0, 255, 0),
    (0, 255, 85),
    (0, 255, 170),
    (0, 255, 255),
    (0, 170, 255),
    (0, 85, 255),
    (0, 0, 255),
    (85, 0, 255),
    (170, 0, 255),
    (255, 0, 255),
    (255, 0, 170),
    (255, 0, 85),
)
_BONE_STRENGTH = 0.6
_RADIUS = 4 / 512  # Of joints, and half the breadth of bones, as a share of the shorter side.


def paint_conditioning(canvas: Canvas, scene: Scene, skeleton: Skeleton) -> None:
    """Paint the bones whose two joints are known, then the joints."""
    pose = skeleton.to_openpose()
    radius = _RADIUS * min(scene.width, scene.height)
    places = {name: scene.place(complex(joint.x, joint.y)) for name, joint in pose.items() if joint.known}
    for colour, (start, end) in zip(_COLOURS, pose.layout.bones, strict=False):
        if start in places and end in places:
            _bone(canvas, places[start], places[end], radius, _written(colour, _BONE_STRENGTH))
    for colour, name in zip(_COLOURS, pose.layout.joints, strict=True):
        if name in places:
            canvas.circle(places[name], radius, fill=_written(colour, 1))


def _bone(canvas: Canvas, start: complex, end: complex, radius: float, colour: str) -> None:
    span, centre = end - start, (start + end) / 2
    degrees = math.degrees(math.atan2(span.imag, span.real))
    moved = f"translate({number(centre.real)} {number(centre.imag)}) rotate({number(degrees)})"
    canvas.ellipse(0j, abs(span) / 2, radius, fill=colour, transform=moved)


def _written(colour: tuple[int, int, int], strength: float) -> str:
    return "#" + "".join(f"{int(channel * strength):02x}" for channel in colour)
