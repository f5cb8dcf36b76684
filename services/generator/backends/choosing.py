"""From settings to the backend that they name."""

import structlog

from services.generator.backends.backend import Backend
from services.generator.backends.comfyui.backend import Comfyui, comfyui_maker
from services.generator.backends.diffusers.backend import Diffusers, diffusers_maker
from services.generator.backends.mannequin import Mannequin
from services.generator.backends.openai.backend import Openai, openai_maker
from services.generator.backends.settings import BackendSettings
from services.generator.identity import mannequin_maker
from services.generator.rasteriser import Rasteriser


def choose_backend(
    settings: BackendSettings, *, rasteriser: Rasteriser, drawers: int, log: structlog.stdlib.BoundLogger
) -> tuple[Backend, str]:
    """The backend, theirs to close who asked, and what its images depend on besides the request, for `identity.py`.

    `drawers` is how many processes the rasteriser has. Raises ValueError for what no setting can mend, in a sentence
    for whoever starts the process: a workflow without a named input, an extra that isn't installed.
    """
    match settings.backend:
        case "mannequin":
            return Mannequin(rasteriser=rasteriser, concurrency=drawers), mannequin_maker()
        case "comfyui":
            return Comfyui(settings=settings, rasteriser=rasteriser, log=log), comfyui_maker(settings)
        case "openai":
            return Openai(settings=settings, rasteriser=rasteriser, log=log), openai_maker(settings)
        case "diffusers":
            return Diffusers(settings=settings, rasteriser=rasteriser), diffusers_maker(settings)
