"""What the tests of the engager stand on."""

import pytest


@pytest.fixture
def tables_of() -> list[str]:
    return ["jobs", "services/engager"]
