"""What models are told: a mixin for the settings of the process, which alone knows where they come from."""

from typing import Literal

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from chassis.settings import KeyFile, Url
from services.reviewer.models.prices import Price
from services.reviewer.models.prompt import Task

NONE = "none"
ANTHROPIC, OPENAI, LOCAL = "anthropic", "openai", "local"


class ModelsSettings(BaseModel):
    """Which models look at code, how to reach them, and what they cost."""

    anthropic_url: Url = Field("https://api.anthropic.com", description="Where Anthropic's API is, before `/v1`.")
    anthropic_api_key_file: KeyFile = Field(None, description="File with the key.")
    openai_url: Url = Field("https://api.openai.com/v1", description="Where OpenAI's API, or one like it, is.")
    openai_api_key_file: KeyFile = Field(None, description="File with the key.")
    local_url: Url = Field(
        "http://127.0.0.1:11434/v1", description="A server of one's own with OpenAI's Chat Completions."
    )
    local_api_key_file: KeyFile = Field(None, description="File with a key, where that server asks for one.")
    models: str = Field(
        NONE,
        description="`none`, or models such as `anthropic:claude-sonnet-5` or `local:qwen2.5-coder`, with commas "
        "between: each is asked when those before it fail.",
    )
    model_seconds: float = Field(120.0, gt=0, le=3600, description="Bound on one call to a model.")
    model_thinking: Literal["off", "low", "medium", "high"] = Field(
        "off", description="How much a model that can thinks before it answers, in tokens of the answer."
    )
    model_max_output_tokens: int = Field(
        4_000, ge=256, le=64_000, description="Tokens that one answer may have; so many are set aside for each file."
    )
    review_cache_seconds: int = Field(
        86_400, ge=0, description="How long answers on files and architectures are kept; 0: not at all."
    )
    debug_cache_seconds: int = Field(3_600, ge=0, description="How long answers on errors are kept; 0: not at all.")
    prices: dict[str, Price] = Field(
        {},
        description='US dollars per million tokens by model: {"local:qwen2.5-coder": {"input": 0, "output": 0}}.',
    )

    # After the files of keys: those that a model needs have been looked at.
    @field_validator("models")
    @classmethod
    def _can_be_asked(cls, models: str, told: ValidationInfo) -> str:
        for provider, model in read_models(models):
            if provider not in {ANTHROPIC, OPENAI, LOCAL} or not model:
                raise ValueError("each must be `anthropic:`, `openai:` or `local:` and the model's name there")
            if provider != LOCAL and told.data.get(f"{provider}_api_key_file", "wrong itself") is None:
                raise ValueError(f"{provider}: needs {provider}_api_key_file")
        return models

    def cache_seconds(self, task: Task) -> int:
        """How long an answer to a task is kept."""
        return self.debug_cache_seconds if task is Task.DEBUG else self.review_cache_seconds


def read_models(models: str) -> list[tuple[str, str]]:
    """Provider and name of each model; none of them for `none`."""
    if models.strip() == NONE:
        return []
    parts = [model.strip().partition(":") for model in models.split(",")]
    return [(provider, name) for provider, _, name in parts]
