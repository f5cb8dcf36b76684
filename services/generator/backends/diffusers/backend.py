"""The backend `diffusers`: Stable Diffusion with an OpenPose ControlNet in this process."""

import asyncio
import hashlib
import importlib.metadata
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jobs.job import ErrorClass
from jobs.outcomes import JobError
from services.generator.backends.backend import GeneratedImage, ImageRequest, Limits, Mode, check_request
from services.generator.backends.conditioning import conditioning_png
from services.generator.backends.diffusers.pipelines import Painting, Pipelines, Stopped, load_pipelines
from services.generator.backends.settings import DiffusersSettings
from services.generator.backends.wording import wording
from services.generator.rasteriser import Rasteriser

NAME = "diffusers"
SMALLEST_SIDE, LARGEST_SIDE, SIZE_STEP = 64, 1536, 8  # A latent's pixel is eight of the image's.
_PACKAGES = ("diffusers", "torch", "transformers")


class ExtraMissing(ValueError):
    """The backend's packages aren't installed."""


class Diffusers:
    """Makes images of a pose or of a prompt, one at a time, in a thread of its own; any style is a word of the prompt.

    Limits: 64 to 1536 pixels a side in steps of 8. The weights are read with the first image. The same request gives
    the same image with the same packages on the same kind of device. CUDA is used where it is present, else the CPU,
    which takes minutes an image. A cancelled image stops after the step it is in.

    Error classes: INVALID for an image that the model's safety checker withholds; UNKNOWN for weights that can't be
    read and for whatever fails within torch, such as memory that ran out.
    """

    name = NAME

    def __init__(
        self,
        *,
        settings: DiffusersSettings,
        rasteriser: Rasteriser,
        clock: Callable[[], float] = time.monotonic,
        load: Callable[[Path, Path], Pipelines] = load_pipelines,
    ) -> None:
        """`rasteriser` is somebody else's to close."""
        self._settings = settings
        self._rasteriser = rasteriser
        self._clock = clock
        self._load = load
        self._pipelines: Pipelines | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=NAME)
        self._closing = threading.Event()
        self.limits = Limits(
            modes=frozenset(Mode),
            smallest_side=SMALLEST_SIDE,
            largest_side=LARGEST_SIDE,
            concurrency=1,
            size_step=SIZE_STEP,
        )

    async def generate(self, request: ImageRequest) -> GeneratedImage:
        """Make one image. Raises `jobs.outcomes.JobError`."""
        check_request(self.limits, request)
        pose = None if request.skeleton is None else await conditioning_png(self._rasteriser, request)
        given_up = threading.Event()
        try:
            png, seconds = await asyncio.get_running_loop().run_in_executor(
                self._thread, self._paint, self._painting(request, pose), given_up
            )
        finally:
            given_up.set()
        return GeneratedImage(png, request.width, request.height, NAME, seconds)

    async def close(self) -> None:
        """Stop the image that is being made, and let go of the weights. Closing twice is legal."""
        self._closing.set()
        await asyncio.to_thread(self._thread.shutdown, cancel_futures=True)
        self._pipelines = None

    def _painting(self, request: ImageRequest, pose: bytes | None) -> Painting:
        return Painting(
            prompt=wording(request, tell_pose=False),
            negative_prompt=self._settings.negative_prompt,
            pose=pose,
            width=request.width,
            height=request.height,
            steps=self._settings.sampling_steps,
            guidance=self._settings.guidance,
            pose_strength=self._settings.pose_strength,
            seed=request.seed,
        )

    def _paint(self, painting: Painting, given_up: threading.Event) -> tuple[bytes, float]:
        """In the thread: the PNG, and the time it took."""
        pipelines = self._loaded()
        started = self._clock()
        try:
            png = pipelines.paint(painting, lambda: given_up.is_set() or self._closing.is_set())
        except Stopped:
            raise JobError(ErrorClass.UNKNOWN, "The image was given up, as the backend closes.") from None
        except Exception as error:
            raise JobError(ErrorClass.UNKNOWN, f"The model failed ({type(error).__name__}).") from error
        if png is None:
            raise JobError(ErrorClass.INVALID, "The model's safety checker withholds the image.")
        return png, self._clock() - started

    def _loaded(self) -> Pipelines:
        if self._pipelines is None:
            model, controlnet = _folders(self._settings)
            try:
                self._pipelines = self._load(model, controlnet)
            except Exception as error:
                raise JobError(ErrorClass.UNKNOWN, f"The weights can't be read ({type(error).__name__}).") from error
        return self._pipelines


def diffusers_maker(settings: DiffusersSettings) -> str:
    """What its images depend on besides the request: packages, weights by name, size and time, and how they are run.

    Raises ExtraMissing.
    """
    told = {
        "packages": [_version(package) for package in _PACKAGES],
        "files": [list(_files(folder)) for folder in _folders(settings)],
        "sampling": [settings.sampling_steps, settings.guidance, settings.pose_strength, settings.negative_prompt],
    }
    return f"{NAME}/{hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]}"


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        raise ExtraMissing(f"the backend {NAME} needs atelier[{NAME}]: {package} isn't installed") from None


def _folders(settings: DiffusersSettings) -> tuple[Path, Path]:
    model, controlnet = settings.diffusers_model_folder, settings.diffusers_controlnet_folder
    assert model is not None and controlnet is not None  # noqa: S101, PT018 - the fields' validators have told
    return model, controlnet


def _files(folder: Path) -> Iterator[tuple[str, int, int]]:
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        stat = path.stat()
        yield path.relative_to(folder).as_posix(), stat.st_size, stat.st_mtime_ns
