"""Several models as one: the next is asked when one fails, whyever it did."""

from collections.abc import Sequence
from dataclasses import replace

from jobs.failures import is_retried
from jobs.outcomes import Failed
from services.reviewer.models.model import Answer, CallUsage, Model, ModelError
from services.reviewer.models.prompt import Prompt


class Fallback:
    """Asks the models in order until one answers."""

    def __init__(self, models: Sequence[Model]) -> None:
        self._models = models
        self.name = ",".join(model.name for model in models)
        self.max_output_tokens = max(model.max_output_tokens for model in models)

    async def ask(self, prompt: Prompt) -> Answer:
        """See `Model`. When all fail, the failure that another attempt may mend soonest is raised."""
        usages, failures = list[CallUsage](), list[ModelError]()
        for model in self._models:
            try:
                answer = await model.ask(prompt)
            except ModelError as error:
                usages += error.usages
                failures.append(error)
            else:
                return replace(answer, usages=[*usages, *answer.usages])
        failed = min((failure.failed for failure in failures), key=_hopelessness)
        raise ModelError(failed.error_class, failed.message, after_seconds=failed.after_seconds, usages=usages)

    async def close(self) -> None:
        """Close all. Closing twice is legal."""
        for model in self._models:
            await model.close()


def _hopelessness(failed: Failed) -> tuple[bool, float]:
    return (not is_retried(failed.error_class), failed.after_seconds or 0.0)
