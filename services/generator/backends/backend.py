"""The interface of whatever makes an image. A backend knows no job, no money and no database.

An image is made or `jobs.outcomes.JobError` says why not, by its class. Cancelling the task that awaits an image gives
up on it; a remote backend tells its peer.
"""

import enum
from dataclasses import dataclass
from typing import Protocol

from jobs.job import ErrorClass
from jobs.outcomes import JobError
from services.generator.skeleton import Skeleton


class Mode(enum.StrEnum):
    """What an image is made from."""

    POSE = "POSE"
    TEXT = "TEXT"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a backend can do. Sizes are of either side, in pixels, and multiples of `size_step`.

    `concurrency` is how many images it makes at once; `styles` are the ones it knows, none: any text is a style.
    """

    modes: frozenset[Mode]
    smallest_side: int
    largest_side: int
    concurrency: int
    styles: tuple[str, ...] = ()
    size_step: int = 1
    longest_prompt: int = 2000


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """One image: of a pose, of a prompt, or of both where the backend reads a prompt beside the pose.

    The same request is meant to give the same image; how far that holds is said by the backend.
    """

    skeleton: Skeleton | None
    prompt: str
    width: int
    height: int
    style: str
    seed: int

    @property
    def mode(self) -> Mode:
        """What it is made from: the pose, where there is one."""
        return Mode.TEXT if self.skeleton is None else Mode.POSE


@dataclass(frozen=True, slots=True)
class GeneratedImage:
    """An image as it was made; `seconds` is the time the making took, without waiting for a free place."""

    png: bytes
    width: int
    height: int
    backend: str
    seconds: float


class Backend(Protocol):
    """A maker of images."""

    @property
    def name(self) -> str:
        """The name it has in settings and in results."""

    @property
    def limits(self) -> Limits:
        """What it can do."""

    async def generate(self, request: ImageRequest) -> GeneratedImage:
        """Make one image, without holding up the event loop. Raises `jobs.outcomes.JobError`."""

    async def close(self) -> None:
        """Let go of what it holds; closing twice is legal."""


def check_request(limits: Limits, request: ImageRequest) -> None:
    """Raise `JobError` of class INVALID where the request is beyond the limits; the message names the field."""
    for problem in _problems(limits, request):
        raise JobError(ErrorClass.INVALID, problem)


def _problems(limits: Limits, request: ImageRequest) -> list[str]:
    problems = [
        f"{side}: must be {limits.smallest_side} to {limits.largest_side} in steps of {limits.size_step}"
        for side, value in (("width", request.width), ("height", request.height))
        if not limits.smallest_side <= value <= limits.largest_side or value % limits.size_step
    ]
    if request.mode not in limits.modes:
        problems.append(f"mode: {request.mode.value} is not one of this backend's")
    if request.mode is Mode.TEXT and not request.prompt.strip():
        problems.append("prompt: must not be empty")
    if len(request.prompt) > limits.longest_prompt:
        problems.append(f"prompt: must be {limits.longest_prompt} characters at most")
    if limits.styles and request.style not in limits.styles:
        problems.append(f"style: must be one of {', '.join(limits.styles)}")
    return problems
