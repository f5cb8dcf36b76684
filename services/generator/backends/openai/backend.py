"""The backend `openai`: any server with OpenAI's Images API (POST /images/generations, and /images/edits)."""

import asyncio
import base64
import binascii
import hashlib
import json
import time
from collections.abc import Callable

import structlog

from jobs.job import ErrorClass
from jobs.outcomes import JobError
from services.generator.backends.backend import ImageRequest, Limits, Mode, check_request
from services.generator.backends.conditioning import conditioning_png
from services.generator.backends.fitting import FittedImage, fitted_image
from services.generator.backends.openai.fetching import Fetching
from services.generator.backends.openai.refusals import refusal_of
from services.generator.backends.openai.sizes import Sizes
from services.generator.backends.peer import Answer, Peer, bearer
from services.generator.backends.settings import OpenaiSettings
from services.generator.backends.wording import wording
from services.generator.rasteriser import Rasteriser

NAME = "openai"
SMALLEST_SIDE, LARGEST_SIDE = 64, 2048
MOST_BYTES = 64 * 2**20
_AS_DRAWN = "A person in exactly the pose of this OpenPose skeleton, which itself must not be seen: "


class Openai:
    """Makes images of a prompt, and of a pose as far as it can be told; any style is a word of the prompt.

    The API takes no skeleton. With `openai_pose` = `words` a pose is told by its title and tags, or by what its limbs
    do; with `picture` the conditioning picture is sent to be edited, which only some models do well.

    Limits: 64 to 2048 pixels a side; `openai_concurrency` images at once. The server makes the nearest of its own
    sizes, and the picture is scaled and cut to the size asked for (`FittedImage`). The API takes no seed: the same
    request gives another image each time.

    Error classes: RATE_LIMITED for 429, after what the server says; QUOTA for 402 and `insufficient_quota`; AUTH for
    401 and 403; INVALID for what else is 4xx, a refusal by content policy, and an address that pictures may not be
    fetched from; NOT_FOUND for 404; NETWORK for 5xx and a connection that fails; TIMEOUT for an answer that takes too
    long; UNKNOWN for an answer that isn't as documented, has no end, or holds no picture.
    """

    name = NAME

    def __init__(
        self,
        *,
        settings: OpenaiSettings,
        rasteriser: Rasteriser,
        log: structlog.stdlib.BoundLogger,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`rasteriser` is somebody else's to close."""
        self._settings = settings
        self._rasteriser = rasteriser
        self._log = log
        self._clock = clock
        self._sizes = Sizes.parse(settings.openai_sizes)
        self._api = _peer(settings, MOST_BYTES * 4 // 3 + 2**20, bearer(settings.openai_api_key_file))
        self._files = _peer(settings, MOST_BYTES, {})
        self._fetching = Fetching(
            api_url=settings.openai_url, hosts=settings.openai_image_hosts, own=self._api, others=self._files
        )
        self._places = asyncio.Semaphore(settings.openai_concurrency)
        self.limits = Limits(
            modes=frozenset(Mode),
            smallest_side=SMALLEST_SIDE,
            largest_side=LARGEST_SIDE,
            concurrency=settings.openai_concurrency,
        )

    async def generate(self, request: ImageRequest) -> FittedImage:
        """Make one image. Raises `jobs.outcomes.JobError`."""
        check_request(self.limits, request)
        async with self._places:
            started = self._clock()
            data = await self._make(request)
            seconds = self._clock() - started
            image = await fitted_image(data, (request.width, request.height), backend=NAME, seconds=seconds)
        self._log.debug("image fitted", made_width=image.made_width, made_height=image.made_height)
        return image

    async def close(self) -> None:
        """Close its connections. Closing twice is legal."""
        await self._api.close()
        await self._files.close()

    async def _make(self, request: ImageRequest) -> bytes:
        answer = await self._ask(request)
        if not answer.ok:
            raise refusal_of(self._api, answer)
        match answer.document():
            case {"data": [{"b64_json": str() as encoded}, *_]}:
                return _decoded(encoded)
            case {"data": [{"url": str() as address}, *_]}:
                return await self._fetching.fetch(address)
        raise JobError(ErrorClass.UNKNOWN, "The server answered without a picture.")

    async def _ask(self, request: ImageRequest) -> Answer:
        if request.skeleton is None or self._settings.openai_pose == "words":
            fields = self._fields(request, wording(request, tell_pose=True))
            return await self._api.ask("POST", "/images/generations", json=fields)
        fields = self._fields(request, _AS_DRAWN + wording(request, tell_pose=False))
        picture = ("pose.png", await conditioning_png(self._rasteriser, request), "image/png")
        return await self._api.ask("POST", "/images/edits", data=fields, files={"image": picture})

    def _fields(self, request: ImageRequest, prompt: str) -> dict[str, str | int]:
        fields: dict[str, str | int] = {
            "model": self._settings.openai_model,
            "prompt": prompt,
            "n": 1,
            "size": self._sizes.nearest(request.width, request.height),
        }
        asked = self._settings.openai_response_format
        return {**fields, "response_format": asked} if asked else fields


def openai_maker(settings: OpenaiSettings) -> str:
    """What its images depend on besides the request: server, model, and how it is asked."""
    told = [settings.openai_url, settings.openai_model, settings.openai_sizes, settings.openai_pose]
    return f"{NAME}/{hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]}"


def _peer(settings: OpenaiSettings, most_bytes: int, headers: dict[str, str]) -> Peer:
    return Peer(
        name="The image server",
        url=settings.openai_url,
        seconds=settings.openai_seconds,
        most_bytes=most_bytes,
        headers=headers,
        through_proxy=True,
    )


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded)
    except (binascii.Error, ValueError):
        raise JobError(ErrorClass.UNKNOWN, "The server answered with a picture that is no base64.") from None
