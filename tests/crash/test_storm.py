"""A storm can be had again."""

from tests.crash.storm import schedule


def test_the_same_seed_gives_the_same_blows_and_a_longer_storm_begins_as_a_shorter_one() -> None:
    short = schedule(7, seconds=60, workers=4, lease_seconds=2)
    long = schedule(7, seconds=180, workers=4, lease_seconds=2)
    other = schedule(8, seconds=60, workers=4, lease_seconds=2)

    assert long[: len(short)] == short
    assert len(long) > len(short) > 0
    assert other != short
