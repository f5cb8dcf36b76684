"""`python -m bench [NAME]`: measures all benchmarks, or the one named, prints a table and keeps the figures."""

import sys
from collections.abc import Awaitable, Callable, Sequence

import uvloop

from bench import (
    cards,
    engagements,
    gateway,
    generations,
    identify,
    idle,
    imports,
    jobs,
    memory,
    resolve,
    reviews,
    scans,
)
from bench.figures import Figure, keep, print_table
from bench.surroundings import Surroundings, surroundings

BENCHES: dict[str, Callable[[Surroundings], Awaitable[list[Figure]]]] = {
    "memory": memory.measure,
    "import": imports.measure,
    "resolve": resolve.measure,
    "identify": identify.measure,
    "gateway": gateway.measure,
    "scans": scans.measure,
    "generations": generations.measure,
    "cards": cards.measure,
    "reviews": reviews.measure,
    "engagements": engagements.measure,
    "jobs": jobs.measure,
    "idle": idle.measure,
}


async def run(names: Sequence[str]) -> list[Figure]:
    """Measure the benches `names` one after another, each on a stack of its own.

    So the next neither vacuums what one has left nor finds it warm.
    """
    figures: list[Figure] = []
    for name in names:
        async with surroundings() as around:
            figures += await BENCHES[name](around)
    return figures


def main(arguments: Sequence[str]) -> int:
    """Exit code 0 when measured, whether or not aims are met; 2 for an unknown name; 1 without the catalogue."""
    names = [name for name in arguments if name] or list(BENCHES)
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        sys.stderr.write(f"There is no benchmark {unknown[0]!r}; there are {', '.join(BENCHES)}.\n")
        return 2
    try:
        figures = uvloop.run(run(names))
    except FileNotFoundError as error:
        sys.stderr.write(f"The benchmarks need the shared data: {error}\n")
        return 1
    print_table(figures)
    keep(figures, sorted({one.bench for one in figures}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
