"""What backends are told: a mixin for the settings of the process, which alone knows where they come from."""

from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from chassis.settings import KeyFile, Url

ValueT = TypeVar("ValueT")


class BackendChoice(BaseModel):
    """Which backend makes images, and what those that run a diffusion model share."""

    backend: Literal["mannequin", "comfyui", "openai", "diffusers"] = Field(
        "mannequin", description="What makes images."
    )
    negative_prompt: str = Field(
        "blurry, deformed, extra limbs, text, watermark",
        max_length=2000,
        description="What images of comfyui and diffusers should not show.",
    )
    sampling_steps: int = Field(25, ge=1, le=200, description="Steps of comfyui and diffusers.")
    guidance: float = Field(7.0, ge=0, le=50, description="How closely comfyui and diffusers follow the prompt.")
    pose_strength: float = Field(1.0, ge=0, le=2, description="How closely comfyui and diffusers follow the pose.")


def needed_by(backend: str, value: ValueT, told: ValidationInfo) -> ValueT:
    """The value. Raises ValueError where it is missing and the backend that needs it is the chosen one."""
    if not value and told.data.get("backend") == backend:
        raise ValueError(f"must be set for the backend {backend}")
    return value


class ComfyuiSettings(BackendChoice):
    """A ComfyUI server, and what its workflows are filled with."""

    comfyui_url: Url = Field("http://127.0.0.1:8188", description="Where ComfyUI listens.")
    comfyui_api_key_file: KeyFile = Field(None, description="File with a bearer token, where a proxy asks for one.")
    comfyui_checkpoint: str = Field("", description="The checkpoint's file name at the server: SD 1.5 or SDXL.")
    comfyui_controlnet: str = Field("", description="The OpenPose ControlNet's file name at the server.")
    comfyui_pose_workflow_file: Path | None = Field(None, description="A workflow of one's own, for poses.")
    comfyui_text_workflow_file: Path | None = Field(None, description="A workflow of one's own, for prompts.")
    comfyui_concurrency: int = Field(2, ge=1, le=100, description="Images asked for at once.")
    comfyui_queue_limit: int = Field(20, ge=0, description="Prompts in its queue from which on we wait; 0: any.")
    comfyui_seconds: float = Field(600.0, gt=0, description="Bound on one image, with its time in the queue.")
    comfyui_call_seconds: float = Field(30.0, gt=0, description="Bound on one call.")
    comfyui_silence_seconds: float = Field(30.0, gt=0, description="Silence after which its queue is looked into.")

    @field_validator("comfyui_checkpoint", "comfyui_controlnet")
    @classmethod
    def _is_needed_by_comfyui(cls, name: str, told: ValidationInfo) -> str:
        return needed_by("comfyui", name, told)


class OpenaiSettings(BackendChoice):
    """A server with OpenAI's Images API."""

    openai_url: Url = Field("https://api.openai.com/v1", description="Where the Images API is, before `/images`.")
    openai_api_key_file: KeyFile = Field(None, description="File with the key, where the server asks for one.")
    openai_model: str = Field("", max_length=200, description="The model's name at the server.")
    openai_sizes: str = Field(
        "1024x1024,1536x1024,1024x1536",
        pattern=r"^([1-9]\d{1,3}x[1-9]\d{1,3}(,[1-9]\d{1,3}x[1-9]\d{1,3})*)?$",
        description="Sizes that the server makes; empty: any.",
    )
    openai_response_format: Literal["", "b64_json", "url"] = Field(
        "", description="How the server is asked to send images; empty: not asked, as some models refuse the question."
    )
    openai_pose: Literal["words", "picture"] = Field(
        "words", description="How a pose is told: in words, or as a picture to edit (POST /images/edits)."
    )
    openai_image_hosts: str = Field("", description="Hosts beside the server's own that images may be fetched from.")
    openai_concurrency: int = Field(4, ge=1, le=100, description="Images asked for at once.")
    openai_seconds: float = Field(180.0, gt=0, description="Bound on one call.")

    @field_validator("openai_model")
    @classmethod
    def _is_needed_by_openai(cls, name: str, told: ValidationInfo) -> str:
        return needed_by("openai", name, told)


class DiffusersSettings(BackendChoice):
    """Weights on this machine."""

    diffusers_model_folder: Path | None = Field(None, description="A Stable Diffusion pipeline as diffusers saves it.")
    diffusers_controlnet_folder: Path | None = Field(None, description="An OpenPose ControlNet as diffusers saves it.")

    @field_validator("diffusers_model_folder")
    @classmethod
    def _holds_a_pipeline(cls, folder: Path | None, told: ValidationInfo) -> Path | None:
        return _checked_folder(needed_by("diffusers", folder, told), "model_index.json")

    @field_validator("diffusers_controlnet_folder")
    @classmethod
    def _holds_a_controlnet(cls, folder: Path | None, told: ValidationInfo) -> Path | None:
        return _checked_folder(needed_by("diffusers", folder, told), "config.json")


class BackendSettings(ComfyuiSettings, OpenaiSettings, DiffusersSettings):
    """All of them."""


def _checked_folder(folder: Path | None, file_name: str) -> Path | None:
    if folder is not None and not (folder / file_name).is_file():
        raise ValueError(f"{folder} has no {file_name}")
    return folder
