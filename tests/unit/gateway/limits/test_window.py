"""What a sliding window of two counts leaves free, and when more."""

from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.limits.window import Window

counts = st.integers(0, 200)
shares = st.floats(0.0, 1.0)


def window(amount: int, *, before: int = 0, before_left: float = 0.0, present: int = 0, left: float = 120.0) -> Window:
    """A window of a minute."""
    return Window(amount, 60, before, before_left, present, left)


def later(one: Window, seconds: float) -> Window:
    """What the same window is after so many seconds without a call, as the storages count it."""
    change = one.present_left - one.length
    if seconds < change:
        left = max(0.0, one.before_left - seconds)
        return window(one.amount, before=one.before, before_left=left, present=one.present)
    return window(one.amount, before=one.present, before_left=max(0.0, one.length - (seconds - change)))


def test_an_untouched_window_is_free() -> None:
    assert window(10).free == 10
    assert window(10).seconds_until(10) == 0.0


def test_calls_before_count_by_the_share_that_the_window_still_covers() -> None:
    assert window(10, before=8, before_left=30).free == 6


def test_a_full_present_window_is_waited_for_until_it_has_passed_and_faded() -> None:
    full = window(60, present=60, left=80)

    assert full.free == 0
    assert 20 <= full.seconds_until(1) <= 22


@given(amount=st.integers(1, 100), before=counts, covered=shares, present=counts, calls=st.integers(1, 100))
def test_after_the_wait_and_not_before_there_is_room(
    amount: int, before: int, covered: float, present: int, calls: int
) -> None:
    assume(calls <= amount)
    one = window(amount, before=before, before_left=60 * covered, present=present, left=60 + 60 * covered)

    wait = one.seconds_until(calls)

    assert later(one, wait + 0.001).free >= calls
    assert wait == 0 or later(one, max(0.0, wait - 0.001)).free < calls
