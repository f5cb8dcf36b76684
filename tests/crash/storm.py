"""What befalls the system, and when: decided by a seed before anything begins, so that a storm can be had again."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# How often each comes, beside the others.
WEIGHTS: Mapping[str, int] = {
    "kill worker": 26,
    "stop worker": 16,
    "freeze worker": 14,
    "poison": 12,
    "kill acceptor": 6,
    "flush redis": 7,
    "redis away": 6,
    "crash postgres": 4,
    "restart postgres": 4,
    "pause queue": 5,
}
SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.6, 2.4
# Calm at the end, so that even a storm of one minute has blows that are over.
CALM_SECONDS = 5.0


@dataclass(frozen=True)
class Blow:
    """`what` happens at `at_seconds`, to the process or queue number `target`, for `seconds` where it lasts."""

    at_seconds: float
    what: str
    target: int
    seconds: float


def schedule(seed: int, *, seconds: float, workers: int, lease_seconds: float) -> Sequence[Blow]:
    """All blows of a storm, in order. The same seed gives the same ones; a longer storm begins as a shorter one."""
    chance = random.Random(seed)
    blows: list[Blow] = []
    at_seconds = 2.0
    while at_seconds < seconds - CALM_SECONDS:
        (what,) = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))
        lasting = lease_seconds * chance.uniform(1.2, 2.5)
        blows.append(Blow(at_seconds, what, chance.randrange(workers), lasting))
        at_seconds += chance.uniform(SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS)
    return blows
