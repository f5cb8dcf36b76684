"""Skeletons: what is one, what isn't, and the same pose in another layout or unit."""

import json
import math
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.generator.gallery import by_name
from services.generator.layouts import COCO_17, LAYOUTS, OPENPOSE_18, Layout
from services.generator.skeleton import LEAST_KNOWN, MISSING, BadSkeleton, Joint, Skeleton, Visibility, normalise

STANDING = by_name()["standing"].skeleton
NO_NUMBERS = [math.nan, math.inf, -math.inf]

unit = st.floats(0, 1)
known_joints = st.builds(Joint, unit, unit, st.sampled_from([Visibility.OCCLUDED, Visibility.VISIBLE]))
any_joints = st.one_of(st.just(MISSING), known_joints)


documents = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def changed(name: str, joint: Joint, skeleton: Skeleton = STANDING) -> tuple[Joint, ...]:
    """The joints of a skeleton with another one in the place of the named."""
    return tuple(joint if name == other else own for other, own in skeleton.items())


def only(*names: str) -> tuple[Joint, ...]:
    """The named joints of one who stands; the others are missing."""
    return tuple(joint if name in names else MISSING for name, joint in STANDING.items())


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=lambda layout: layout.name)
def test_the_bones_of_a_layout_connect_its_own_joints(layout: Layout) -> None:
    ends = {joint for bone in layout.bones for joint in bone}

    assert ends == set(layout.joints)


def test_the_layouts_have_the_published_order() -> None:
    assert COCO_17.joints[:7] == (
        "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder",
    )  # fmt: skip
    assert OPENPOSE_18.joints[:5] == ("nose", "neck", "right_shoulder", "right_elbow", "right_wrist")
    assert OPENPOSE_18.joints[14:] == ("right_eye", "left_eye", "right_ear", "left_ear")


@pytest.mark.parametrize("number", NO_NUMBERS)
@pytest.mark.parametrize("axis", ["x", "y"])
def test_a_place_that_is_no_number_names_its_joint(axis: str, number: float) -> None:
    joint = Joint(number, 0.5) if axis == "x" else Joint(0.5, number)

    with pytest.raises(BadSkeleton) as error:
        Skeleton(COCO_17, changed("left_knee", joint))

    assert (error.value.field, error.value.reason) == (f"joints.left_knee.{axis}", "NOT_FINITE")


def test_a_place_far_outside_is_out_of_range() -> None:
    with pytest.raises(BadSkeleton) as error:
        Skeleton(COCO_17, changed("nose", Joint(0.5, 640.0)))

    assert (error.value.field, error.value.reason) == ("joints.nose.y", "OUT_OF_RANGE")


@pytest.mark.parametrize("count", [0, 16, 18])
def test_another_number_of_joints_is_refused(count: int) -> None:
    with pytest.raises(BadSkeleton, match="must be 17 for coco17") as error:
        Skeleton(COCO_17, (Joint(0.5, 0.5),) * count)

    assert error.value.reason == "JOINT_COUNT"


def test_fewer_joints_than_make_a_pose_are_refused() -> None:
    with pytest.raises(BadSkeleton) as error:
        Skeleton(COCO_17, only("left_shoulder", "right_shoulder", "left_hip", "right_hip"))

    assert (error.value.field, error.value.reason) == ("joints", "TOO_FEW_JOINTS")


def test_the_least_set_of_joints_is_a_pose() -> None:
    names = ("left_shoulder", "left_hip", "left_knee", "left_ankle", "left_elbow")

    skeleton = Skeleton(COCO_17, only(*names))

    assert sum(joint.known for joint in skeleton.joints) == LEAST_KNOWN


@pytest.mark.parametrize(
    ("names", "field"),
    [
        (("nose", "left_hip", "right_hip", "left_knee", "right_knee"), "joints.left_shoulder"),
        (("left_shoulder", "right_shoulder", "left_elbow", "left_wrist", "right_elbow"), "joints.left_hip"),
    ],
)
def test_a_pose_without_a_trunk_is_refused(names: tuple[str, ...], field: str) -> None:
    with pytest.raises(BadSkeleton) as error:
        Skeleton(COCO_17, only(*names))

    assert (error.value.field, error.value.reason) == (field, "NO_TRUNK")


def test_joints_all_in_one_place_are_no_pose() -> None:
    with pytest.raises(BadSkeleton) as error:
        Skeleton(COCO_17, (Joint(0.5, 0.5),) * 17)

    assert error.value.reason == "NO_EXTENT"


def test_the_neck_that_coco_lacks_is_the_middle_of_the_shoulders() -> None:
    joints = changed("left_shoulder", Joint(0.6, 0.2, Visibility.OCCLUDED))
    pose = Skeleton(COCO_17, joints)

    neck = pose.to_openpose()["neck"]

    right = pose["right_shoulder"]
    assert (neck.x, neck.y) == ((right.x + 0.6) / 2, (right.y + 0.2) / 2)
    assert neck.visibility is Visibility.OCCLUDED


def test_a_neck_is_not_guessed_from_one_shoulder() -> None:
    pose = Skeleton(COCO_17, changed("left_shoulder", MISSING))

    assert pose.to_openpose()["neck"] == MISSING


@given(st.lists(any_joints, min_size=17, max_size=17), st.one_of(st.none(), st.floats(0, 2)))
def test_a_skeleton_is_the_same_after_its_document(joints: list[Joint], ground: float | None) -> None:
    skeleton = valid(COCO_17, joints, ground)

    read = Skeleton.from_document(json.loads(json.dumps(skeleton.to_document())))

    assert read == skeleton


@given(st.lists(any_joints, min_size=17, max_size=17))
def test_conversion_keeps_every_joint_that_both_layouts_have(joints: list[Joint]) -> None:
    skeleton = valid(COCO_17, joints)

    pose = skeleton.to_openpose()

    assert all(pose[name] == joint for name, joint in skeleton.items())
    assert pose.to_openpose() is pose


@given(
    st.lists(any_joints, min_size=17, max_size=17),
    st.floats(0.001, 1e5),
    st.floats(-1e5, 1e5),
)
def test_a_pose_is_the_same_in_any_unit_and_place(joints: list[Joint], scale: float, shift: float) -> None:
    skeleton = valid(COCO_17, joints)
    moved = [Joint(j.x * scale + shift, j.y * scale + shift, j.visibility) if j.known else j for j in skeleton.joints]
    assume(abs(shift) < 1e3 * scale * extent(skeleton))

    normalised, _ = normalise(moved)

    pairs = list(zip(normalised, skeleton.normalised().joints, strict=True))
    assert all(abs(a.x - b.x) < 1e-3 and abs(a.y - b.y) < 1e-3 for a, b in pairs)
    known = [joint for joint in normalised if joint.known]
    assert min(joint.x for joint in known) == min(joint.y for joint in known) == 0
    assert max(max(joint.x, joint.y) for joint in known) == 1


@given(documents)
def test_any_document_is_a_skeleton_or_says_what_is_wrong(document: Any) -> None:
    for value in (document, {"layout": "coco17", "joints": document}, {"layout": document}):
        with pytest.raises(BadSkeleton):
            Skeleton.from_document(value)


def valid(layout: Layout, joints: list[Joint], ground: float | None = None) -> Skeleton:
    """A skeleton of the joints, where they make one."""
    try:
        return Skeleton(layout, tuple(joints), ground)
    except BadSkeleton:
        assume(False)
        raise


def extent(skeleton: Skeleton) -> float:
    """The longer side of a pose."""
    known = [joint for joint in skeleton.joints if joint.known]
    return max(
        max(joint.x for joint in known) - min(joint.x for joint in known),
        max(joint.y for joint in known) - min(joint.y for joint in known),
    )
