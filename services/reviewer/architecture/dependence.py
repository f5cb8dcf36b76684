"""How much depends on a module, and on how much it depends itself."""

from dataclasses import dataclass

from services.reviewer.architecture.graph import ModuleGraph

_FEWEST = 8  # Imports on either side; a module with fewer is nobody's burden.
_ENOUGH = 20  # With so many it is one in any repository.


@dataclass(frozen=True, slots=True)
class Dependence:
    """How many modules import a module, and how many it imports."""

    name: str
    fan_in: int
    fan_out: int

    @property
    def instability(self) -> float:
        """From 0, nothing makes it change, to 1, nothing depends on it: Martin's I = Ce / (Ca + Ce); 0 without any.

        R. C. Martin, "OO Design Quality Metrics" (1994).
        """
        return self.fan_out / (self.fan_in + self.fan_out) if self.fan_out else 0.0


def dependences(graph: ModuleGraph) -> list[Dependence]:
    """Of every module, the hottest first: those that join most modules with most others."""
    told = (
        Dependence(name, len(graph.importers_of[name]), len(imported)) for name, imported in graph.imported_by.items()
    )
    return sorted(told, key=lambda one: (-one.fan_in * one.fan_out, -one.fan_in, -one.fan_out, one.name))


def hubs(graph: ModuleGraph) -> list[Dependence]:
    """Modules that much depends on and that depend on much themselves: what moves them moves everything."""
    enough = min(_ENOUGH, max(_FEWEST, len(graph.modules) // 20))
    return [one for one in dependences(graph) if min(one.fan_in, one.fan_out) >= enough]
