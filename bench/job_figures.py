"""What the runs of jobs.py come to, beside each other."""

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bench.figures import Figure, at_least, at_most
from bench.job_peers import PEERS

RIVAL = "pgqueuer"
NOOP, BULK = "no-op jobs, one worker process", "bulk enqueue, 1,000 a call"
IDLE = "enqueue → start, idle"


@dataclass
class Runs:
    """What one contestant came to, run by run: per second, and in milliseconds."""

    enqueued: list[float] = field(default_factory=list)
    done: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)

    def add_latencies(self, milliseconds: list[float]) -> None:
        """One run's."""
        self.p50.append(statistics.median(milliseconds))
        self.p99.append(statistics.quantiles(milliseconds, n=100)[98])


def figures_of(found: Mapping[str, Runs], absent: Mapping[str, str]) -> list[Figure]:
    """All of them; a peer that is `absent` has its reason instead of a ratio."""
    ours = found["atelier"]
    figures = [_rate(NOOP, ours.done, "bare loop", found["bare"].done, 0.7)]
    figures += [_beside(NOOP, name, found, absent, lambda runs: runs.done, 1.8) for name in _peers()]
    figures += [_rate(BULK, ours.enqueued, "statement alone", found["bare"].enqueued, None)]
    figures += [_beside(BULK, name, found, absent, lambda runs: runs.enqueued, 1.5) for name in _peers()]
    for name in _peers():
        figures += [_latency(f"{IDLE}, p50", name, found, absent, lambda runs: runs.p50)]
        figures += [_latency(f"{IDLE}, p99", name, found, absent, lambda runs: runs.p99)]
    loaded = statistics.median(found["loaded"].p99)
    figures += [Figure("jobs", "enqueue → start at 300 jobs/s, p99", "ms", loaded, "", None, *at_most(loaded, 20))]
    bare_effects = found["bare effects"].done
    return [*figures, _rate("jobs with a row as effect", found["effects"].done, "bare loop", bare_effects, 0.6)]


def _peers() -> list[str]:
    return [peer.name for peer in PEERS]


def _rate(figure: str, ours: list[float], name: str, theirs: list[float], bound: float | None) -> Figure:
    mine, other = statistics.median(ours), statistics.median(theirs)
    ratio = mine / other
    aim, met = ("", None) if bound is None else at_least(ratio, bound)
    return Figure("jobs", figure, "per s", mine, f"{name}: {other:,.0f}", ratio, aim, met)


def _beside(
    figure: str,
    name: str,
    found: Mapping[str, Runs],
    absent: Mapping[str, str],
    pick: Callable[[Runs], list[float]],
    bound: float,
) -> Figure:
    """Ours beside a peer's; only the rival has an aim."""
    if name in absent:
        return Figure("jobs", figure, "per s", statistics.median(pick(found["atelier"])), f"{name}: {absent[name]}")
    return _rate(figure, pick(found["atelier"]), name, pick(found[name]), bound if name == RIVAL else None)


def _latency(
    figure: str,
    name: str,
    found: Mapping[str, Runs],
    absent: Mapping[str, str],
    pick: Callable[[Runs], list[float]],
) -> Figure:
    mine = statistics.median(pick(found["atelier"]))
    if name in absent:
        return Figure("jobs", figure, "ms", mine, f"{name}: {absent[name]}")
    other = statistics.median(pick(found[name]))
    ratio = mine / other
    aim, met = at_most(ratio, 1) if name == RIVAL else ("", None)
    return Figure("jobs", figure, "ms", mine, f"{name}: {other:.2f}", ratio, aim, met)
