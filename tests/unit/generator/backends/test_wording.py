"""Requests and poses in words."""

import json

import pytest

from services.generator.backends.backend import ImageRequest
from services.generator.backends.wording import wording
from services.generator.gallery import by_name, gallery
from services.generator.layouts import COCO_17
from services.generator.pose_words import pose_words
from services.generator.skeleton import MISSING, Joint, Skeleton


def request(**fields: object) -> ImageRequest:
    """A request for a gallery pose's image, apart from what is told."""
    given = {
        "skeleton": by_name()["bowing"].skeleton,
        "prompt": "",
        "width": 64,
        "height": 64,
        "style": "",
        "seed": 1,
    }
    return ImageRequest(**{**given, **fields})  # type: ignore[arg-type]


def standing(**moved: tuple[float, float]) -> Skeleton:
    """A person who stands, seen from the front; the joints named are elsewhere."""
    places = {
        "nose": (0.5, 0.05),
        "left_shoulder": (0.6, 0.2),
        "right_shoulder": (0.4, 0.2),
        "left_elbow": (0.62, 0.35),
        "right_elbow": (0.38, 0.35),
        "left_wrist": (0.63, 0.5),
        "right_wrist": (0.37, 0.5),
        "left_hip": (0.56, 0.5),
        "right_hip": (0.44, 0.5),
        "left_knee": (0.56, 0.75),
        "right_knee": (0.44, 0.75),
        "left_ankle": (0.56, 1.0),
        "right_ankle": (0.44, 1.0),
    } | moved
    return Skeleton(COCO_17, tuple(Joint(*places[name]) if name in places else MISSING for name in COCO_17.joints))


@pytest.mark.parametrize("pose", gallery(), ids=lambda pose: pose.name)
def test_a_gallery_pose_is_known_after_it_was_stored(pose) -> None:  # type: ignore[no-untyped-def]
    stored = Skeleton.from_document(json.loads(json.dumps(pose.skeleton.to_document())))

    assert pose_words(stored) == f"{pose.title.lower()} ({', '.join(pose.tags)})"


def test_another_pose_is_told_by_its_limbs() -> None:
    pose = standing(left_elbow=(0.75, 0.1), left_wrist=(0.7, 0.0), right_knee=(0.2, 0.55), right_ankle=(0.2, 0.8))

    assert pose_words(pose) == "left arm raised and bent, right arm lowered, right leg lifted and bent"


def test_a_trunk_that_is_not_upright_is_told() -> None:
    upside_down = Skeleton(
        COCO_17,
        tuple(Joint(joint.x, 1 - joint.y) if joint.known else joint for joint in standing().joints),
    )

    assert pose_words(upside_down).startswith("upside down, ")


def test_joints_that_are_missing_are_not_told_of() -> None:
    known = {"nose", "left_shoulder", "right_shoulder", "left_hip", "right_hip"}
    bare = Skeleton(COCO_17, tuple(joint if name in known else MISSING for name, joint in standing().items()))

    assert pose_words(bare) == "standing"


def test_a_pose_without_a_prompt_is_a_persons() -> None:
    assert wording(request(), tell_pose=False) == "a person, full body"


def test_prompt_pose_and_style_come_in_that_order() -> None:
    told = wording(request(prompt=" a knight ", style="oil_paint"), tell_pose=True)

    assert told.startswith("a knight, in this pose: bowing (bow, ")
    assert told.endswith("), oil paint style")
