"""Circles of imports: the shortest ones, each once."""

import random
import time

from hypothesis import given
from hypothesis import strategies as st

from services.reviewer.architecture.cycles import find_cycles, knots


def successors(*edges: str, nodes: str = "") -> dict[str, list[str]]:
    """A graph of one-letter nodes; `ab` is an edge from a to b."""
    names = sorted({*"".join(edges), *nodes})
    return {name: sorted(edge[1] for edge in edges if edge[0] == name) for name in names}


def test_a_graph_without_circles_has_none() -> None:
    assert find_cycles(successors("ab", "bc", "ac", "dc")) == []


def test_a_circle_is_told_once_and_begins_with_its_first_name() -> None:
    assert find_cycles(successors("cb", "ba", "ac")) == [("a", "c", "b")]


def test_of_a_knot_the_shortest_circles_that_hold_all_of_it_are_told() -> None:
    graph = successors("ab", "ba", "bc", "cd", "da")

    assert find_cycles(graph) == [("a", "b"), ("a", "b", "c", "d")]


def test_knots_apart_are_told_apart_the_shortest_circle_first() -> None:
    graph = successors("ab", "bc", "ca", "cd", "xy", "yx")

    assert find_cycles(graph) == [("x", "y"), ("a", "b", "c")]


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=30))
def test_circles_are_real_cover_every_knot_and_do_not_depend_on_order(edges: list[tuple[int, int]]) -> None:
    graph = {str(node): sorted({str(b) for a, b in edges if a == node != b}) for node in range(8)}

    cycles = find_cycles(graph)

    assert cycles == find_cycles(dict(reversed(graph.items())))
    assert len(set(cycles)) == len(cycles)
    for cycle in cycles:
        assert all(after in graph[name] for name, after in zip(cycle, (*cycle[1:], cycle[0]), strict=True))
        assert cycle[0] == min(cycle)
        assert len(set(cycle)) == len(cycle)
    assert {name for cycle in cycles for name in cycle} == {name for knot in knots(graph) for name in knot}


def test_a_long_chain_and_a_large_knot_take_no_time_and_no_recursion() -> None:
    chain = {f"{number:05}": [f"{number + 1:05}"] if number < 9_999 else [] for number in range(10_000)}
    letters = random.Random(7)
    names = list(chain)[:3_000]
    knot = {name: sorted(letters.sample(names, 5)) for name in names}
    began = time.process_time()

    assert find_cycles(chain) == []
    assert find_cycles(knot)
    assert time.process_time() - began < 10
