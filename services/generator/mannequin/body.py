"""A body understood from a flat skeleton: how tall, which way it is turned, what lies in front, and where the joints
are that nobody saw. Units are the skeleton's; depth grows towards the viewer.
"""

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass

from services.generator.mannequin.plane import cross, dot, middle, turned, unit
from services.generator.mannequin.proportions import BONES, HEAD_RISE, HIPS, SHOULDERS, TRUNK
from services.generator.skeleton import Skeleton, Visibility

SIDES = ("left", "right")
CHAINS = (("shoulder", "elbow", "wrist"), ("hip", "knee", "ankle"))
FACE = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")

# A projection only shortens, and points are annotated roughly: the height that a tall share of the bones agree on.
HEIGHT_QUANTILE = 0.7
BEHIND = -0.16  # The depth, as a share of the height, of a joint that something hides.

Points = dict[str, complex]


@dataclass(frozen=True, slots=True)
class Body:
    """A whole body in the plane.

    `points` has every limb joint, `neck` (middle of the shoulders), `pelvis` (middle of the hips) and `head` (its
    middle). `down` and `across` are the trunk's axes: across points to the right of one who stands upright. `turn` is
    -1 for one who looks along -`across`, 1 along it, 0 to or from the viewer. `gaze` is where the nose is from the
    middle of the head; none of one who is seen from behind.
    """

    points: Mapping[str, complex]
    depth: Mapping[str, float]
    height: float
    down: complex
    across: complex
    turn: float
    from_behind: bool
    gaze: complex | None
    ground: float | None


def read_body(skeleton: Skeleton) -> Body:
    """Return the body of a skeleton; what is missing of it is guessed."""
    pose = skeleton.to_openpose()
    known: Points = {name: complex(joint.x, joint.y) for name, joint in pose.items() if joint.known}
    hidden = {name for name, joint in pose.items() if joint.visibility is not Visibility.VISIBLE}
    height = _height(known)
    points = _with_trunk(known, height)
    down = unit(points["pelvis"] - points["neck"])
    across = down * -1j
    from_behind = _from_behind(points, known, hidden, across)
    turn = _turn(points, known, hidden, height, across, from_behind)
    _add_limbs(points, height, down, turn)
    points["head"] = _head(points, known, height, down)
    gaze = None if "nose" not in known or ("nose" in hidden and from_behind) else known["nose"] - points["head"]
    depth = _Depth(points, hidden, height, turn, from_behind, across).of_joints()
    return Body(points, depth, height, down, across, turn, from_behind, gaze, pose.ground)


def _height(known: Points) -> float:
    """Return the standing height that the known bones speak for."""
    heights = [
        abs(known[f"{side}_{start}"] - known[f"{side}_{end}"]) / share
        for (start, end), share in BONES.items()
        for side in SIDES
        if f"{side}_{start}" in known and f"{side}_{end}" in known
    ]
    for names, share in ((("shoulder", "shoulder"), SHOULDERS), (("shoulder", "hip"), TRUNK)):
        ends = [known.get(f"{side}_{name}") for side, name in zip(SIDES, names, strict=True)]
        if ends[0] is not None and ends[1] is not None:
            heights.append(
                abs(ends[0] - ends[1]) / (share if names[0] == names[1] else math.hypot(share, (SHOULDERS + HIPS) / 2))
            )
    if "nose" in known and "neck" in known:
        heights.append(abs(known["nose"] - known["neck"]) / HEAD_RISE)
    heights.sort()
    # Without one bone the pose is a few points of its unit square.
    return max(heights[int(len(heights) * HEIGHT_QUANTILE)], 0.3) if heights else 1.0


def _with_trunk(known: Points, height: float) -> Points:
    """Return the points with both shoulders, both hips, neck and pelvis."""
    points = {name: point for name, point in known.items() if name not in FACE}
    _complete_pair(points, "shoulder", known.get("neck"), SHOULDERS * height * 0.5)
    points["neck"] = (points["left_shoulder"] + points["right_shoulder"]) / 2
    if "left_hip" not in points and "right_hip" not in points:
        face = [known[name] for name in FACE if name in known]
        down = unit(points["neck"] - middle(face)) if face else 1j
        spread = (points["left_shoulder"] - points["right_shoulder"]) * (HIPS / SHOULDERS / 2)
        points["left_hip"] = points["neck"] + down * TRUNK * height + spread
        points["right_hip"] = points["left_hip"] - 2 * spread
    _complete_pair(points, "hip", None, HIPS * height * 0.5)
    points["pelvis"] = (points["left_hip"] + points["right_hip"]) / 2
    return points


def _complete_pair(points: Points, name: str, centre: complex | None, breadth: float) -> None:
    """Guess the one of two that is missing: the mirror image about the centre, or a step along the other pair."""
    left, right = f"left_{name}", f"right_{name}"
    other = "hip" if name == "shoulder" else "shoulder"
    step = points.get(f"left_{other}", 0j) - points.get(f"right_{other}", 0j)
    if not (f"left_{other}" in points and f"right_{other}" in points):
        step = complex(breadth)
    step = unit(step) * min(abs(step), breadth)
    if left not in points:
        points[left] = 2 * centre - points[right] if centre is not None else points[right] + step
    if right not in points:
        points[right] = 2 * centre - points[left] if centre is not None else points[left] - step


def _from_behind(points: Points, known: Points, hidden: set[str], across: complex) -> bool:
    """Whether the back is seen: the right shoulder and hip lie to the right, and no face speaks against it."""
    breadth = sum(dot(points[f"left_{pair}"] - points[f"right_{pair}"], across) for pair in ("shoulder", "hip"))
    seen = [name in known and name not in hidden for name in ("nose", "left_eye", "right_eye")]
    # A face that is wholly seen needs a head turned back: rarer than a trunk turned by its arms.
    return breadth < 0 and not all(seen)


def _turn(points: Points, known: Points, hidden: set[str], height: float, across: complex, from_behind: bool) -> float:
    """Return how far the body is turned to the side: its narrowness, signed by its face or else by its knees."""
    shoulders = abs(dot(points["left_shoulder"] - points["right_shoulder"], across)) / (SHOULDERS * height)
    hips = abs(dot(points["left_hip"] - points["right_hip"], across)) / (HIPS * height)
    narrow = math.sqrt(max(0.0, 1 - min(1.0, 0.75 * shoulders + 0.25 * min(hips, 1.2)) ** 2))
    sideways = _look(known, across) / height
    if abs(sideways) < 0.012:
        bends = [_bend(points, side) for side in SIDES]
        sideways = -sum(bends) if any(bends) else _hidden_side(hidden)
    return math.copysign(narrow, sideways) if sideways else 0.0


def _look(known: Points, across: complex) -> float:
    """Return how far the nose points along `across`, seen from the ears, the eyes or the neck."""
    if "nose" not in known:
        return 0.0
    for names in (("left_ear", "right_ear"), ("left_eye", "right_eye"), ("neck",)):
        points = [known[name] for name in names if name in known]
        if points:
            return dot(known["nose"] - middle(points), across)
    return 0.0


def _bend(points: Points, side: str) -> float:
    """Return which way the knee bends: a shin can only go backwards."""
    if f"{side}_knee" not in points or f"{side}_ankle" not in points:
        return 0.0
    knee = points[f"{side}_knee"]
    return -cross(unit(knee - points[f"{side}_hip"]), unit(points[f"{side}_ankle"] - knee))


def _hidden_side(hidden: set[str]) -> float:
    """Return 1 where the left side is the hidden one, which is that of one who looks to the right."""
    joints = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
    left, right = (sum(f"{side}_{joint}" in hidden for joint in joints) for side in SIDES)
    return float((left > right) - (left < right))


def _add_limbs(points: Points, height: float, down: complex, turn: float) -> None:
    """Guess elbows, wrists, knees and ankles: as the other side's, else on along the limb, else hanging."""
    for chain in CHAINS:
        for side, other in (SIDES, SIDES[::-1]):
            outward = 1 if dot(points[f"{side}_hip"] - points[f"{other}_hip"], down * -1j) > 0 else -1
            direction = turned(down, -8 * outward * (1 - abs(turn)))
            for start, end in itertools.pairwise(chain):
                bone = _mirrored(points, other, (start, end), down, turn)
                if f"{side}_{end}" in points:
                    direction = unit(points[f"{side}_{end}"] - points[f"{side}_{start}"])
                    continue
                step = bone if bone is not None else direction * BONES[start, end] * height
                points[f"{side}_{end}"] = points[f"{side}_{start}"] + step
                direction = unit(step)


def _mirrored(points: Points, other: str, bone: tuple[str, str], down: complex, turn: float) -> complex | None:
    """Return the other side's bone: mirrored at the trunk of one who is seen from the front, else almost the same."""
    start, end = (points.get(f"{other}_{joint}") for joint in bone)
    if start is None or end is None:
        return None
    vector = end - start
    if abs(turn) > 0.7:
        return turned(vector, 9)
    return (vector / down).conjugate() * down


def _head(points: Points, known: Points, height: float, down: complex) -> complex:
    """Return the middle of the head: above the neck towards the face, at a distance that a neck allows."""
    ears = [known[name] for name in ("left_ear", "right_ear") if name in known]
    face = [known[name] for name in FACE if name in known]
    if not face:
        return points["neck"] - down * HEAD_RISE * height
    seen = middle(ears) if len(ears) == 2 else middle([middle(face), *ears])
    rise = seen - points["neck"]
    reach = min(max(abs(rise), 0.085 * height), 1.15 * HEAD_RISE * height)
    return points["neck"] + unit(rise, -down) * reach


class _Depth:
    """How near every joint is, guessed from foreshortening, what hides what, and which side is the nearer one."""

    def __init__(
        self, points: Points, hidden: set[str], height: float, turn: float, from_behind: bool, across: complex
    ) -> None:
        self._points = points
        self._hidden = hidden
        self._height = height
        self._turn = turn
        self._forwards = -1.0 if from_behind else 1.0
        self._across = across

    def of_joints(self) -> dict[str, float]:
        depth: dict[str, float] = {}
        for side in SIDES:
            # Who looks to the right shows the right side.
            near = self._turn * (1 if side == "right" else -1)
            for chain in CHAINS:
                self._follow(depth, side, chain, near * 0.09 * self._height)
        return depth

    def _follow(self, depth: dict[str, float], side: str, chain: tuple[str, ...], start_depth: float) -> None:
        depth[f"{side}_{chain[0]}"] = start_depth
        for start, end in itertools.pairwise(chain):
            name = f"{side}_{end}"
            length = BONES[start, end] * self._height
            lift = max(0.0, length * 0.92 - abs(self._points[name] - self._points[f"{side}_{start}"]))
            depth[name] = depth[f"{side}_{start}"] + lift * self._direction(start_depth)
            if name in self._hidden:
                depth[name] = min(depth[name], BEHIND * self._height)
            elif chain[0] == "shoulder" and self._over_trunk(name):
                depth[name] = max(depth[name], 0.1 * self._height) if self._forwards > 0 else depth[name]

    def _direction(self, start_depth: float) -> float:
        """A shortened bone comes forwards; of one seen from the side, the near limb comes out."""
        return math.copysign(1, start_depth) if abs(self._turn) > 0.8 else self._forwards

    def _over_trunk(self, name: str) -> bool:
        neck, pelvis = self._points["neck"], self._points["pelvis"]
        from_neck = self._points[name] - neck
        along = dot(from_neck, unit(pelvis - neck)) / max(abs(pelvis - neck), 1e-9)
        return -0.4 < along < 1.1 and abs(dot(from_neck, self._across)) < 0.12 * self._height
