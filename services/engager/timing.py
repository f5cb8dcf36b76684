"""When an activity is carried out: jitter, lateness, spreading and quiet hours. Pure: the caller says what time it is.

Every fraction comes from the activity's own key, so that it is the same however often, and wherever, it is asked for.
"""

import functools
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from services.engager.words import LatePolicy

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Minutes after midnight between which an account does nothing; over midnight where `end` isn't after `start`.

    The two differ. What the clock on the wall in `zone` shows decides: an hour that a change of the clocks skips isn't
    quiet, and one that it repeats is quiet both times.
    """

    start: int
    end: int
    zone: str

    def covers(self, instant: datetime) -> bool:
        """Whether it is quiet then."""
        wall = instant.astimezone(ZoneInfo(self.zone))
        minute = 60 * wall.hour + wall.minute
        if self.start < self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end

    def end_after(self, instant: datetime) -> datetime:
        """When what covers `instant` is over, to the minute: clocks change, and quiet hours end, at whole ones."""
        return _quiet_end(self, instant.replace(second=0, microsecond=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """What the time of an activity depends on. `run_at`: when it is to be carried out, as far as is known."""

    key: bytes
    run_at: datetime
    late_policy: LatePolicy
    late_after_seconds: float
    spread_seconds: float
    spread: bool
    quiet: QuietHours | None


@dataclass(frozen=True, slots=True)
class Wait:
    """Not before `until`. `spread`: the activity was late, and its policy has put it there."""

    until: datetime
    spread: bool = False


@dataclass(frozen=True, slots=True)
class Skip:
    """Too late, as its policy has it."""


@dataclass(frozen=True, slots=True)
class Go:
    """Its time has come."""


Turn = Wait | Skip | Go


def turn_of(timing: Timing, now: datetime) -> Turn:
    """What is to be done about an activity now. It is never early, and spread once at most."""
    if now < timing.run_at:
        return Wait(timing.run_at)
    if now - timing.run_at > timedelta(seconds=timing.late_after_seconds):
        if timing.late_policy is LatePolicy.SKIP:
            return Skip()
        if timing.late_policy is LatePolicy.SPREAD and not timing.spread:
            return Wait(spread_from(now, timing.spread_seconds, timing.key), spread=True)
    if timing.quiet is not None and timing.quiet.covers(now):
        return Wait(timing.quiet.end_after(now))
    return Go()


def jittered(due_at: datetime, jitter_seconds: float, key: bytes) -> datetime:
    """A time within so many seconds from `due_at` on. `key`: the activity's, a SHA-256."""
    return due_at + timedelta(seconds=jitter_seconds * _fraction(key[:8]))


def spread_from(now: datetime, spread_seconds: float, key: bytes) -> datetime:
    """A time within so many seconds from `now` on, which has nothing to do with the jitter's."""
    return now + timedelta(seconds=spread_seconds * _fraction(key[8:16]))


def _fraction(eight_bytes: bytes) -> float:
    """From 0 to less than 1: as many of the bits as a float holds."""
    return (int.from_bytes(eight_bytes) >> 11) / 2**53


@functools.lru_cache(maxsize=1_000)
def _quiet_end(quiet: QuietHours, minute: datetime) -> datetime:
    """Kept, as an account's activities wait for the same end."""
    while quiet.covers(minute):
        minute += MINUTE
    return minute
