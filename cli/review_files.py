"""The files to review: those that are named, those of folders, and those of a diff, by their paths in their project."""

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cli.errors import CliError
from cli.exits import ExitCode
from cli.git import commit_of, listed_files, top_folder
from cli.git_diff import Lines, read_diff
from cli.source_names import RULES, looks_like_source

# What nobody wrote, where there is no git to say so.
UNWALKED = frozenset({"__pycache__", "node_modules", "venv"})


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file by its path in the project. `changed`: the lines that count; empty: all of them.

    `named`: somebody asked for this very file, so that it is sent whatever it is. `content` is that of one that lies
    nowhere.
    """

    path: str
    place: Path
    size: int
    changed: Sequence[Lines] = ()
    named: bool = False
    content: bytes | None = None


@dataclass(slots=True)
class Gathered:
    """Files of one project, and how many others were left out, as their names tell no language known here.

    `rules` are files that say what isn't meant to be reviewed. `commit` is the one that the files are on top of.
    """

    root: Path
    files: list[LocalFile] = field(default_factory=list)
    rules: list[LocalFile] = field(default_factory=list)
    left_out: int = 0
    commit: str = ""

    def add(self, file: LocalFile) -> None:
        """Take a file, or leave it out."""
        if file.place.name in RULES and not file.named:
            self.rules.append(file)
        elif file.named or looks_like_source(file.place):
            self.files.append(file)
        else:
            self.left_out += 1


def project_folder(folder: Path) -> Path:
    """The top of the repository that the folder is in, else the current folder where it is in that, else itself."""
    real, here = folder.resolve(), Path.cwd()
    return top_folder(real) or (here if real.is_relative_to(here) else real)


def gather_paths(paths: Sequence[Path]) -> Gathered:
    """The files of these files and folders. Raises CliError when one isn't there, or in another project."""
    first = _checked(paths[0])
    root = project_folder(first if first.is_dir() else first.parent)
    found: dict[str, LocalFile] = {}
    for path in paths:
        for file in _files(_checked(path), root):
            if file.named or file.path not in found:
                found[file.path] = file
    gathered = Gathered(root, commit=_commit(root))
    for file in found.values():
        gathered.add(file)
    return gathered


def gather_diff(folder: Path, revision: str) -> tuple[Gathered, int]:
    """What changed in the repository since the revision, and how many binary files did. Raises CliError."""
    root = top_folder(folder)
    if root is None:
        sentence = f"{folder} is in no git repository, so there is no diff of it; name files and folders instead."
        raise CliError(sentence, ExitCode.NO_INPUT)
    diff = read_diff(root, commit_of(root, revision))
    gathered = Gathered(root)
    for path, changed in diff.changed.items():
        if (size := _size(root / path)) is not None:
            gathered.add(LocalFile(path, root / path, size, changed))
    return gathered, diff.binaries


def _files(path: Path, root: Path) -> Iterator[LocalFile]:
    if path.is_dir():
        folder = path.resolve()
        for place in _places(folder, root):
            if (size := _size(place)) is not None:
                yield LocalFile(_path_in(root, place), place, size)
    elif not path.is_file():
        sentence = f"{path} is no file on the disk; give what it holds by --stdin --name NAME."
        raise CliError(sentence, ExitCode.NO_INPUT)
    else:
        place = path.parent.resolve() / path.name
        yield LocalFile(_path_in(root, place), place, path.stat().st_size, named=True)


def _places(folder: Path, root: Path) -> Iterator[Path]:
    """The files of a folder: those that git knows or doesn't ignore, else all but hidden folders'."""
    if top_folder(folder) == root:
        names = listed_files(folder, "--cached", "--others")
        return (folder / name for name in dict.fromkeys(names))  # A file in conflict is listed thrice.
    return _walked(folder)


def _walked(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in UNWALKED)
        yield from (Path(parent, name) for name in sorted(names))


def _size(place: Path) -> int | None:
    """None for what is no file, such as a link or a submodule, and for what has gone."""
    try:
        found = place.lstat()
    except OSError:
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def _checked(path: Path) -> Path:
    try:
        path.stat()
    except OSError as error:
        raise CliError(f"{path} can't be read ({error.strerror}); check its name.", ExitCode.NO_INPUT) from None
    return path


def _path_in(root: Path, place: Path) -> str:
    try:
        return place.relative_to(root).as_posix()
    except ValueError:
        sentence = f"{place} isn't in {root}, as what was named first is; review it by a command of its own."
        raise CliError(sentence, ExitCode.NO_INPUT) from None


def _commit(root: Path) -> str:
    """The commit that is checked out; empty where there is none."""
    try:
        return commit_of(root, "HEAD")
    except CliError:
        return ""


def total_size(files: Iterable[LocalFile]) -> int:
    """How many bytes the files have."""
    return sum(file.size for file in files)
