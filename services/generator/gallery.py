"""The built-in gallery: poses of the project's own making, each with a name and tags, in a fixed order."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from services.generator.posture import Bone, Posture, Reach
from services.generator.skeleton import Skeleton


@dataclass(frozen=True, slots=True)
class GalleryPose:
    """A pose to choose: `name` is its key, `title` is for a person, `tags` are further words it is found by."""

    name: str
    title: str
    tags: tuple[str, ...]
    posture: Posture

    @property
    def skeleton(self) -> Skeleton:
        """The pose's joints."""
        return _skeleton(self.name)


def gallery() -> tuple[GalleryPose, ...]:
    """Return every pose, in the order to show them in."""
    return _POSES


def by_name() -> Mapping[str, GalleryPose]:
    """Return the poses by name."""
    return _BY_NAME


@functools.cache
def _skeleton(name: str) -> Skeleton:
    return _BY_NAME[name].posture.skeleton()


_EVERYDAY = (
    GalleryPose(
        "standing", "Standing", ("stand", "upright", "still", "neutral", "front"),
        Posture((-9, -4), (9, 4), (-4, -3), (4, 3)),
    ),
    GalleryPose(
        "hands-on-hips", "Hands on hips", ("akimbo", "confident", "waiting", "relaxed", "front"),
        Posture(Reach(-0.135, 0.245, 1), Reach(0.13, 0.245, -1), (-9, -7), (12, 4), trunk=181, hips=-6, shoulders=4),
    ),
    GalleryPose(
        "walking", "Walking", ("walk", "stroll", "stride", "going", "side"),
        Posture((-24, -4), (26, 44), (25, 16), (-14, -38), trunk=177, turn=82),
    ),
    GalleryPose(
        "running", "Running", ("run", "sprint", "jog", "race", "sport", "side"),
        Posture((-62, 22), (42, 128), (72, -22), (-22, -98), trunk=166, turn=84, lift=0.05),
    ),
    GalleryPose(
        "jumping", "Star jump", ("jump", "leap", "joy", "air", "star", "front"),
        Posture((-135, -146), (135, 146), (-33, -28), (33, 28), lift=0.2),
    ),
    GalleryPose(
        "leaping", "Leaping", ("leap", "jump", "air", "ballet", "split", "side"),
        Posture((-112, -104), (128, 116), (84, 78), (-86, -98), trunk=172, turn=70, lift=0.3),
    ),
    GalleryPose(
        "sitting", "Sitting", ("sit", "seated", "chair", "rest", "side"),
        Posture((14, 66), (24, 74), (82, 2), (88, -5), trunk=184, turn=84),
    ),
    GalleryPose(
        "cross-legged", "Sitting cross-legged", ("sit", "seated", "floor", "meditation", "lotus", "calm", "front"),
        Posture((-24, -12), (24, 12), (Bone(-72, 0.86), Bone(82, 0.92)), (Bone(72, 0.86), Bone(-82, 0.92))),
    ),
    GalleryPose(
        "lying", "Lying down", ("lie", "rest", "sleep", "back", "floor", "relax"),
        Posture((80, 90), (74, 92), (137, 32), (91, 90), trunk=-91, turn=88, head=-97, look=80),
    ),
    GalleryPose(
        "waving", "Waving", ("wave", "hello", "greeting", "goodbye", "front"),
        Posture((-118, 168), (10, 6), (-6, -3), (6, 4), trunk=179),
    ),
    GalleryPose(
        "pointing", "Pointing", ("point", "there", "direction", "show", "front"),
        Posture((-12, -8), (92, 91), (-10, -6), (13, 5), look=50),
    ),
    GalleryPose(
        "bowing", "Bowing", ("bow", "thanks", "respect", "greeting", "curtsy", "side"),
        Posture((-34, -22), (-28, -16), (-5, -4), (-2, -4), trunk=122, turn=86, head=104),
    ),
    GalleryPose(
        "thinking", "Thinking", ("think", "thinker", "thought", "ponder", "sit", "chin", "side"),
        Posture(Reach(0.096, 0.026, 1), (34, 62), (86, -4), (91, 8), trunk=142, turn=78, head=152),
    ),
    GalleryPose(
        "kneeling", "Kneeling", ("kneel", "proposal", "knee", "oath", "side"),
        Posture((18, 70), (34, 76), (-4, -88), (86, 2), trunk=181, turn=80),
    ),
    GalleryPose(
        "crawling", "Crawling", ("crawl", "creep", "baby", "floor", "side"),
        Posture((28, -12), (-6, -26), (22, -84), (-14, -88), trunk=104, turn=84, head=132),
    ),
    GalleryPose(
        "squatting", "Squatting", ("squat", "crouch", "low", "side"),
        Posture((56, 82), (66, 88), (110, -26), (112, -26), trunk=156, turn=80),
    ),
    GalleryPose(
        "climbing", "Climbing", ("climb", "wall", "rock", "mountain", "boulder", "back"),
        Posture((156, 174), (-112, 170), (Bone(84, 0.9), Bone(-6, 0.95)), (-22, -8), trunk=174, turn=180, lift=0.12),
    ),
    GalleryPose(
        "cheering", "Cheering", ("cheer", "victory", "win", "celebrate", "happy", "joy", "front"),
        Posture((-150, -164), (150, 164), (-12, -8), (12, 8), trunk=180),
    ),
)  # fmt: skip

_SPORT = (
    GalleryPose(
        "batting", "Batting stance", ("bat", "batter", "baseball", "hitter", "stance", "sport"),
        Posture(Reach(-0.15, -0.05, -1), Reach(-0.135, -0.015, -1), (-34, -6), (36, 2), trunk=176, turn=28, look=72),
    ),
    GalleryPose(
        "swinging", "Swinging the bat", ("swing", "bat", "batter", "baseball", "hit", "homerun", "sport"),
        Posture(Reach(0.27, 0.07, 1), Reach(0.275, 0.045, 1), (-22, -56), (34, 22), trunk=186, turn=42, look=70),
    ),
    GalleryPose(
        "pitching", "Pitching", ("pitch", "pitcher", "baseball", "windup", "mound", "sport"),
        Posture(Reach(0.085, 0.13, 1), Reach(0.1, 0.115, -1), (-3, 2), (112, 18), trunk=187, turn=55, look=80),
    ),
    GalleryPose(
        "throwing", "Throwing", ("throw", "thrower", "pitcher", "baseball", "ball", "release", "sport"),
        Posture((-98, -168), (78, 96), (-38, -58), (52, 4), trunk=174, turn=48, look=84),
    ),
    GalleryPose(
        "catching", "Catching", ("catch", "catcher", "baseball", "crouch", "mitt", "sport", "front"),
        Posture(
            Reach(-0.07, 0.2, 1), Reach(0.03, 0.1, -1),
            (Bone(-82, 0.8), Bone(10, 0.86)), (Bone(82, 0.8), Bone(-10, 0.86)), trunk=178,
        ),
    ),
    GalleryPose(
        "fielding", "Fielding a grounder", ("field", "fielder", "infield", "baseball", "low", "sport", "side"),
        Posture((14, 10), (26, 20), (68, -16), (36, -60), trunk=102, turn=74, head=122),
    ),
    GalleryPose(
        "high-catch", "Leaping catch", ("catch", "outfield", "baseball", "reach", "fly", "jump", "sport"),
        Posture((-62, -30), (158, 168), (-10, -62), (16, -12), trunk=174, turn=30, look=40, head=172, lift=0.14),
    ),
    GalleryPose(
        "kicking", "Kicking", ("kick", "football", "soccer", "ball", "shoot", "sport", "side"),
        Posture((-78, -64), (74, 88), (80, 88), (-8, -14), trunk=198, turn=78, head=186),
    ),
    GalleryPose(
        "boxing", "Boxing", ("box", "boxer", "fight", "guard", "punch", "sport"),
        Posture((-22, 152), (Bone(52, 0.9), Bone(138, 0.95)), (-26, -20), (30, 2), trunk=174, turn=48, look=66),
    ),
    GalleryPose(
        "lunging", "Fencing lunge", ("lunge", "fence", "fencer", "sword", "attack", "sport", "side"),
        Posture((88, 90), (-122, -158), (84, 4), (-52, -54), trunk=172, turn=66, look=84),
    ),
)  # fmt: skip

_GRACE = (
    GalleryPose(
        "dancing", "Dancing", ("dance", "dancer", "disco", "party", "music", "front"),
        Posture(Reach(-0.09, 0.25, 1), (142, 136), (-8, -4), (Bone(44, 0.95), -22), trunk=186, shoulders=-10, hips=8),
    ),
    GalleryPose(
        "arabesque", "Arabesque", ("ballet", "dance", "dancer", "balance", "grace", "side"),
        Posture((112, 106), (-70, -78), (2, 0), (-98, -106), trunk=158, turn=74),
    ),
    GalleryPose(
        "tree", "Tree pose", ("yoga", "balance", "vrksasana", "calm", "meditation", "front"),
        Posture(Reach(-0.012, -0.3, 1), Reach(0.012, -0.3, -1), (Bone(-58, 0.92), Bone(62, 0.98)), (2, 1)),
    ),
    GalleryPose(
        "warrior", "Warrior pose", ("yoga", "virabhadrasana", "strong", "stretch"),
        Posture((-90, -91), (90, 89), (-54, -52), (80, 2), turn=20, look=82),
    ),
    GalleryPose(
        "downward-dog", "Downward dog", ("yoga", "stretch", "adho", "inverted", "side"),
        Posture((54, 52), (58, 56), (-36, -38), (-32, -34), trunk=54, turn=86, head=30),
    ),
    GalleryPose(
        "handstand", "Handstand", ("upside", "inverted", "gymnast", "acrobat", "balance", "yoga", "front"),
        Posture((5, 3), (-5, -3), (172, 176), (-166, -176), trunk=0),
    ),
    GalleryPose(
        "cartwheel", "Cartwheel", ("wheel", "upside", "gymnast", "acrobat", "turn", "play"),
        Posture((38, 40), (-34, -30), (128, 126), (-136, -134), trunk=8, head=20),
    ),
    GalleryPose(
        "hero", "Hero", ("superhero", "power", "strong", "proud", "brave", "front"),
        Posture(Reach(-0.135, 0.235, 1), Reach(0.135, 0.235, -1), (-19, -14), (19, 14), look=24, head=176),
    ),
    GalleryPose(
        "flying", "Flying hero", ("fly", "superhero", "hero", "air", "cape", "side"),
        Posture((98, 96), (-34, -46), (-88, -92), (-72, -112), trunk=104, turn=76, head=132, lift=0.35),
    ),
)  # fmt: skip

_POSES = (*_EVERYDAY, *_SPORT, *_GRACE)
_BY_NAME: Mapping[str, GalleryPose] = {pose.name: pose for pose in _POSES}
