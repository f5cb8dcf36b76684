"""Buttons that tell their number."""

from collections.abc import Callable


def buttons(count: int) -> list[Callable[[], int]]:
    """Return a button for each number."""
    made = []
    for number in range(count):
        made.append(lambda: number)
    return made
