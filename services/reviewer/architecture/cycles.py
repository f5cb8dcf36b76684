"""Imports that go round in circles: of each knot of modules the shortest circles that hold them all."""

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence

Successors = Mapping[str, Sequence[str]]

_MOST_STARTS = 200  # Of a knot; a larger one is told by the circles of so many of its modules.


def find_cycles(successors: Successors) -> list[tuple[str, ...]]:
    """The circles, the shortest first, each once and beginning with its first name.

    A circle is told if it is the shortest one of a module that is in none of those told before.
    """
    told = [cycle for knot in knots(successors) for cycle in _cycles_of(knot, successors)]
    return sorted(told, key=lambda cycle: (len(cycle), cycle))


def knots(successors: Successors) -> list[list[str]]:
    """Strongly connected components of two nodes and more: in each, everything reaches everything.

    Kosaraju's way: Aho, Hopcroft, Ullman, "Data Structures and Algorithms" (1983), 6.7. Without recursion, which would
    end on a long chain.
    """
    predecessors: dict[str, list[str]] = {node: [] for node in successors}
    for node, following in successors.items():
        for after in following:
            predecessors[after].append(node)
    seen: set[str] = set()
    finished = [node for root in successors for node in _finished(root, successors, seen)]
    seen.clear()
    found = [list(_finished(root, predecessors, seen)) for root in reversed(finished)]
    return [sorted(knot) for knot in found if len(knot) > 1]


def _finished(root: str, successors: Successors, seen: set[str]) -> Iterator[str]:
    """What is reached from a node and wasn't seen, each after all that is reached from it."""
    if root in seen:
        return
    seen.add(root)
    path = [(root, iter(successors[root]))]
    while path:
        node, following = path[-1]
        after = next((after for after in following if after not in seen), None)
        if after is None:
            path.pop()
            yield node
        else:
            seen.add(after)
            path.append((after, iter(successors[after])))


def _cycles_of(knot: Sequence[str], successors: Successors) -> Iterator[tuple[str, ...]]:
    inside = set(knot)
    shortest = {_from_first(_shortest(start, inside, successors)) for start in knot[:_MOST_STARTS]}
    covered: set[str] = set()
    for cycle in sorted(shortest, key=lambda cycle: (len(cycle), cycle)):
        if not covered.issuperset(cycle):
            covered.update(cycle)
            yield cycle


def _shortest(start: str, inside: Collection[str], successors: Successors) -> list[str]:
    """The shortest way from a node of a knot back to it; of several the first by name."""
    before, queue = {start: start}, deque([start])
    while True:
        node = queue.popleft()
        for after in successors[node]:
            if after == start:
                return _way(node, before)
            if after in inside and after not in before:
                before[after] = node
                queue.append(after)


def _way(node: str, before: Mapping[str, str]) -> list[str]:
    way = [node]
    while before[node] != node:
        node = before[node]
        way.append(node)
    return way[::-1]


def _from_first(cycle: Sequence[str]) -> tuple[str, ...]:
    place = cycle.index(min(cycle))
    return (*cycle[place:], *cycle[:place])
