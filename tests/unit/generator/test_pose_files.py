"""Pose files: what people export is read; what is wrong is told by place and field, and stops nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.generator import pose_files
from services.generator.gallery import by_name
from services.generator.layouts import COCO_17, OPENPOSE_18
from services.generator.mannequin.figure import picture_svg
from services.generator.pose_files import PoseFormat, PoseRejection, ReadPose, read_poses
from services.generator.skeleton import Skeleton, Visibility

BATTER = by_name()["batting"].skeleton
OPENPOSE_BATTER = BATTER.to_openpose()
# OpenPose's BODY_25: the middle of the hips between the two halves, six joints of the feet at the end.
BODY_25 = [*range(8), None, *range(8, 18), *[None] * 6]


def flat(skeleton: Skeleton, scale: float = 640, confidence: float | None = None) -> list[float]:
    """The joints in a row, in pixels."""
    return [
        value
        for joint in skeleton.joints
        for value in (
            (joint.x * scale, joint.y * scale, confidence if confidence else int(joint.visibility))
            if joint.known
            else (0, 0, 0)
        )
    ]


def people(*keypoints: Any) -> bytes:
    """A file as OpenPose writes it."""
    return json.dumps({"version": 1.3, "people": [{"pose_keypoints_2d": points} for points in keypoints]}).encode()


def annotations(*keypoints: Any) -> bytes:
    """A file in the manner of COCO's person_keypoints."""
    return json.dumps({"images": [], "annotations": [{"id": 7, "keypoints": points} for points in keypoints]}).encode()


def line(**fields: Any) -> bytes:
    """A line of the shared form."""
    document = {"format": "coco17", "keypoints": BATTER.to_document()["joints"], "name": "Batter", "tags": ["a"]}
    return json.dumps(document | fields).encode()


def read(data: bytes, form: PoseFormat) -> list[ReadPose | PoseRejection]:
    return list(read_poses(data, form))


def one(data: bytes, form: PoseFormat) -> ReadPose:
    """The only pose of a file."""
    [pose] = read(data, form)
    assert isinstance(pose, ReadPose), pose
    return pose


def rejected(data: bytes, form: PoseFormat) -> tuple[int, str, str]:
    """Place, field and reason of the only thing in a file, which is wrong."""
    [rejection] = read(data, form)
    assert isinstance(rejection, PoseRejection)
    return rejection.position, rejection.field, rejection.reason


def test_the_eighteen_joints_of_openpose_are_read() -> None:
    pose = one(people(flat(OPENPOSE_BATTER, confidence=0.8)), PoseFormat.OPENPOSE_JSON)

    assert pose.skeleton.layout is OPENPOSE_18
    assert pose.skeleton.normalised() == pose.skeleton
    assert pose.skeleton["left_ankle"].known


def test_of_body_25_the_eighteen_are_read() -> None:
    points = flat(OPENPOSE_BATTER, confidence=0.8)
    triples = [points[3 * place : 3 * place + 3] if place is not None else [9, 9, 1] for place in BODY_25]
    wide = [value for triple in triples for value in triple]

    pose = one(people(wide), PoseFormat.OPENPOSE_JSON)

    assert pose.skeleton == one(people(points), PoseFormat.OPENPOSE_JSON).skeleton


def test_coco_annotations_keep_what_is_occluded() -> None:
    points = flat(BATTER)
    points[COCO_17.joints.index("left_hip") * 3 + 2] = 1

    pose = one(annotations(points), PoseFormat.COCO_JSON)

    assert pose.skeleton["left_hip"].visibility is Visibility.OCCLUDED
    assert pose.skeleton["right_hip"].visibility is Visibility.VISIBLE


def test_one_bare_annotation_is_a_file_too() -> None:
    pose = one(json.dumps({"name": "A", "keypoints": flat(BATTER)}).encode(), PoseFormat.COCO_JSON)

    assert (pose.position, pose.name) == (0, "A")


def test_lines_have_names_and_tags() -> None:
    first, second = read(line() + b"\n\n" + line(name=None, id="x-2", tags=None) + b"\n", PoseFormat.JSON_LINES)

    assert isinstance(first, ReadPose)
    assert isinstance(second, ReadPose)
    assert (first.position, first.name, first.tags) == (0, "Batter", ("a",))
    assert (second.position, second.name, second.tags) == (1, "x-2", ())


def test_a_bad_pose_stops_no_other() -> None:
    good, bad, last = read(people(flat(OPENPOSE_BATTER), [1, 2, 3], flat(OPENPOSE_BATTER)), PoseFormat.OPENPOSE_JSON)

    assert isinstance(good, ReadPose)
    assert isinstance(last, ReadPose)
    assert bad == PoseRejection(
        1, "people[1].pose_keypoints_2d", "JOINT_COUNT", "must be 54 or 75 numbers, not 3"
    )  # fmt: skip


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 400, '"12"', "true", "null"])
def test_a_place_that_is_no_number_names_its_joint(number: str) -> None:
    points = ", ".join([*map(str, flat(BATTER)[:-3]), number, "1", "2"])

    found = rejected(f'{{"annotations": [{{"keypoints": [{points}]}}]}}'.encode(), PoseFormat.COCO_JSON)

    assert found[:2] == (0, "annotations[0].keypoints.right_ankle.x")


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"format": "body25"}, "format", "UNKNOWN_LAYOUT"),
        ({"format": ["coco17"]}, "format", "UNKNOWN_LAYOUT"),
        ({"keypoints": None}, "keypoints", "NOT_A_LIST"),
        ({"keypoints": [None] * 17}, "joints", "TOO_FEW_JOINTS"),
        ({"keypoints": [[1, 1, 2]] * 17}, "joints", "NO_EXTENT"),
        ({"keypoints": [[1, 1, 3]] * 17}, "keypoints.nose.v", "BAD_VISIBILITY"),
        ({"keypoints": [[1]] * 17}, "keypoints.nose", "NOT_A_JOINT"),
        ({"name": "x" * 201}, "name", "BAD_NAME"),
        ({"name": {"a": 1}}, "name", "BAD_NAME"),
        ({"tags": "front"}, "tags", "BAD_TAGS"),
        ({"tags": ["a", ""]}, "tags[1]", "BAD_TAGS"),
    ],
)
def test_what_is_wrong_with_a_line_is_named(fields: dict[str, Any], field: str, reason: str) -> None:
    assert rejected(line(**fields), PoseFormat.JSON_LINES) == (0, field, reason)


@pytest.mark.parametrize("form", PoseFormat)
@pytest.mark.parametrize(
    "data", [b"\xff\xfe", b"{", b"[" * 100_000, b'{"a": ' * 50_000, b"[1, 2]", b'"people"', b"null", b"1" * 10_000]
)
def test_no_file_of_poses_is_a_rejection_and_no_crash(data: bytes, form: PoseFormat) -> None:
    assert all(isinstance(result, PoseRejection) for result in read(data, form))


def test_a_file_too_large_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pose_files, "MAX_BYTES", 100)

    assert rejected(line(), PoseFormat.JSON_LINES) == (0, "data", "TOO_LARGE")


def test_poses_beyond_the_most_are_told_of_and_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pose_files, "MAX_POSES", 2)

    results = read(b"\n".join([line()] * 4), PoseFormat.JSON_LINES)

    assert [type(result) for result in results] == [ReadPose, ReadPose, PoseRejection]
    assert results[-1].position == 2


def test_a_name_is_kept_as_it_is_and_never_read_as_markup() -> None:
    name = "</svg><script>alert(1)</script>\u202e"

    pose = one(line(name=name), PoseFormat.JSON_LINES)

    assert pose.name == name


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.sampled_from(["x", "v"]), inner),
    max_leaves=10,
)
KEYS = st.sampled_from(["people", "pose_keypoints_2d", "annotations", "keypoints", "format", "name", "tags", "id"])
# A few values again and again, as a reader treats every joint alike: to think up 54 takes far longer than to read them.
LONG = st.builds(lambda few, size: (few * size)[:size], st.lists(JSON, min_size=1, max_size=6), st.integers(51, 54))
DOCUMENTS = st.dictionaries(
    KEYS, JSON | st.just("coco17") | LONG | st.lists(st.dictionaries(KEYS, JSON | LONG), max_size=4)
)


@given(
    st.one_of(st.binary(), DOCUMENTS.map(lambda document: json.dumps(document).encode())), st.sampled_from(PoseFormat)
)
def test_whatever_a_file_holds_each_result_is_a_pose_or_a_rejection(data: bytes, form: PoseFormat) -> None:
    for result in read(data, form):
        if isinstance(result, PoseRejection):
            assert result.reason
            assert result.message
        else:
            assert result.skeleton.normalised() == result.skeleton


def test_every_real_pose_is_read_and_drawn(shared_data: Path) -> None:
    data = (shared_data / "poses.jsonl").read_bytes()

    results = read(data, PoseFormat.JSON_LINES)

    poses = [result for result in results if isinstance(result, ReadPose)]
    assert len(poses) == len(results) == 243
    for pose in poses:
        drawing = picture_svg(pose.skeleton, style="wood", seed=1, width=256, height=256)
        assert "nan" not in drawing
        assert "inf" not in drawing


def test_real_necks_are_derived_as_others_derive_them(shared_data: Path) -> None:
    for text in (shared_data / "poses.jsonl").read_text().splitlines()[:120]:
        document = json.loads(text)
        joints = document["keypoints"]

        pose = Skeleton.from_document({"layout": "coco17", "joints": joints}).to_openpose()

        expected = [value and [*value[:2], value[2]] for value in document["openpose18"]]
        for (_, joint), value in zip(pose.items(), expected, strict=True):
            assert joint.known == (value is not None)
            assert not value or (joint.x, joint.y) == pytest.approx(value[:2], abs=1e-3)
