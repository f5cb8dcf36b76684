"""The backend `comfyui`: Stable Diffusion with an OpenPose ControlNet at a ComfyUI server."""

import asyncio
import hashlib
import json
import time
from collections.abc import Callable, Sequence
from uuid import uuid4

import structlog

from jobs.job import ErrorClass
from jobs.outcomes import JobError
from services.generator.backends.backend import ImageRequest, Limits, Mode, check_request
from services.generator.backends.comfyui.client import ComfyuiClient
from services.generator.backends.comfyui.errand import RECONNECT_DELAYS_SECONDS, Errand, Patience
from services.generator.backends.comfyui.history import PictureName
from services.generator.backends.comfyui.line import Line
from services.generator.backends.comfyui.workflow import FOLDER, NEEDED_FOR_POSE, NEEDED_FOR_TEXT, Workflow
from services.generator.backends.conditioning import conditioning_png
from services.generator.backends.fitting import FittedImage, fitted_image
from services.generator.backends.peer import Peer, bearer
from services.generator.backends.settings import ComfyuiSettings
from services.generator.backends.wording import wording
from services.generator.rasteriser import Rasteriser

NAME = "comfyui"
SMALLEST_SIDE, LARGEST_SIDE, SIZE_STEP = 64, 2048, 8  # A latent's pixel is eight of the image's.
MOST_BYTES = 64 * 2**20


class Comfyui:
    """Makes images of a pose or of a prompt; any style is a word of the prompt.

    Limits: 64 to 2048 pixels a side in steps of 8; `comfyui_concurrency` images at once. The same request gives the
    same image on the same server, as far as its models and its hardware do.

    Error classes: RATE_LIMITED while its queue is full (429, 503 or as long as `comfyui_queue_limit`); INVALID for a
    workflow or a node that fails; AUTH, NOT_FOUND by status; NETWORK for a server that is away or says 5xx; TIMEOUT for
    a call or an image that takes too long; UNKNOWN for a prompt that was interrupted, one that the server has
    forgotten, and one that ran out of memory. A lost connection alone fails nothing as long as the server returns.
    An image that is given up, for whatever reason, is taken out of the server's queue or stopped there.
    """

    name = NAME

    def __init__(
        self,
        *,
        settings: ComfyuiSettings,
        rasteriser: Rasteriser,
        log: structlog.stdlib.BoundLogger,
        clock: Callable[[], float] = time.monotonic,
        reconnect_delays_seconds: Sequence[float] = RECONNECT_DELAYS_SECONDS,
    ) -> None:
        """`rasteriser` is somebody else's to close. Raises `comfyui.workflow.BadWorkflow`."""
        self._settings = settings
        self._rasteriser = rasteriser
        self._log = log
        self._clock = clock
        self._patience = Patience(settings.comfyui_silence_seconds, reconnect_delays_seconds)
        self._workflows = _read_workflows(settings)
        self._headers = bearer(settings.comfyui_api_key_file)
        self._peer = Peer(
            name="ComfyUI",
            url=settings.comfyui_url,
            seconds=settings.comfyui_call_seconds,
            most_bytes=MOST_BYTES,
            headers=self._headers,
        )
        self._client = ComfyuiClient(self._peer)
        self._places = asyncio.Semaphore(settings.comfyui_concurrency)
        self._leaving = set[asyncio.Task[None]]()
        self.limits = Limits(
            modes=frozenset(Mode),
            smallest_side=SMALLEST_SIDE,
            largest_side=LARGEST_SIDE,
            concurrency=settings.comfyui_concurrency,
            size_step=SIZE_STEP,
        )

    async def generate(self, request: ImageRequest) -> FittedImage:
        """Make one image. Raises `jobs.outcomes.JobError`."""
        check_request(self.limits, request)
        async with self._places:
            started = self._clock()
            data = await self._make(request)
            return await fitted_image(
                data, (request.width, request.height), backend=NAME, seconds=self._clock() - started
            )  # fmt: skip

    async def close(self) -> None:
        """Close its connections, once what was given up is withdrawn there. Closing twice is legal."""
        await asyncio.gather(*self._leaving)
        await self._peer.close()

    async def _make(self, request: ImageRequest) -> bytes:
        limit = self._settings.comfyui_seconds
        try:
            async with asyncio.timeout(limit):
                await self._refuse_when_full()
                picture = await self._run(request)
                return await self._client.read(picture)
        except TimeoutError as error:
            raise JobError(ErrorClass.TIMEOUT, f"ComfyUI didn't make the image within {limit:g} s.") from error

    async def _refuse_when_full(self) -> None:
        limit = self._settings.comfyui_queue_limit
        if limit and await self._client.count_queued() >= limit:
            raise JobError(ErrorClass.RATE_LIMITED, f"ComfyUI's queue holds {limit} prompts or more.")

    async def _run(self, request: ImageRequest) -> PictureName:
        workflow = self._workflows[request.mode]
        graph = workflow.filled(await self._values(request))
        client_id = uuid4().hex
        line = Line(
            url=self._settings.comfyui_url,
            client_id=client_id,
            headers=self._headers,
            seconds=self._settings.comfyui_call_seconds,
            log=self._log,
        )
        errand = Errand(client=self._client, line=line, prompt_id=str(uuid4()), patience=self._patience)
        try:
            return await errand.run(graph, client_id=client_id, result=workflow.result)
        finally:
            self._leave_behind(errand, line)

    async def _values(self, request: ImageRequest) -> dict[str, str | int | float]:
        settings = self._settings
        values: dict[str, str | int | float] = {
            "prompt": wording(request, tell_pose=False),
            "negative": settings.negative_prompt,
            "seed": request.seed,
            "steps": settings.sampling_steps,
            "guidance": settings.guidance,
            "width": request.width,
            "height": request.height,
            "checkpoint": settings.comfyui_checkpoint,
            "controlnet": settings.comfyui_controlnet,
            "strength": settings.pose_strength,
        }
        if request.skeleton is not None:
            values["pose"] = await self._client.upload(await conditioning_png(self._rasteriser, request))
        return values

    def _leave_behind(self, errand: Errand, line: Line) -> None:
        """In a task of its own: whoever gives up on an image needn't wait for the server to hear of it."""
        task = asyncio.create_task(self._leave(errand, line))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _leave(self, errand: Errand, line: Line) -> None:
        await line.close()
        if not errand.standing:
            return
        try:
            await self._client.withdraw(errand.prompt_id)
        except JobError as error:
            self._log.warning(
                "comfyui prompt not withdrawn", prompt=errand.prompt_id, error_class=error.failed.error_class
            )


def comfyui_maker(settings: ComfyuiSettings) -> str:
    """What its images depend on besides the request: workflows, models and how they are run; not which server."""
    told = {
        "workflows": [workflow.graph for workflow in _read_workflows(settings).values()],
        "models": [settings.comfyui_checkpoint, settings.comfyui_controlnet],
        "sampling": [settings.sampling_steps, settings.guidance, settings.pose_strength, settings.negative_prompt],
    }
    return f"{NAME}/{hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]}"


def _read_workflows(settings: ComfyuiSettings) -> dict[Mode, Workflow]:
    return {
        Mode.POSE: Workflow.read(settings.comfyui_pose_workflow_file or FOLDER / "pose.json", NEEDED_FOR_POSE),
        Mode.TEXT: Workflow.read(settings.comfyui_text_workflow_file or FOLDER / "text.json", NEEDED_FOR_TEXT),
    }
