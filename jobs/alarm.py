"""Stops handlers that take longer than they may. A job that only waits is the reaper's business."""

import asyncio
import math
import time

from jobs.keeper import Keeper
from jobs.running import HeldJob, Stop


class Alarm:
    """One timer for all attempts, as nearly all end long before theirs would ring: it rings when the first is late."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._rings_at = math.inf
        self._timer: asyncio.TimerHandle | None = None

    def set(self, held: HeldJob, seconds: float) -> None:
        """Stop the job's handler unless it has ended in so many seconds."""
        held.late_at = time.monotonic() + seconds
        if held.late_at < self._rings_at:
            self._ring_at(held.late_at)

    def _ring_at(self, late_at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._rings_at = late_at
        self._timer = asyncio.get_running_loop().call_later(late_at - time.monotonic(), self._ring)

    def _ring(self) -> None:
        self._rings_at, now = math.inf, time.monotonic()
        for held in self._keeper.held:
            if held.late_at <= now:
                held.end(Stop.TIMEOUT)
            elif held.late_at < self._rings_at and not held.ending:
                self._rings_at = held.late_at
        if self._rings_at < math.inf:
            self._ring_at(self._rings_at)
