"""The pause before a restart."""

from cli.stack.child import Backoff


def test_pause_doubles_up_to_a_bound() -> None:
    backoff = Backoff()

    assert [backoff.delay(0) for _ in range(7)] == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]


def test_long_run_starts_afresh() -> None:
    backoff = Backoff()
    backoff.delay(0)
    backoff.delay(0)

    assert backoff.delay(10) == 0.2
