"""What came of calls of connectors, counted and shown as metrics."""

from collections import Counter
from collections.abc import Iterable

from opentelemetry.metrics import CallbackOptions, Meter, Observation

from services.engager.connectors.connector import CallEnd, Failure, Happened, Uncertain
from services.engager.words import State


class CallTally:
    """One process's calls that weren't cancelled, by connector, by what they came to and by class of error."""

    def __init__(self, meter: Meter) -> None:
        self._counts: Counter[tuple[str, str, str]] = Counter()
        meter.create_observable_counter(
            "engager.calls",
            callbacks=[self._observe],
            description="Calls of connectors, by outcome and class of error.",
        )

    def count(self, connector: str, end: CallEnd) -> None:
        """A call has ended."""
        match end:
            case Happened():
                self._counts[connector, State.SUCCEEDED, ""] += 1
            case Failure():
                self._counts[connector, State.FAILED, end.error_class] += 1
            case Uncertain():
                self._counts[connector, State.UNCERTAIN, end.error_class] += 1

    def _observe(self, options: CallbackOptions) -> Iterable[Observation]:
        names = ("connector", "outcome", "error_class")
        return [
            Observation(count, dict(zip(names, values, strict=True))) for values, count in list(self._counts.items())
        ]
