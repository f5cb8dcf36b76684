"""Grimp as it runs in the sandbox, for `python_imports.py`.

Grimp looks for packages on the path of Python that runs it, and reads whole packages. Here every file is laid out under
the name that imports call it by, each top-level name a package; grimp is told where that is, and Python's own path is
never asked.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from grimp import build_graph
from grimp.application.config import settings
from grimp.application.ports.filesystem import AbstractFileSystem
from grimp.application.ports.packagefinder import AbstractPackageFinder
from grimp.exceptions import SourceSyntaxError

_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+(\w+)|import[ \t]+([\w., \t]+))", re.MULTILINE)
_RELATIVE = re.compile(r"\bfrom[ \t]*(\.(?:[. \t]*\.)?)(?:[ \t]*(?!import\b)(?=\w))?")
_LONGEST = 200  # Bytes of a file's name; systems take 255.
_MOST_BROKEN = 100  # Files that can't be parsed; grimp begins again after each.


class _Scratch(AbstractPackageFinder):
    """Finds packages in the scratch folder, and nowhere else."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def determine_package_directories(self, package_name: str, file_system: AbstractFileSystem) -> set[str]:
        return {str(self._root / package_name)}


def main(names: list[str]) -> None:
    """Write the imports between files, by path with the line, to standard output, as JSON, and how many can't be read.

    The input is a JSON object of texts by path.
    """
    texts = json.loads(Path(names[0]).read_text(encoding="utf-8"))
    paths = _module_names(texts)
    root = Path("tree").absolute()
    for name, path in paths.items():
        _lay_out(root, name, path, texts[path])
    _fill(root)
    settings.configure(PACKAGE_FINDER=_Scratch(root))
    broken = 0
    while True:
        try:
            imports = list(_imports(paths))
        except SourceSyntaxError as error:
            broken += 1
            if broken > _MOST_BROKEN:
                raise
            Path(error.filename).write_text("")
        else:
            break
    json.dump({"imports": imports, "unread": broken}, sys.stdout)


def _module_names(texts: Mapping[str, str]) -> dict[str, str]:
    """The path of each module. One that nothing can import, such as a script, has a name of ours."""
    imported = {name for text in texts.values() for name in _imported(text)} - sys.stdlib_module_names
    paths: dict[str, str] = {}
    by_depth = sorted((*_name(path, imported), path) for path in texts)
    for number, (_, name, path) in enumerate(by_depth):
        # Of two of one name it is the one that stands higher.
        paths[f"_unnamed_{number}" if not name or name in paths else name] = path
    return paths


def _imported(text: str) -> Iterator[str]:
    """First parts of the names that a file imports, in words that only look like it, too."""
    for package, listed in _IMPORT.findall(text):
        yield from (
            [package] if package else [name.split(".")[0].split()[0] for name in listed.split(",") if name.strip()]
        )


def _name(path: str, imported: set[str]) -> tuple[int, str]:
    """How many folders stand before the file's name among modules, and that name; empty: it can't have one."""
    parts = list(PurePosixPath(path).with_suffix("").parts)
    if parts[-1] == "__init__":
        del parts[-1]
    fit = next((place for place in range(len(parts) + 1) if all(map(_is_name, parts[place:]))), 0)
    places = [place for place in range(fit, len(parts)) if parts[place] in imported] or [fit]
    own = parts[places[0] :]
    is_shadow = len(own) == 1 and own[0] in sys.stdlib_module_names
    return places[0], "" if is_shadow else ".".join(own)


def _is_name(part: str) -> bool:
    return part.isidentifier() and len(part.encode()) <= _LONGEST


def _lay_out(root: Path, name: str, path: str, text: str) -> None:
    """Write a module to where grimp looks for one of that name; what is at the top has to be a package there."""
    own = root.joinpath(*name.split("."))
    is_package = own.parent == root or PurePosixPath(path).name == "__init__.py"
    file = own / "__init__.py" if is_package else own.with_suffix(".py")
    file.parent.mkdir(parents=True, exist_ok=True)
    packages = len(file.relative_to(root).parts) - 1
    file.write_text(_RELATIVE.sub(lambda found: _within(found, packages), text), encoding="utf-8")


def _within(found: re.Match[str], packages: int) -> str:
    """A relative import as it is or, where it climbs out of all packages, which grimp breaks at, of nothing."""
    return "from _nowhere_" if found[1].count(".") > packages else found[0]


def _fill(root: Path) -> None:
    """Make every folder a package: grimp doesn't look into others."""
    for folder in (path for path in root.rglob("*") if path.is_dir()):
        inside = folder / "__init__.py"
        if not inside.exists() and not folder.with_suffix(".py").exists():
            inside.write_text("")


def _imports(paths: Mapping[str, str]) -> Iterator[tuple[str, str, int]]:
    tops: Sequence[str] = sorted({name.partition(".")[0] for name in paths})
    graph = build_graph(*tops, cache_dir=None, exclude_type_checking_imports=True)
    for name in sorted(paths.keys() & graph.modules):
        for imported in sorted(graph.find_modules_directly_imported_by(name)):
            if imported in paths:
                details = graph.get_import_details(importer=name, imported=imported)
                yield paths[name], paths[imported], min(detail["line_number"] for detail in details)
