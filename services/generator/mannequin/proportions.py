"""The proportions of the figure, as shares of its standing height: a man of eight heads, as drawing schools teach him.

Lengths run from joint to joint; radii are half of a part's breadth.
"""

from collections.abc import Mapping

TRUNK = 0.295  # From the middle of the shoulders to the middle of the hips.
SHOULDERS = 0.2
HIPS = 0.11
HEAD_RISE = 0.12  # From the middle of the shoulders to the middle of the head.
HEAD_HALF_HEIGHT = 0.067
HEAD_HALF_WIDTH = 0.048
HEAD_HALF_DEPTH = 0.056
HAND = 0.088
FOOT = 0.125
SOLE = 0.035  # From an ankle down to the floor.

BONES: Mapping[tuple[str, str], float] = {
    ("shoulder", "elbow"): 0.172,
    ("elbow", "wrist"): 0.148,
    ("hip", "knee"): 0.245,
    ("knee", "ankle"): 0.238,
}

# Radii at equal steps along a part.
UPPER_ARM = (0.031, 0.034, 0.031, 0.027, 0.024)
FOREARM = (0.024, 0.029, 0.027, 0.021, 0.017)
HAND_RADII = (0.016, 0.023, 0.024, 0.020, 0.012)
THUMB = (0.009, 0.010, 0.008)
THIGH = (0.052, 0.056, 0.050, 0.042, 0.034)
SHIN = (0.032, 0.039, 0.036, 0.026, 0.020)
FOOT_RADII = (0.022, 0.024, 0.024, 0.021, 0.013)
NECK = (0.032, 0.029, 0.030)
