"""What the metrics of jobs are made of: counts and histograms kept as plain numbers and read when they are asked for.

An instrument of OpenTelemetry takes 8 µs a recording, as long as a tenth of a small job's whole life; these take a
tenth of that. A histogram is exported as Prometheus knows it: a counter for each bucket with its upper bound `le`.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping

from opentelemetry.metrics import CallbackOptions, Meter, Observation

BUCKETS_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800)
COUNTERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "jobs.attempts": ("Attempts started.", ("kind",)),
    "jobs.outcomes": ("Attempts ended, by outcome and class of error.", ("kind", "outcome", "error_class")),
    "jobs.leases_lost": ("Jobs whose lease ran out while this worker held them.", ("kind",)),
    "jobs.rescues": ("Jobs taken from a worker that was lost.", ("kind",)),
    "jobs.releases": ("Jobs given back by a worker that leaves.", ("kind",)),
    "jobs.rings_sent": ("Rings sent to idle workers.", ("kind",)),
    "jobs.rings_heard": ("Rings heard by this worker.", ("kind",)),
    "jobs.rings_missed": ("Rings that Redis didn't take.", ("kind",)),
}


class Histogram:
    """Seconds in buckets, one row of them for each kind."""

    def __init__(self) -> None:
        self.counts: dict[str, list[int]] = {}
        self.sums: dict[str, float] = {}

    def record(self, kind: str, seconds: float) -> None:
        """Count one."""
        counts = self.counts.get(kind)
        if counts is None:
            counts = self.counts[kind] = [0] * (len(BUCKETS_SECONDS) + 1)
            self.sums[kind] = 0.0
        counts[bisect_left(BUCKETS_SECONDS, seconds)] += 1
        if seconds > 0.0:
            self.sums[kind] += seconds

    def observe_buckets(self, options: CallbackOptions) -> Iterable[Observation]:
        """Cumulative counts by upper bound."""
        for kind, counts in list(self.counts.items()):
            total = 0
            for bound, count in zip((*map(str, BUCKETS_SECONDS), "+Inf"), counts, strict=True):
                total += count
                yield Observation(total, {"kind": kind, "le": bound})

    def observe_sums(self, options: CallbackOptions) -> Iterable[Observation]:
        """Seconds in all."""
        return [Observation(seconds, {"kind": kind}) for kind, seconds in list(self.sums.items())]


class Tally:
    """All of one process's numbers about jobs."""

    def __init__(self, meter: Meter) -> None:
        self.pickup = Histogram()
        self.run = Histogram()
        self._counts: dict[str, Counter[tuple[str, ...]]] = {name: Counter() for name in COUNTERS}
        for name, (description, _) in COUNTERS.items():
            meter.create_observable_counter(name, callbacks=[self._observer(name)], description=description)
        for name, histogram, what in (
            ("jobs.pickup_seconds", self.pickup, "From the time a job is due to its start"),
            ("jobs.run_seconds", self.run, "From a job's start to its handler's end"),
        ):
            meter.create_observable_counter(
                f"{name}.bucket", callbacks=[histogram.observe_buckets], description=f"{what}; cumulative, by `le`."
            )
            meter.create_observable_counter(
                f"{name}.sum", callbacks=[histogram.observe_sums], description=f"{what}; sum of seconds."
            )

    def attempts(self, kind: str, count: int) -> None:
        """Attempts begin."""
        self._counts["jobs.attempts"][kind,] += count

    def outcome(self, kind: str, outcome: str, error_class: str = "", count: int = 1) -> None:
        """Attempts ended: `outcome` is the state that the job came to."""
        self._counts["jobs.outcomes"][kind, outcome, error_class] += count

    def lease_lost(self, kind: str) -> None:
        """Somebody else has the job now, or nobody."""
        self._counts["jobs.leases_lost"][kind,] += 1

    def rescue(self, kind: str) -> None:
        """A lost worker's job was taken from it."""
        self._counts["jobs.rescues"][kind,] += 1

    def release(self, kind: str) -> None:
        """A job was given back."""
        self._counts["jobs.releases"][kind,] += 1

    def rings_sent(self, kind: str) -> None:
        """A ring went out."""
        self._counts["jobs.rings_sent"][kind,] += 1

    def rings_heard(self, kind: str, count: int) -> None:
        """Rings came in."""
        self._counts["jobs.rings_heard"][kind,] += count

    def rings_missed(self, kind: str) -> None:
        """A ring couldn't be sent."""
        self._counts["jobs.rings_missed"][kind,] += 1

    def _observer(self, name: str):  # type: ignore[no-untyped-def]
        labels = COUNTERS[name][1]

        def observe(options: CallbackOptions) -> Iterable[Observation]:
            return [
                Observation(count, dict(zip(labels, values, strict=True)))
                for values, count in list(self._counts[name].items())
            ]

        return observe
