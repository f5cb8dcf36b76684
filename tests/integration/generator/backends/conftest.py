"""What the backends' tests share: the drawing process, a log, and requests."""

from collections.abc import AsyncIterator

import pytest

from services.generator.rasteriser import Rasteriser


@pytest.fixture(scope="session")
async def rasteriser() -> AsyncIterator[Rasteriser]:
    """One drawing process for all."""
    rasteriser = Rasteriser(processes=1)
    yield rasteriser
    await rasteriser.close()
