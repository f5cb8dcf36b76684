"""Sums a report up."""

import json
from pathlib import Path


def summary(path: Path) -> dict[str, int]:
    """Return how many lines of each level there are."""
    counts: dict[str, int] = {}
    for line in path.read_text().splitlines():
        level = json.loads(line)["level"]
        counts[level] = counts.get(level, 0) + 1
    return counts
