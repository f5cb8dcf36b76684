"""From an import as it is written to the file of the repository that it means, if it means one.

Nobody's build is run, so what a name means is told by where files stand, as people lay them out. What could mean
several files, or one that isn't here, is left out: better an import that isn't told than one that isn't there.
"""

import posixpath
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from services.reviewer.architecture.graph import Import, Module
from services.reviewer.architecture.written_imports import WrittenImport
from services.reviewer.source import Source

_QUOTES = "\"'`<>"
_SCRIPTS = ("", ".ts", ".tsx", ".d.ts", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts")
_INDEXES = ("/index.ts", "/index.tsx", "/index.js", "/index.jsx", "/index.mjs")
_JVM = (".java", ".kt", ".scala")
_CRATES = ("lib.rs", "main.rs")
_KEYWORDS = re.compile(r"^\s*(?:import|use)\s+(?:function\s+|const\s+)?|;\s*$")
_ALIAS = re.compile(r"\s+as\s+|=>")
_WORDS = re.compile(r"[{},]|[^{},]+")
_MOST_NAMESAKES = 1_000  # Files of one name; all would be looked through for every import.
_STRING = re.compile(r"""(["'])(.*?)\1""")


def module_of(source: Source) -> Module:
    """A file's module: itself or, in Go, its folder."""
    name = (posixpath.dirname(source.path) or ".") if source.language == "go" else source.path
    return Module(name, source.path, source.language)


def resolve(written: Sequence[WrittenImport], sources: Iterable[Source]) -> Iterator[Import]:
    """The imports between the modules of these files."""
    resolver = _Resolver(sources, written)
    for one in written:
        for target in resolver.targets(one):
            yield Import(module_of(one.source).name, target, one.line)


class _Resolver:
    def __init__(self, sources: Iterable[Source], written: Sequence[WrittenImport]) -> None:
        self._paths = {source.path: source.language for source in sources}
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for path in sorted(self._paths):
            self._by_name[posixpath.basename(path)].append(path)
        self._go_folders = {posixpath.dirname(path) for path, language in self._paths.items() if language == "go"}
        self._go_module = self._guessed_go_module(written)

    def targets(self, one: WrittenImport) -> Iterator[str]:
        """Names of the modules that an import means."""
        match one.source.language:
            case "javascript" | "typescript":
                found = self._script(one)
            case "c" | "cpp":
                found = self._include(one)
            case "go":
                found = self._go(one)
            case "rust":
                found = self._rust(one)
            case "php":
                found = self._php(one)
            case "ruby":
                found = self._ruby(one)
            case "lua":
                found = self._lua(one)
            case _:
                found = self._jvm(one)
        yield from (target for target in found if target is not None)

    def _script(self, one: WrittenImport) -> Iterator[str | None]:
        written = one.text.strip(_QUOTES)
        if written.startswith("."):
            yield self._script_file(_beside(one.source.path, written))
        elif written.startswith(("@/", "~/")):  # As most bundlers are set up to find their sources.
            yield self._script_file(f"src/{written[2:]}") or self._script_file(written[2:])

    def _script_file(self, base: str) -> str | None:
        bare = re.sub(r"\.[cm]?jsx?$", "", base)  # TypeScript names the file that will be there when it is compiled.
        ways = [*(base + ending for ending in (*_SCRIPTS, *_INDEXES)), *(bare + ending for ending in (".ts", ".tsx"))]
        return self._first(ways)

    def _include(self, one: WrittenImport) -> Iterator[str | None]:
        written = one.text.strip(_QUOTES)
        beside = None if one.text.startswith("<") else self._first([_beside(one.source.path, written)])
        if beside is not None or one.text.startswith('"') or "/" in written:
            yield beside or self._ending(written)

    def _go(self, one: WrittenImport) -> Iterator[str | None]:
        written = one.text.strip(_QUOTES)
        if self._go_module and written == self._go_module and "" in self._go_folders:
            yield "."
        folder = written.removeprefix(f"{self._go_module}/") if self._go_module else ""
        if folder != written and folder in self._go_folders:
            yield folder

    def _guessed_go_module(self, written: Iterable[WrittenImport]) -> str:
        """What most imports begin with that end as a folder does: the name in go.mod, which isn't sent."""
        votes: Counter[str] = Counter()
        for text in {one.text.strip(_QUOTES) for one in written if one.source.language == "go"}:
            parts = text.split("/")[:50]
            splits = ((parts[:place], parts[place:]) for place in range(1, len(parts)))
            found = ("/".join(head) for head, tail in splits if "/".join(tail) in self._go_folders)
            votes.update([next(found, "")])
        del votes[""]
        return min(votes, key=lambda prefix: (-votes[prefix], prefix), default="")

    def _jvm(self, one: WrittenImport) -> Iterator[str | None]:
        for name in _expanded(one.text):
            parts = name.split(".")
            lengths = range(len(parts), max(1, len(parts) - 2), -1)  # A class, or what is in one.
            ways = ("/".join(parts[:length]) + ending for length in lengths for ending in _JVM)
            yield next((found for way in ways if (found := self._ending(way))), None)

    def _php(self, one: WrittenImport) -> Iterator[str | None]:
        if not one.text.lstrip().lower().startswith("use"):
            if string := _STRING.search(one.text):
                yield self._first([_beside(one.source.path, string[2].lstrip("/"))])
            return
        for name in _expanded(one.text):
            parts = [part for part in name.split("\\") if part]
            # PSR-4: what stands before is the name of the package's root.
            ways = ("/".join(parts[first:]) + ".php" for first in range(max(1, len(parts) - 1)))
            yield next((found for way in ways if (found := self._ending(way))), None) or self._ending(
                f"src/{parts[-1]}.php" if parts else ""
            )

    def _ruby(self, one: WrittenImport) -> Iterator[str | None]:
        written = one.text.strip(_QUOTES).removesuffix(".rb") + ".rb"
        if one.how == "require_relative":
            yield self._first([_beside(one.source.path, written)])
        else:
            yield self._ending(f"lib/{written}")

    def _lua(self, one: WrittenImport) -> Iterator[str | None]:
        base = one.text.strip(_QUOTES).replace(".", "/")
        yield self._ending(f"{base}.lua") or self._ending(f"{base}/init.lua")

    def _rust(self, one: WrittenImport) -> Iterator[str | None]:
        own = _children(one.source.path)
        for name in _expanded(one.text):
            target = self._rust_file(one.source.path, [part.strip() for part in name.split("::")])
            # A module and those in it name each other as a matter of course.
            if target is not None and not _is_within(_children(target), own):
                yield target

    def _rust_file(self, path: str, parts: list[str]) -> str | None:
        base: str | None
        match parts[0]:
            case "crate":
                base = self._crate(path)
            case "self":
                base = _children(path)
            case "super":
                base = posixpath.dirname(_children(path))
            case crate:
                library = self._ending(f"{crate}/src/lib.rs") or self._ending(f"{crate.replace('_', '-')}/src/lib.rs")
                base = library and posixpath.dirname(library)
        if base is None:
            return None
        rest = parts[1:]
        while rest[:1] == ["super"]:
            base, rest = posixpath.dirname(base), rest[1:]
        tried = (posixpath.join(base, *rest[:length]) for length in range(len(rest), 0, -1))
        found = self._first(way for name in tried for way in (f"{name}.rs", f"{name}/mod.rs"))
        return found or self._first(posixpath.join(base, name) for name in _CRATES)

    def _crate(self, path: str) -> str | None:
        """The folder of the crate's root."""
        folder = posixpath.dirname(path)
        while not any(posixpath.join(folder, name) in self._paths for name in _CRATES):
            if not folder:
                return None
            folder = posixpath.dirname(folder)
        return folder

    def _first(self, ways: Iterable[str]) -> str | None:
        return next((way for way in ways if way in self._paths), None)

    def _ending(self, path: str) -> str | None:
        """The only file whose path ends so."""
        named = self._by_name.get(posixpath.basename(path), [])
        if len(named) > _MOST_NAMESAKES:
            return None
        found = [known for known in named if known == path or known.endswith(f"/{path}")]
        return found[0] if len(found) == 1 else None


def _beside(path: str, written: str) -> str:
    """Where a way that begins beside a file leads to; what climbs out is nobody's path."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), written))


def _children(path: str) -> str:
    """The folder that holds the modules of a Rust module."""
    folder, name = posixpath.split(path)
    return folder if name in ("mod.rs", *_CRATES) else posixpath.join(folder, name.removesuffix(".rs"))


def _is_within(one: str, other: str) -> bool:
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")


def _expanded(text: str) -> list[str]:
    """The names in `a::{b, c as d}`, of any language that writes them so: `a::b` and `a::c`."""
    prefixes, name, names = [""], "", list[str]()
    for word in [*_WORDS.findall(_KEYWORDS.sub("", text)), ","]:
        if word == "{":
            prefixes.append(prefixes[-1] + name.strip())
            name = ""
        elif word in (",", "}"):
            if written := _ALIAS.split(name)[0].strip():
                names.append(prefixes[-1] + written)
            name = ""
            if word == "}" and len(prefixes) > 1:
                prefixes.pop()
        else:
            name = word
    return names
