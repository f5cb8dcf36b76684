"""What passes this process, as plain numbers: calls under way, rates of the last minute, how late timers come."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from itertools import islice

WINDOW_SECONDS = 60
TICK_SECONDS = 0.1
# Of so many timers the best one tells whether the process is late with everything.
STANDING_TICKS = 3
# A late timer is told of for about a second, so that whoever looks now and then sees it.
LAG_TICKS = 10
# What timers of a process that has nothing to do are late by.
NO_LAG_SECONDS = 0.01


class Rate:
    """How many events a second there were in the last minute, counted by whole seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seconds: deque[list[int]] = deque()  # Which second, and its events; only seconds that had any.

    def count(self) -> None:
        """One more event."""
        now = int(self._clock())
        if self._seconds and self._seconds[-1][0] == now:
            self._seconds[-1][1] += 1
            return
        self._seconds.append([now, 1])
        self._forget(now)

    def per_second(self) -> float:
        """Events of the last minute, a second."""
        self._forget(int(self._clock()))
        return sum(events for _, events in self._seconds) / WINDOW_SECONDS

    def _forget(self, now: int) -> None:
        while self._seconds and self._seconds[0][0] <= now - WINDOW_SECONDS:
            self._seconds.popleft()


class Load:
    """The load of this process. A part: while it runs it measures the lag.

    `calls` are those under way, streams included, and `begun` all that ever were; `limits_shared`: limits are counted
    in Redis at the moment; `standing_lag_seconds`: how late the process is with whatever it does, which one long step
    doesn't make it.
    """

    def __init__(self) -> None:
        self.calls = 0
        self.begun = 0
        self.limits_shared = False
        self.standing_lag_seconds = 0.0
        self.ended = Rate()
        self.shed = Rate()
        self.limited = Rate()
        self._lags: deque[float] = deque([0.0], maxlen=LAG_TICKS)
        self._stirred = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def lag_seconds(self) -> float:
        """How late the latest timer of the last second came."""
        return max(self._lags)

    def begin(self) -> None:
        """A call began."""
        self.calls += 1
        self.begun += 1
        self._stirred.set()

    def end(self) -> None:
        """It ended, however."""
        self.calls -= 1
        self.ended.count()

    async def stirred(self, begun: int) -> int:
        """How many calls have begun, as soon as they are others than so many: nobody need wake for an idle process."""
        while self.begun == begun:
            self._stirred.clear()
            await self._stirred.wait()
        return self.begun

    async def start(self) -> None:
        """Measure from now on."""
        self._task = asyncio.create_task(self._measure())

    async def stop(self) -> None:
        """Measure no longer. Stopping twice is legal."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _measure(self) -> None:
        begun = 0
        while True:
            if self.lag_seconds < NO_LAG_SECONDS:
                begun = await self.stirred(begun)
            due = time.monotonic() + TICK_SECONDS
            await asyncio.sleep(TICK_SECONDS)
            self._lags.append(max(0.0, time.monotonic() - due))
            self.standing_lag_seconds = min(islice(reversed(self._lags), STANDING_TICKS))
