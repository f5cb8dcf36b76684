"""Ranges of bytes, as RFC 9110 has them."""

import pytest

from gateway.ranges import asked_span


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-0", range(1)),
        ("bytes=2-5", range(2, 6)),
        ("bytes=2-", range(2, 10)),
        ("bytes=-3", range(7, 10)),
        ("bytes=-30", range(10)),
        ("bytes=8-99", range(8, 10)),
        ("BYTES=0-1", range(2)),
    ],
)
def test_a_range_is_cut_to_what_is_there(header: str, span: range) -> None:
    assert asked_span(header, 10) == span


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-20", "bytes=-0", f"bytes={'9' * 18}-"])
def test_a_range_behind_the_end_holds_nothing(header: str) -> None:
    span = asked_span(header, 10)

    assert span is not None
    assert not span


@pytest.mark.parametrize(
    "header",
    ["", "bytes", "bytes=", "bytes=-", "bytes=5-2", "bytes=0-1,4-5", "items=0-1", "bytes=a-b", f"bytes={'9' * 5000}-"],
)
def test_what_is_no_single_range_asks_for_everything(header: str) -> None:
    assert asked_span(header, 10) is None


def test_of_nothing_there_is_no_part() -> None:
    assert asked_span("", 0) is None
    assert asked_span("bytes=0-", 0) == range(0)
    assert asked_span("bytes=-1", 0) == range(0)
