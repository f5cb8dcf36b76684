"""Stable Diffusion with an OpenPose ControlNet, over diffusers, from folders on this machine and from nowhere else.

diffusers and torch are the extra `diffusers`; they take long to import and are imported by `load_pipelines` alone.
"""

import importlib
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image


class Stopped(Exception):
    """Nobody waits for the image any more."""


@dataclass(frozen=True, slots=True)
class Painting:
    """One image to make; `pose` is the PNG of its skeleton."""

    prompt: str
    negative_prompt: str
    pose: bytes | None
    width: int
    height: int
    steps: int
    guidance: float
    pose_strength: float
    seed: int


class Pipelines:
    """One set of weights, with the pose and without it. One painting at a time."""

    def __init__(self, *, torch: Any, posed: Any, plain: Any) -> None:
        """`posed` and `plain` are pipelines of diffusers that share what they consist of."""
        self._torch = torch
        self._posed = posed
        self._plain = plain

    def paint(self, painting: Painting, stopped: Callable[[], bool]) -> bytes | None:
        """The image as PNG; None where the model's own safety checker withholds it.

        `stopped` is asked after each step. Raises Stopped, and whatever torch does.
        """

        def go_on(_pipeline: Any, _step: int, _time: Any, tensors: dict[str, Any]) -> dict[str, Any]:
            if stopped():
                raise Stopped
            return tensors

        pipeline, further = self._posed, {}
        if painting.pose is None:
            pipeline = self._plain
        else:
            pose = Image.open(io.BytesIO(painting.pose)).convert("RGB")
            further = {"image": pose, "controlnet_conditioning_scale": painting.pose_strength}
        made = pipeline(
            prompt=painting.prompt,
            negative_prompt=painting.negative_prompt,
            width=painting.width,
            height=painting.height,
            num_inference_steps=painting.steps,
            guidance_scale=painting.guidance,
            # On the CPU, whose random numbers are the same beside any GPU.
            generator=self._torch.Generator("cpu").manual_seed(painting.seed),
            callback_on_step_end=go_on,
            **further,
        )
        withheld = getattr(made, "nsfw_content_detected", None)
        return None if withheld and withheld[0] else _encoded(made.images[0])


def load_pipelines(model_folder: Path, controlnet_folder: Path) -> Pipelines:
    """Read the weights; onto CUDA where there is any, else for the CPU. Takes from seconds to minutes."""
    # Read by huggingface_hub when it is imported: nothing may be looked for elsewhere.
    os.environ["HF_HUB_OFFLINE"] = "1"
    torch, diffusers, transformers = (importlib.import_module(name) for name in ("torch", "diffusers", "transformers"))
    for package in (diffusers, transformers):
        package.utils.logging.disable_progress_bar()  # Standard error is the log's.
    device, dtype = ("cuda", torch.float16) if torch.cuda.is_available() else ("cpu", torch.float32)
    # Weights that are pickled could run code.
    local = {"local_files_only": True, "use_safetensors": True, "dtype": dtype}
    controlnet = diffusers.ControlNetModel.from_pretrained(controlnet_folder, **local)
    auto = diffusers.AutoPipelineForText2Image
    posed = auto.from_pretrained(model_folder, controlnet=controlnet, **local).to(device)
    plain = auto.from_pipe(posed, controlnet=None)
    for pipeline in (posed, plain):
        pipeline.set_progress_bar_config(disable=True)
    return Pipelines(torch=torch, posed=posed, plain=plain)


def _encoded(image: Image.Image) -> bytes:
    target = io.BytesIO()
    image.save(target, "PNG")
    return target.getvalue()
