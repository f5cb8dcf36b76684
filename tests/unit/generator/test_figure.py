"""Figures: drawn whole from any pose, the same for the same arguments, and unlike one another in style."""

import io
import re
import xml.etree.ElementTree as ET

import pytest
import resvg_py
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from services.generator.gallery import GalleryPose, by_name, gallery
from services.generator.layouts import COCO_17
from services.generator.mannequin.figure import CONDITIONING, STYLE_NAMES, figure_svg, picture_svg
from services.generator.mannequin.scene import make_scene
from services.generator.skeleton import MISSING, BadSkeleton, Joint, Skeleton, Visibility

RUNNING = by_name()["running"].skeleton
STYLES = pytest.mark.parametrize("style", STYLE_NAMES)

joints = st.one_of(
    st.just(MISSING),
    st.builds(Joint, st.floats(0, 1), st.floats(0, 1), st.sampled_from([Visibility.OCCLUDED, Visibility.VISIBLE])),
)


def draw(svg: str) -> Image.Image:
    return Image.open(io.BytesIO(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True)))


def picture(style: str, seed: int = 1, skeleton: Skeleton = RUNNING, side: int = 128) -> Image.Image:
    return draw(picture_svg(skeleton, style=style, seed=seed, width=side, height=side)).convert("RGB")


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures' channels, of 255."""
    means: list[float] = ImageStat.Stat(ImageChops.difference(one, other)).mean
    return sum(means) / len(means)


@STYLES
def test_the_same_arguments_give_the_same_drawing(style: str) -> None:
    first, second = (picture_svg(RUNNING, style=style, seed=9, width=300, height=200) for _ in range(2))

    assert first == second


@pytest.mark.parametrize("style", [style for style in STYLE_NAMES if style != CONDITIONING])
def test_another_seed_gives_another_picture(style: str) -> None:
    drawings = {picture_svg(RUNNING, style=style, seed=seed, width=300, height=300) for seed in range(6)}

    assert len(drawings) == 6


def test_every_style_looks_unlike_every_other() -> None:
    pictures = {style: picture(style) for style in STYLE_NAMES}

    for style, one in pictures.items():
        for other in STYLE_NAMES:
            assert style == other or difference(one, pictures[other]) > 12, (style, other)


@pytest.mark.parametrize("pose", gallery(), ids=lambda pose: pose.name)
@pytest.mark.parametrize("size", [(200, 200), (90, 160), (400, 100)])
def test_nothing_of_a_figure_is_cut_off(pose: GalleryPose, size: tuple[int, int]) -> None:
    width, height = size

    scene = make_scene(pose.skeleton, seed="1", width=width, height=height, jointed=True, background=True)

    points = [point for volume in scene.volumes for point in volume.outline]
    assert min(point.real for point in points) > 0
    assert max(point.real for point in points) < width
    assert min(point.imag for point in points) > 0
    assert max(point.imag for point in points) <= scene.shadow.imag < height


def test_the_conditioning_picture_has_the_published_colours_on_black() -> None:
    skeleton = by_name()["jumping"].skeleton

    image = picture(CONDITIONING, skeleton=skeleton, side=512)

    colours = {colour for _, colour in image.getcolors(maxcolors=1 << 20) or ()}
    assert image.getpixel((2, 2)) == (0, 0, 0)
    # Joints at full strength (nose, neck, right wrist), a bone at 0.6 (neck to nose).
    assert {(255, 0, 0), (255, 85, 0), (255, 255, 0), (0, 0, 153)} <= colours


def test_the_conditioning_picture_guesses_nothing() -> None:
    joints = tuple(MISSING if name.startswith("left_") else joint for name, joint in RUNNING.items())
    half = Skeleton(COCO_17, joints)

    svg = figure_svg(half, style=CONDITIONING, seed=1, width=100, height=100, background=False)

    assert svg.count("<ellipse") == sum(
        start in names and end in names
        for names in [{name for name, joint in half.to_openpose().items() if joint.known}]
        for start, end in half.to_openpose().layout.bones
    ) + sum(joint.known for joint in half.to_openpose().joints)


def test_the_figure_is_the_same_with_and_without_a_background() -> None:
    bare = figure_svg(RUNNING, style="clay", seed=2, width=200, height=200, background=False)
    whole = figure_svg(RUNNING, style="clay", seed=2, width=200, height=200, background=True)

    assert bare.count("<path") <= whole.count("<path")
    image = draw(f'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200">{bare}</svg>')
    assert image.getpixel((1, 1)) == (0, 0, 0, 0)


def test_several_figures_fit_one_document() -> None:
    styles = [style for style in STYLE_NAMES if style != CONDITIONING]

    ids = [
        name
        for style in styles
        for name in re.findall(r' id="([^"]+)"', figure_svg(RUNNING, style=style, seed=1, width=80, height=80))
    ]

    assert len(ids) == len(set(ids))


@STYLES
@settings(max_examples=15)
@given(st.lists(joints, min_size=17, max_size=17), st.integers(0, 2**63))
def test_any_pose_is_drawn_in_any_style(style: str, places: list[Joint], seed: int) -> None:
    try:
        skeleton = Skeleton(COCO_17, tuple(places))
    except BadSkeleton:
        assume(False)

    svg = picture_svg(skeleton, style=style, seed=seed, width=64, height=96)

    assert not re.search(r"nan|inf", svg)
    assert len(ET.fromstring(svg)) > 0  # noqa: S314 - our own drawing, of numbers alone


def test_an_unknown_style_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        figure_svg(RUNNING, style="oil", seed=1, width=10, height=10)
