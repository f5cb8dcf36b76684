"""One sandbox for all tests of linters: what it does for one file must not matter to the next."""

import os
from collections.abc import AsyncIterator

import pytest

from services.reviewer.linters.linting import Linting, known_linters
from services.reviewer.linters.sandbox import Limits


@pytest.fixture(scope="session")
async def linting() -> AsyncIterator[Linting]:
    """All linters that are here."""
    linting = Linting(known_linters(), places=os.cpu_count() or 1, limits=Limits())
    yield linting
    await linting.close()
