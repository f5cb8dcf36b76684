"""Buttons that tell their number."""

from collections.abc import Callable
from functools import partial


def press(number: int) -> int:
    """Tell the number."""
    return number


def buttons(count: int) -> list[Callable[[], int]]:
    """Return a button for each number."""
    return [partial(press, number) for number in range(count)]
