"""Turns calls away while there is too much to do, the least important first, so that others are answered in time."""

import math

from gateway.limits.concurrency import Concurrency
from gateway.limits.errors import Overloaded
from gateway.limits.methods import Kind, MethodClass
from gateway.limits.probe import Probe
from gateway.load import Load

# How full the gateway may be to take on a call of the class: 1 is all that the settings allow.
FULLNESS = {
    MethodClass.BULK: 0.5,
    MethodClass.WATCH: 0.625,
    MethodClass.READ: 0.75,
    MethodClass.WORK: 1.0,
    MethodClass.STEER: math.inf,
}


class Shedding:
    """Knows how full this process is: by how late its timers come and its server answers, and by what is under way.

    A process that takes on more than it can do doesn't wait for others, it is late with everything; so lateness is what
    callers would feel. Of the last moments the best one counts: a single long step makes nobody turn away, a queue that
    never empties does.
    """

    def __init__(
        self,
        *,
        load: Load,
        probe: Probe,
        calls: Concurrency,
        streams: Concurrency,
        lag_seconds: float,
        calls_at_most: int,
        streams_at_most: int,
    ) -> None:
        self._load = load
        self._probe = probe
        self._calls = calls
        self._streams = streams
        self._lag_seconds = lag_seconds
        self._calls_at_most = calls_at_most
        self._streams_at_most = streams_at_most

    def check(self, kind: Kind) -> None:
        """Raises Overloaded when calls of the kind are turned away."""
        if self._fullness(kind.service) >= FULLNESS[kind.method_class]:
            raise Overloaded(kind.method_class)

    def _fullness(self, service: str) -> float:
        """1 when something has reached what the settings allow. A service that hangs is full alone."""
        return max(
            max(self._load.standing_lag_seconds, self._probe.wait_seconds) / self._lag_seconds,
            self._calls.of_service(service) / self._calls_at_most,
            self._streams.of_service(service) / self._streams_at_most,
        )
