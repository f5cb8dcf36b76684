"""Modules and what they import."""

import functools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.reviewer.architecture.cycles import find_cycles


@dataclass(frozen=True, slots=True)
class Module:
    """A unit of import: a file named by its path or, in Go, a folder. `path` is a file of it."""

    name: str
    path: str
    language: str

    @property
    def package(self) -> str:
        """The folder that it stands in."""
        return self.name.rpartition("/")[0] or "."


@dataclass(frozen=True, slots=True, order=True)
class Import:
    """One module names another, first in this line."""

    importer: str
    imported: str
    line: int


class ModuleGraph:
    """Which modules import which. Imports of what isn't a module here, and of itself, are no imports."""

    def __init__(self, modules: Iterable[Module], imports: Iterable[Import]) -> None:
        self.modules: Mapping[str, Module] = {module.name: module for module in sorted(modules, key=_name)}
        self._lines: dict[tuple[str, str], int] = {}
        for told in sorted(imports):
            known = told.importer in self.modules and told.imported in self.modules
            if known and told.importer != told.imported:
                self._lines.setdefault((told.importer, told.imported), told.line)

    @functools.cached_property
    def imported_by(self) -> Mapping[str, list[str]]:
        """What each module imports, by name; every module has an entry."""
        imported = defaultdict(list)
        for importer, name in sorted(self._lines):
            imported[importer].append(name)
        return {name: imported[name] for name in self.modules}

    @functools.cached_property
    def importers_of(self) -> Mapping[str, list[str]]:
        """What imports each module, by name; every module has an entry."""
        importers = defaultdict(list)
        for importer, name in sorted(self._lines):
            importers[name].append(importer)
        return {name: importers[name] for name in self.modules}

    @functools.cached_property
    def cycles(self) -> list[tuple[str, ...]]:
        """The circles that imports go round in; see `find_cycles`."""
        return find_cycles(self.imported_by)

    @property
    def imports(self) -> int:
        """How many there are, of one module by another once."""
        return len(self._lines)

    def line_of(self, importer: str, imported: str) -> int:
        """Where a module first names another one that it imports."""
        return self._lines[importer, imported]


def _name(module: Module) -> str:
    return module.name
