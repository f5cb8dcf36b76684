"""When activities are carried out, and when accounts are quiet, on the days of a clock change too."""

import hashlib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engager.timing import Go, QuietHours, Skip, Timing, Wait, jittered, spread_from, turn_of
from services.engager.words import LatePolicy

KEY = hashlib.sha256(b"one").digest()
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
KEYS = st.binary(min_size=32, max_size=32)


def timing(
    *, late_policy: LatePolicy = LatePolicy.RUN, spread: bool = False, quiet: QuietHours | None = None
) -> Timing:
    return Timing(
        key=KEY,
        run_at=NOON,
        late_policy=late_policy,
        late_after_seconds=60.0,
        spread_seconds=600.0,
        spread=spread,
        quiet=quiet,
    )


def berlin(*wall: int, fold: int = 0) -> datetime:
    return datetime(*wall, tzinfo=BERLIN, fold=fold).astimezone(UTC)  # type: ignore[misc, arg-type]


def test_what_is_not_due_yet_waits_for_its_time() -> None:
    assert turn_of(timing(), NOON - timedelta(microseconds=1)) == Wait(NOON)
    assert turn_of(timing(), NOON) == Go()


@pytest.mark.parametrize("policy", LatePolicy)
def test_what_is_late_by_no_more_than_it_may_be_is_carried_out_whatever_its_policy(policy: LatePolicy) -> None:
    assert turn_of(timing(late_policy=policy), NOON + timedelta(seconds=60)) == Go()


def test_what_is_too_late_is_carried_out_skipped_or_spread_once_as_its_policy_says() -> None:
    late = NOON + timedelta(seconds=61)

    spread = turn_of(timing(late_policy=LatePolicy.SPREAD), late)

    assert turn_of(timing(late_policy=LatePolicy.RUN), late) == Go()
    assert turn_of(timing(late_policy=LatePolicy.SKIP), late) == Skip()
    assert isinstance(spread, Wait)
    assert spread.spread
    assert late <= spread.until < late + timedelta(seconds=600)
    assert turn_of(timing(late_policy=LatePolicy.SPREAD, spread=True), late) == Go()


def test_what_is_due_in_quiet_hours_waits_for_their_end() -> None:
    quiet = QuietHours(start=11 * 60, end=13 * 60 + 30, zone="UTC")

    assert turn_of(timing(quiet=quiet), NOON) == Wait(NOON.replace(hour=13, minute=30))


def test_what_is_too_late_is_skipped_in_quiet_hours_too() -> None:
    quiet = QuietHours(start=0, end=1439, zone="UTC")

    assert turn_of(timing(late_policy=LatePolicy.SKIP, quiet=quiet), NOON + timedelta(hours=1)) == Skip()


@given(KEYS, st.floats(min_value=0, max_value=86_400))
def test_jitter_and_spread_stay_within_their_seconds_and_are_the_same_every_time(key: bytes, seconds: float) -> None:
    for move in (jittered, spread_from):
        moved = move(NOON, seconds, key)

        assert NOON <= moved <= NOON + timedelta(seconds=seconds)
        assert moved == move(NOON, seconds, key)


def test_jitter_is_spread_evenly_and_has_nothing_to_do_with_the_spread() -> None:
    keys = [hashlib.sha256(bytes([one])).digest() for one in range(200)]

    minutes = [(jittered(NOON, 600.0, key) - NOON) // timedelta(minutes=1) for key in keys]
    together = sum((jittered(NOON, 1, key) < spread_from(NOON, 1, key)) for key in keys)

    assert {minutes.count(minute) > 5 for minute in range(10)} == {True}
    assert 60 < together < 140


def test_quiet_hours_over_midnight_end_the_next_morning_in_their_zone() -> None:
    quiet = QuietHours(start=22 * 60, end=7 * 60, zone="Europe/Berlin")

    assert not quiet.covers(berlin(2026, 6, 1, 21, 59))
    assert quiet.covers(berlin(2026, 6, 1, 22, 0))
    assert quiet.end_after(berlin(2026, 6, 1, 22, 0)) == berlin(2026, 6, 2, 7, 0)
    assert quiet.end_after(berlin(2026, 6, 2, 6, 59)) == berlin(2026, 6, 2, 7, 0)
    assert not quiet.covers(berlin(2026, 6, 2, 7, 0))


def test_the_night_that_loses_an_hour_is_quiet_from_wall_clock_to_wall_clock() -> None:
    quiet = QuietHours(start=22 * 60, end=7 * 60, zone="Europe/Berlin")
    evening = berlin(2026, 3, 28, 22, 0)

    assert quiet.end_after(evening) == berlin(2026, 3, 29, 7, 0) == evening + timedelta(hours=8)


def test_the_night_that_gains_an_hour_is_quiet_from_wall_clock_to_wall_clock() -> None:
    quiet = QuietHours(start=22 * 60, end=7 * 60, zone="Europe/Berlin")
    evening = berlin(2026, 10, 24, 22, 0)

    assert quiet.end_after(evening) == berlin(2026, 10, 25, 7, 0) == evening + timedelta(hours=10)


def test_quiet_hours_whose_end_is_skipped_end_with_the_change() -> None:
    quiet = QuietHours(start=60, end=2 * 60 + 30, zone="Europe/Berlin")
    change = datetime(2026, 3, 29, 1, tzinfo=UTC)

    assert quiet.end_after(berlin(2026, 3, 29, 1, 15)) == change
    assert not quiet.covers(change)


def test_quiet_hours_that_are_skipped_altogether_do_not_happen() -> None:
    quiet = QuietHours(start=2 * 60 + 15, end=2 * 60 + 45, zone="Europe/Berlin")
    night = datetime(2026, 3, 28, 23, tzinfo=UTC)

    assert not any(quiet.covers(night + timedelta(minutes=minute)) for minute in range(6 * 60))


def test_quiet_hours_that_come_twice_are_kept_both_times() -> None:
    quiet = QuietHours(start=2 * 60 + 15, end=2 * 60 + 45, zone="Europe/Berlin")

    for fold in (0, 1):
        end = berlin(2026, 10, 25, 2, 45, fold=fold)

        assert quiet.end_after(berlin(2026, 10, 25, 2, 15, fold=fold)) == end
        assert not quiet.covers(end)


@given(
    st.lists(st.integers(0, 1439), min_size=2, max_size=2, unique=True),
    st.sampled_from(["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Chatham", "UTC"]),
    st.floats(0, 365 * 86_400),
)
def test_the_end_of_quiet_hours_is_the_first_instant_that_is_not_quiet(
    minutes: list[int], zone: str, seconds: float
) -> None:
    now = NOON + timedelta(seconds=seconds)
    quiet = QuietHours(start=minutes[0], end=minutes[1], zone=zone)

    over = quiet.end_after(now) if quiet.covers(now) else now

    assert not quiet.covers(over)
    assert over == now or quiet.covers(over - timedelta(microseconds=1))
