"""What the tests of the ledger stand on."""

import pytest


@pytest.fixture
def tables_of() -> list[str]:
    return ["ledger"]
