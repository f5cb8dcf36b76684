"""What the imports of a repository say is wrong with it, as findings."""

from collections.abc import Sequence
from dataclasses import replace

from services.reviewer.architecture.dependence import hubs
from services.reviewer.architecture.graph import ModuleGraph
from services.reviewer.finding import Category, Finding, Place, Severity
from services.reviewer.fingerprint import fingerprints

TOOL = "architecture"
_MOST_CYCLES = 50
_MOST_HUBS = 20
_MOST_NAMED = 8  # Modules of a circle.

Placed = tuple[str, Finding]


def judge(graph: ModuleGraph) -> list[Placed]:
    """Findings behind the files that they begin in: circles, then hubs."""
    cycles = [_cycle(graph, cycle) for cycle in graph.cycles[:_MOST_CYCLES]]
    return [*cycles, *(_hub(graph, one.name) for one in hubs(graph)[:_MOST_HUBS])]


def architecture_fingerprints(findings: Sequence[Finding]) -> list[str]:
    """Each finding's fingerprint: by its words, which name the modules, and not by the line of an import."""
    return fingerprints("", "", [replace(finding, place=None) for finding in findings])


def _cycle(graph: ModuleGraph, cycle: Sequence[str]) -> Placed:
    """A circle through several packages is the worse one: none of them can be understood, or tested, alone."""
    packages = {graph.modules[name].package for name in cycle}
    named = [*cycle[:_MOST_NAMED], *(["…"] if len(cycle) > _MOST_NAMED else []), cycle[0]]
    finding = Finding(
        rule=f"{TOOL}/import-cycle",
        severity=Severity.MEDIUM if len(packages) > 1 else Severity.LOW,
        category=Category.ARCHITECTURE,
        message=f"These modules import each other in a circle, so that none can change alone: {' → '.join(named)}.",
        place=Place(graph.line_of(cycle[0], cycle[1])),
        tools=(TOOL,),
    )
    return graph.modules[cycle[0]].path, finding


def _hub(graph: ModuleGraph, name: str) -> Placed:
    # Without how many: that would be another finding whenever a module comes or goes.
    message = f"Many modules import {name}, which imports many itself: a change of any of these can reach all of those."
    finding = Finding(
        rule=f"{TOOL}/hub-module",
        severity=Severity.LOW,
        category=Category.ARCHITECTURE,
        message=message,
        tools=(TOOL,),
        confidence=0.7,
    )
    return graph.modules[name].path, finding
