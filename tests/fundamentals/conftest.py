"""What the tutorial stands on: a running resolver of its own for each test, and an operator's stub to call it."""

from tests.contract.conftest import serve, served, stub
from tests.integration.jobs.conftest import engine

__all__ = ["engine", "serve", "served", "stub"]
