"""Splits results into pages."""

from collections.abc import Sequence


def page(results: Sequence[str], number: int, size: int = 20) -> Sequence[str]:
    """Return a page of the results; the first is number 1."""
    start = (number - 1) * size
    return results[start : start + size]


def pages(results: Sequence[str], size: int = 20) -> int:
    """Return how many pages there are."""
    return -(-len(results) // size)
