"""One model at one provider, through pydantic-ai: a single call without tools, bounded in time and in tokens.

Nothing is tried again here, and a bad answer isn't sent back to be mended: that is for the job, which counts attempts.
"""

from collections.abc import Sequence
from dataclasses import replace

import httpx2
from pydantic_ai import Agent, NativeOutput, PromptedOutput, capture_run_messages
from pydantic_ai.exceptions import AgentRunError, ContentFilterError
from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.models import Model as ProvidersModel
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings

from services.reviewer.models.failures import failure_of
from services.reviewer.models.model import Answer, CallUsage, ModelError
from services.reviewer.models.prompt import Prompt
from services.reviewer.models.schema import ModelReview
from services.reviewer.models.settings import ModelsSettings

# What the providers' packages raise where an answer has another form than they expect.
_MALFORMED = (AttributeError, IndexError, KeyError, TypeError, ValueError)


class _Once(WrapperModel):
    """A model that is asked once: pydantic-ai would ask a server that says `pause_turn` a thousand times."""

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        response = await super().request(messages, model_settings, model_request_parameters)
        return replace(response, state="complete")


class AgentModel:
    """Asks for JSON by the provider's own means where the model has them, else in words."""

    def __init__(
        self, *, name: str, model: ProvidersModel, client: httpx2.AsyncClient, settings: ModelsSettings
    ) -> None:
        """`client` is what `model` is reached by, and closed with this."""
        self.name = name
        self.max_output_tokens = settings.model_max_output_tokens
        self._client = client
        native = model.profile.get("supports_json_schema_output", False)
        self._agent = Agent(
            _Once(model),
            output_type=NativeOutput(ModelReview) if native else PromptedOutput(ModelReview),
            retries=0,
            model_settings=ModelSettings(
                max_tokens=settings.model_max_output_tokens,
                max_retries=0,
                request_timeout=settings.model_seconds,
                timeout=settings.model_seconds,
                thinking=False if settings.model_thinking == "off" else settings.model_thinking,
            ),
        )

    async def ask(self, prompt: Prompt) -> Answer:
        """See `Model`."""
        with capture_run_messages() as messages:
            try:
                run = await self._agent.run(prompt.text, instructions=prompt.instructions)
                if _is_refusal(messages):
                    raise ContentFilterError("refusal")
            except (AgentRunError, *_MALFORMED) as error:
                failed = failure_of(self.name, error, refused=_is_refusal(messages))
                raise ModelError(
                    failed.error_class,
                    failed.message,
                    after_seconds=failed.after_seconds,
                    usages=self._usages(messages),
                ) from None  # An answer, and so the code, may stand in the cause.
        return Answer(
            model=self.name,
            summary=run.output.summary,
            findings=run.output.findings,
            usages=self._usages(messages),
        )

    async def close(self) -> None:
        """Close its connections. Closing twice is legal."""
        await self._client.aclose()

    def _usages(self, messages: Sequence[ModelMessage]) -> list[CallUsage]:
        return [
            CallUsage(self.name, message.usage.input_tokens, message.usage.output_tokens)
            for message in messages
            if isinstance(message, ModelResponse)
        ]


def _is_refusal(messages: Sequence[ModelMessage]) -> bool:
    return any(isinstance(message, ModelResponse) and message.finish_reason == "content_filter" for message in messages)
