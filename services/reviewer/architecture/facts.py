"""What a model is told of a repository: its modules and imports in words, the same for the same graph."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from services.reviewer.architecture.dependence import Dependence, dependences
from services.reviewer.architecture.graph import ModuleGraph

MOST_BYTES = 40_000
_MOST_LINES = 40  # Of each of the shorter lists.
_MOST_CHARACTERS_OF_A_LINE = 600


def describe(graph: ModuleGraph) -> str:
    """At most MOST_BYTES, whole lines, what says most first."""
    lines, left = list[str](), MOST_BYTES - 100
    told = [_shortened(line) for line in _lines(graph)]
    for number, line in enumerate(told):
        left -= len(line.encode()) + 1
        if left < 0:
            return "\n".join([*lines, f"... {len(told) - number:,} lines left out"])
        lines.append(line)
    return "\n".join(lines)


def _lines(graph: ModuleGraph) -> Iterator[str]:
    languages = Counter(module.language for module in graph.modules.values())
    counted = ", ".join(f"{language} {count}" for language, count in sorted(languages.items()))
    yield f"{len(graph.modules)} modules ({counted}), {graph.imports} imports of one by another"
    hottest = [one for one in dependences(graph) if one.fan_in or one.fan_out]
    yield from _list("circles of imports", map(_circle, graph.cycles))
    yield from _list("packages, and how often their modules import those of others", _packages(graph))
    yield from _list("most imported", map(_dependence, sorted(hottest, key=lambda one: (-one.fan_in, one.name))))
    yield from _list("import most", map(_dependence, sorted(hottest, key=lambda one: (-one.fan_out, one.name))))
    yield from _list("imported by nobody", (name for name, importers in graph.importers_of.items() if not importers))
    yield "modules, and what each imports:"
    yield from (f"  {name}: {', '.join(imported)}" for name, imported in graph.imported_by.items() if imported)


def _list(title: str, lines: Iterable[str]) -> Iterator[str]:
    told = list(lines)
    yield f"{title}: {len(told) or 'none'}"
    yield from (f"  {line}" for line in told[:_MOST_LINES])
    if len(told) > _MOST_LINES:
        yield f"  ... {len(told) - _MOST_LINES:,} left out"


def _circle(cycle: Sequence[str]) -> str:
    return " -> ".join([*cycle, cycle[0]])


def _dependence(one: Dependence) -> str:
    return f"{one.name}: imported by {one.fan_in}, imports {one.fan_out}, instability {one.instability:.2f}"


def _packages(graph: ModuleGraph) -> Iterator[str]:
    counts: dict[str, Counter[str]] = {}
    for name, imported in graph.imported_by.items():
        own = graph.modules[name].package
        others = (graph.modules[other].package for other in imported)
        counts.setdefault(own, Counter()).update(other for other in others if other != own)
    for package, counted in sorted(counts.items()):
        if counted:
            yield f"{package}: {', '.join(f'{other} {count}' for other, count in sorted(counted.items()))}"


def _shortened(line: str) -> str:
    return line if len(line) <= _MOST_CHARACTERS_OF_A_LINE else f"{line[: _MOST_CHARACTERS_OF_A_LINE - 1]}…"
