"""Who is turned away first."""

from contextlib import ExitStack

import pytest

from gateway.limits.concurrency import Concurrency
from gateway.limits.errors import Overloaded, TooManyAtOnce
from gateway.limits.methods import Kind, MethodClass
from gateway.limits.probe import Probe
from gateway.limits.shedding import Shedding
from gateway.load import Load

ORDER = [MethodClass.BULK, MethodClass.WATCH, MethodClass.READ, MethodClass.WORK, MethodClass.STEER]


def shedding(load: Load, calls: Concurrency) -> Shedding:
    streams = Concurrency(streams=True, at_most=100)
    return Shedding(
        load=load,
        probe=Probe(load),
        calls=calls,
        streams=streams,
        lag_seconds=1.0,
        calls_at_most=10,
        streams_at_most=10,
    )


def refused(one: Shedding, service: str = "resolver") -> list[MethodClass]:
    """The classes that are turned away."""

    def is_refused(method_class: MethodClass) -> bool:
        try:
            one.check(Kind(method_class, service, streams=False))
        except Overloaded:
            return True
        return False

    return [method_class for method_class in ORDER if is_refused(method_class)]


@pytest.mark.parametrize(("lag", "classes"), [(0.0, 0), (0.49, 0), (0.5, 1), (0.7, 2), (0.9, 3), (1.0, 4), (60.0, 4)])
def test_the_later_the_process_the_more_classes_are_turned_away_and_steering_never(lag: float, classes: int) -> None:
    load = Load()
    load.standing_lag_seconds = lag

    assert refused(shedding(load, Concurrency(streams=False, at_most=100))) == ORDER[:classes]


def test_calls_under_way_fill_their_service_and_make_room_as_they_end() -> None:
    calls = Concurrency(streams=False, at_most=100)
    one = shedding(Load(), calls)

    with ExitStack() as held:
        for number in range(8):
            held.enter_context(calls.hold(f"caller-{number}", "resolver", bounded=True))
        while_full, elsewhere = refused(one), refused(one, "generator")

    assert while_full == ORDER[:3]
    assert elsewhere == []
    assert refused(one) == []


def test_a_caller_has_a_bound_of_its_own_which_binds_nobody_else() -> None:
    calls = Concurrency(streams=False, at_most=1)

    with ExitStack() as held:
        held.enter_context(calls.hold("ash", "resolver", bounded=True))
        held.enter_context(calls.hold("misty", "resolver", bounded=True))
        with pytest.raises(TooManyAtOnce, match="1 calls"):
            held.enter_context(calls.hold("ash", "resolver", bounded=True))
        held.enter_context(calls.hold("ash", "resolver", bounded=False))

    with pytest.raises(TooManyAtOnce), calls.hold("ash", "resolver", bounded=True, count=2):
        pass
    with calls.hold("ash", "resolver", bounded=True):
        assert calls.of_service("resolver") == 1
