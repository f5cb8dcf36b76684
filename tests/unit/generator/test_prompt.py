"""Prompts: their words choose the pose; nothing else of them does anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.generator.gallery import gallery
from services.generator.prompt import choose_pose


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("a man running through the rain", "running"),
        ("A BATTER in his Batting Stance", "batting"),
        ("she throws the ball", "throwing"),
        ("jumping for a leaping catch", "high-catch"),
        ("somebody kicked it", "kicking"),
        ("yoga tree", "tree"),
        ("Dáncing all night", "dancing"),
        ("the catcher, crouching behind the plate", "catching"),
        ("a HAND\u017fTAND!", "handstand"),
    ],
)
def test_the_words_of_a_prompt_choose_the_pose(prompt: str, name: str) -> None:
    assert choose_pose(prompt, seed=3).name == name


def test_case_accents_and_order_change_nothing() -> None:
    poses = {choose_pose(prompt, seed=5).name for prompt in ("zzz qqq", "QQQ  zzz", "qqq, ẑẑẑ!", "zzz qqq zzz")}

    assert len(poses) == 1


def test_the_seed_picks_among_poses_that_fit_equally() -> None:
    chosen = {choose_pose("yoga", seed).name for seed in range(30)}

    assert len(chosen) > 1
    assert all("yoga" in pose.tags for pose in gallery() if pose.name in chosen)


@given(st.text(), st.integers())
def test_any_prompt_means_one_pose_and_always_the_same(prompt: str, seed: int) -> None:
    pose = choose_pose(prompt, seed)

    assert pose in gallery()
    assert choose_pose(prompt, seed) is pose
