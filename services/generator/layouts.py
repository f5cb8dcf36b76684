"""The layouts that skeletons come in, COCO-17 and OpenPose-18: joints in their published order, and bones."""

from collections.abc import Mapping
from dataclasses import dataclass

FACE = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")
_LIMBS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")


@dataclass(frozen=True, slots=True)
class Layout:
    """Which joints a skeleton has, in which order, and which of them a bone connects."""

    name: str
    joints: tuple[str, ...]
    bones: tuple[tuple[str, str], ...]


COCO_17 = Layout(
    "coco17",
    (*FACE, *(f"{side}_{joint}" for joint in _LIMBS for side in ("left", "right"))),
    (
        ("left_ankle", "left_knee"),
        ("left_knee", "left_hip"),
        ("right_ankle", "right_knee"),
        ("right_knee", "right_hip"),
        ("left_hip", "right_hip"),
        ("left_shoulder", "left_hip"),
        ("right_shoulder", "right_hip"),
        ("left_shoulder", "right_shoulder"),
        ("left_shoulder", "left_elbow"),
        ("right_shoulder", "right_elbow"),
        ("left_elbow", "left_wrist"),
        ("right_elbow", "right_wrist"),
        ("left_eye", "right_eye"),
        ("nose", "left_eye"),
        ("nose", "right_eye"),
        ("left_eye", "left_ear"),
        ("right_eye", "right_ear"),
        ("left_ear", "left_shoulder"),
        ("right_ear", "right_shoulder"),
    ),
)

# The bones in the order of OpenPose's colours, without its two from ears to shoulders, which no one draws.
OPENPOSE_18 = Layout(
    "openpose18",
    (
        "nose",
        "neck",
        *(f"right_{joint}" for joint in _LIMBS[:3]),
        *(f"left_{joint}" for joint in _LIMBS[:3]),
        *(f"right_{joint}" for joint in _LIMBS[3:]),
        *(f"left_{joint}" for joint in _LIMBS[3:]),
        "right_eye",
        "left_eye",
        "right_ear",
        "left_ear",
    ),
    (
        ("neck", "right_shoulder"),
        ("neck", "left_shoulder"),
        ("right_shoulder", "right_elbow"),
        ("right_elbow", "right_wrist"),
        ("left_shoulder", "left_elbow"),
        ("left_elbow", "left_wrist"),
        ("neck", "right_hip"),
        ("right_hip", "right_knee"),
        ("right_knee", "right_ankle"),
        ("neck", "left_hip"),
        ("left_hip", "left_knee"),
        ("left_knee", "left_ankle"),
        ("neck", "nose"),
        ("nose", "right_eye"),
        ("right_eye", "right_ear"),
        ("nose", "left_eye"),
        ("left_eye", "left_ear"),
    ),
)

LAYOUTS: Mapping[str, Layout] = {layout.name: layout for layout in (COCO_17, OPENPOSE_18)}
