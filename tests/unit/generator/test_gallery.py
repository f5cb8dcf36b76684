"""The gallery: enough poses, all of one body, found by what people call them."""

from pathlib import Path

import pytest
from PIL import Image

from services.generator.contact_sheet import write_sheet
from services.generator.gallery import GalleryPose, by_name, gallery
from services.generator.layouts import COCO_17
from services.generator.mannequin.body import read_body
from services.generator.mannequin.proportions import BONES
from services.generator.prompt import choose_pose, fold_words

ASKED_FOR = [
    "standing", "walking", "running", "jumping", "sitting", "lying", "batting", "pitching", "catching", "fielding",
    "kicking", "throwing", "dancing", "yoga", "boxing", "bowing", "waving", "thinking", "hero", "climbing",
]  # fmt: skip
POSES = pytest.mark.parametrize("pose", gallery(), ids=lambda pose: pose.name)


def test_there_are_two_dozen_poses_with_names_of_their_own() -> None:
    assert len(gallery()) >= 24
    assert len(by_name()) == len(gallery())
    assert len({pose.title for pose in gallery()}) == len(gallery())
    assert len({pose.skeleton for pose in gallery()}) == len(gallery())


@pytest.mark.parametrize("word", ASKED_FOR)
def test_a_word_of_daily_life_finds_a_pose_of_it(word: str) -> None:
    pose = choose_pose(word, seed=1)

    stems = set(fold_words(" ".join((pose.name.replace("-", " "), pose.title, *pose.tags))))
    assert set(fold_words(word)) <= stems


@POSES
def test_a_pose_is_named_tagged_and_normalised(pose: GalleryPose) -> None:
    assert pose.name == pose.name.lower().strip()
    assert len(pose.tags) >= 3
    assert pose.skeleton.layout is COCO_17
    assert pose.skeleton.normalised() == pose.skeleton


@POSES
def test_the_drawn_body_has_the_height_it_was_written_with(pose: GalleryPose) -> None:
    body = read_body(pose.skeleton)

    tallest = max(
        abs(body.points[f"{side}_{start}"] - body.points[f"{side}_{end}"]) / share
        for (start, end), share in BONES.items()
        for side in ("left", "right")
    )
    assert body.height == pytest.approx(tallest, rel=0.1)


def test_a_contact_sheet_has_a_row_for_every_so_many(tmp_path: Path) -> None:
    cells = [(pose.title, "openpose", 1, pose) for pose in gallery()[:3]]

    write_sheet(tmp_path / "sheet.png", cells, columns=2, side=70)

    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (2 * 82 + 12, 2 * 92 + 12)


def test_people_in_the_air_have_their_ground_below_them() -> None:
    skeleton = by_name()["jumping"].skeleton

    assert skeleton.ground is not None
    assert skeleton.ground > max(joint.y for joint in skeleton.joints) + 0.1
