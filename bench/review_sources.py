"""Python to review, made of this project's own files: the same each time for the same files."""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

from cli.stack.programs import REPOSITORY

OWN = ("jobs", "ledger", "chassis", "gateway", "services", "cli")
FILES, FOLDERS = 1_000, 40
SMALLEST, LARGEST = 5, 30  # Lines of the files of a repository, so that a thousand of them take a minute.


def own_files() -> list[Path]:
    """All of the project's own modules, in one order."""
    return [path for folder in OWN for path in sorted((REPOSITORY / folder).rglob("*.py"))]


def long_file(lines: int) -> str:
    """A file of so many lines: modules one after the other, as long as they fit, and then empty ones."""
    text = list[str]()
    for path in own_files():
        module = path.read_text().splitlines()
        if len(text) + len(module) <= lines:
            text += module
    return "\n".join([*text, *[""] * (lines - len(text))]) + "\n"


def repository() -> Iterator[tuple[str, str]]:
    """The paths of a repository, and what stands there: small modules, each many times with other words at its end."""
    sources = [source for source in (path.read_text() for path in own_files()) if _is_small(source)]
    for number, source in enumerate(itertools.islice(itertools.cycle(sources), FILES)):
        yield f"package_{number % FOLDERS}/module_{number}.py", f"{source}\n\nNUMBER = {number}\n"


def write_files(folder: str, files: Sequence[tuple[str, str]]) -> list[Path]:
    """Write each text at its path in the folder."""
    written = [Path(folder, path) for path, _ in files]
    for path, (_, text) in zip(written, files, strict=True):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return written


def _is_small(source: str) -> bool:
    return SMALLEST <= source.count("\n") <= LARGEST
