"""From settings to the models that they name."""

from services.reviewer.models.fallback import Fallback
from services.reviewer.models.model import Model
from services.reviewer.models.settings import ModelsSettings, read_models


def choose_model(settings: ModelsSettings) -> Model | None:
    """The model, theirs to close who asked; None where none is set."""
    named = read_models(settings.models)
    if not named:
        return None
    # Here, as it costs seconds that a process without a model needn't wait.
    from services.reviewer.models.providers import open_model

    models = [open_model(settings, provider, name) for provider, name in named]
    return models[0] if len(models) == 1 else Fallback(models)
