"""The size that a server is asked for."""

import pytest

from services.generator.backends.openai.sizes import Sizes

KNOWN = "256x256,1024x1024,1536x1024,1024x1536"


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ((512, 512), "1024x1024"),
        ((200, 200), "256x256"),
        ((2048, 2048), "1024x1024"),
        ((768, 512), "1536x1024"),
        ((512, 768), "1024x1536"),
        ((2000, 64), "1536x1024"),
        ((64, 2000), "1024x1536"),
    ],
)
def test_the_nearest_shape_wins_then_the_smallest_that_is_large_enough(asked: tuple[int, int], size: str) -> None:
    assert Sizes.parse(KNOWN).nearest(*asked) == size


def test_a_server_without_sizes_of_its_own_makes_any() -> None:
    assert Sizes.parse("").nearest(640, 360) == "640x360"
