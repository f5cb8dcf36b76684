"""The end of what draws: the backend and the processes beside it go with the process that uses them."""

from services.generator.backends.backend import Backend
from services.generator.rasteriser import Rasteriser


class Drawing:
    """A part that starts nothing, as both start when they are first needed, and closes both."""

    def __init__(self, *, rasteriser: Rasteriser, backend: Backend) -> None:
        self._rasteriser = rasteriser
        self._backend = backend

    async def start(self) -> None:
        """They start when they are first needed."""

    async def stop(self) -> None:
        """Close them."""
        await self._backend.close()
        await self._rasteriser.close()
