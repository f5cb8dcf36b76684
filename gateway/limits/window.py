"""The arithmetic of a sliding window that is counted as two: the present one, and what is left of the one before it."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """What `limits` has counted for one key, as its storages tell it; all times are in seconds.

    Of the calls before, the share counts that the sliding window still covers: before × before_left / length
    (limits.readthedocs.io, "Sliding window counter"). `present_left` is up to two lengths: when one is left, the
    present window becomes the one before.
    """

    amount: int
    length: float
    before: int
    before_left: float
    present: int
    present_left: float

    @property
    def free(self) -> int:
        """How many calls may be made now."""
        return max(0, self.amount - self.present - math.floor(self.before * self.before_left / self.length))

    def seconds_until(self, calls: int) -> float:
        """How long until so many, at most `amount`, may be made at once, if nobody makes any meanwhile."""
        room = self.amount - calls - self.present
        if room >= 0:
            return _seconds_until(room, counted=self.before, left=self.before_left, length=self.length)
        change = max(0.0, self.present_left - self.length)
        return change + _seconds_until(self.amount - calls, counted=self.present, left=self.length, length=self.length)


def _seconds_until(room: int, *, counted: int, left: float, length: float) -> float:
    """When what still counts of `counted`, rounded down, is no more than `room`: just below room + 1."""
    return max(0.0, left - length * (room + 1) / counted) if counted else 0.0
