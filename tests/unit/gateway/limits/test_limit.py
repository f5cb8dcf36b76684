"""Limits as settings write them."""

import pytest

from gateway.limits.limit import Limit


@pytest.mark.parametrize(
    ("text", "limit"),
    [("600/minute", Limit(600, 60)), ("5 per 2 hours", Limit(5, 7200)), ("1/second", Limit(1, 1))],
)
def test_a_limit_reads_as_it_is_written(text: str, limit: Limit) -> None:
    assert Limit.parse(text) == limit


@pytest.mark.parametrize("text", ["many", "600", "5/fortnight", "5/minute; 9/hour", "0/minute", "-1/minute"])
def test_what_is_no_limit_is_told_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"600/minute|lets nobody in"):
        Limit.parse(text)


def test_calls_are_taken_in_advance_by_the_hundredth_and_counted_a_second_longer() -> None:
    limit = Limit(6000, 60)

    assert limit.portion == 60
    assert limit.counted.get_expiry() == 61


@pytest.mark.parametrize("limit", [Limit(100_000, 1), Limit(199, 60)])
def test_a_short_or_small_limit_is_asked_for_call_by_call_and_counted_as_it_is(limit: Limit) -> None:
    assert limit.portion == 1
    assert limit.counted.get_expiry() == limit.seconds
