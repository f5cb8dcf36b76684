"""Times as messages hold them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.times import set_time


@pytest.mark.parametrize(
    "time",
    [
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2026, 11, 22, 21, 0, 0, 123_456, tzinfo=UTC),
        datetime(2026, 11, 22, 23, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=-5, minutes=-30))),
        datetime(1969, 12, 31, 23, 59, 59, 1, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ],
)
def test_a_time_is_the_same_moment_in_a_message(time: datetime) -> None:
    field = Timestamp()

    set_time(field, time)

    assert field.ToDatetime(tzinfo=UTC) == time


def test_a_time_without_a_zone_is_no_moment() -> None:
    with pytest.raises(TypeError):
        set_time(Timestamp(), datetime(2026, 11, 22))  # noqa: DTZ001 - what is tested
