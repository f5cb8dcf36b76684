"""One model at the provider that its settings name. Only where a model is set: what is imported here takes seconds."""

import logging
from pathlib import Path

import httpx2
from pydantic_ai.models import Model as ProvidersModel
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

from services.reviewer.models.agent import AgentModel
from services.reviewer.models.client import open_client
from services.reviewer.models.model import Model
from services.reviewer.models.settings import LOCAL, ModelsSettings

# Ollama and others take `max_tokens`, and ignore `max_completion_tokens` (github.com/ollama/ollama/issues/7125).
_OLDER_NAMES = OpenAIModelProfile(openai_chat_supports_max_completion_tokens=False)
# At DEBUG these tell whole requests, code and all.
_TALKATIVE = ("anthropic", "openai", "httpx2", "httpcore2")


def open_model(settings: ModelsSettings, provider: str, model: str) -> Model:
    """One model at its provider; theirs to close who asked."""
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    # What is on this machine or next to it needs no proxy.
    client = open_client(seconds=settings.model_seconds, through_proxy=provider != LOCAL)
    return AgentModel(
        name=f"{provider}:{model}",
        model=_reached(settings, provider, model, client),
        client=client,
        settings=settings,
    )


def _reached(settings: ModelsSettings, provider: str, model: str, client: httpx2.AsyncClient) -> ProvidersModel:
    match provider:
        case "anthropic":
            key = _key(settings.anthropic_api_key_file)
            return AnthropicModel(
                model, provider=AnthropicProvider(api_key=key, base_url=settings.anthropic_url, http_client=client)
            )
        case "openai":
            key = _key(settings.openai_api_key_file)
            return OpenAIChatModel(
                model, provider=OpenAIProvider(api_key=key, base_url=settings.openai_url, http_client=client)
            )
        case _:
            key = _key(settings.local_api_key_file)
            return OpenAIChatModel(
                model,
                provider=OpenAICompatibleProvider(
                    LOCAL, base_url=settings.local_url, api_key=key, http_client=client, profile=_OLDER_NAMES
                ),
            )


def _key(path: Path | None) -> str | None:
    return None if path is None else path.read_text().strip()
