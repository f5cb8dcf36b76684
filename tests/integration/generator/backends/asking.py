"""Requests for images, and how they fail."""

from collections.abc import Awaitable

import pytest

from jobs.outcomes import Failed, JobError
from services.generator.backends.backend import GeneratedImage, ImageRequest
from services.generator.gallery import by_name


def prompt_request(**fields: object) -> ImageRequest:
    """A request for a prompt's image, apart from what is told."""
    given = {"skeleton": None, "prompt": "a knight", "width": 128, "height": 96, "style": "", "seed": 7}
    return ImageRequest(**{**given, **fields})  # type: ignore[arg-type]


def pose_request(**fields: object) -> ImageRequest:
    """A request for a pose's image, apart from what is told."""
    return prompt_request(**{"skeleton": by_name()["running"].skeleton, "prompt": "", **fields})


async def failure(image: Awaitable[GeneratedImage]) -> Failed:
    """How the making fails."""
    with pytest.raises(JobError) as error:
        await image
    return error.value.failed
