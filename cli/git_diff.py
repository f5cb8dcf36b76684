"""What changed in a working tree since a commit: its files, and the lines of each that are new."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from cli.git import git_output, listed_files

# As whoever configured git may have it otherwise; names are quoted, so that none can pass for a header.
OPTIONS = (
    "--patch",
    "--unified=0",
    "--inter-hunk-context=0",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--no-relative",
    "--ignore-submodules=all",
    "--diff-filter=d",
    "--find-renames",
    "--src-prefix=a/",
    "--dst-prefix=b/",
)
HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
ESCAPE = re.compile(rb"\\([0-7]{3}|.)")
ESCAPED = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r"}
PIECE_BYTES = 2**16

Lines = tuple[int, int]
"""The first line and the last one, from 1."""


@dataclass(slots=True)
class Diff:
    """The lines that changed, by path; of a file that is wholly new none. `binaries` counts what has no lines."""

    changed: dict[str, list[Lines]] = field(default_factory=dict)
    binaries: int = 0


def read_diff(root: Path, commit: str) -> Diff:
    """The working tree at `root` against the commit; files that git doesn't track are wholly new. Raises CliError."""
    with git_output(root, "diff", *OPTIONS, commit, "--") as patch:
        diff = parse_diff(patch)
    for path in listed_files(root, "--others"):
        diff.changed[path] = []
    return diff


def parse_diff(patch: IO[bytes]) -> Diff:
    """What a patch without context says. How many lines a hunk has is told by its header, whatever stands in them."""
    diff, path, is_new, inside = Diff(), "", False, 0
    for line in _lines(patch):
        if inside:
            inside -= not line.startswith(b"\\")  # `\ No newline at end of file`
        elif line.startswith(b"diff --git "):
            path, is_new = "", False
        elif line.startswith(b"--- "):
            is_new = line == b"--- /dev/null"
        elif line.startswith(b"+++ "):
            path = _path(line.removeprefix(b"+++ "))
            diff.changed[path] = []
        elif line.startswith(b"Binary files "):
            diff.binaries += 1
        elif path and (hunk := HUNK.match(line)):
            removed, added = int(hunk[1] or 1), int(hunk[3] or 1)
            inside = removed + added
            if not is_new:
                diff.changed[path].append(_new_lines(int(hunk[2]), added))
    return diff


def _new_lines(first: int, added: int) -> Lines:
    """The lines of a hunk; where some were removed only, those around the place."""
    return (first, first + added - 1) if added else (max(first, 1), first + 1)


def _path(name: bytes) -> str:
    """A path out of a header: quoted as in C where it holds what is unusual, and with a tab after it if a space."""
    name = name.removesuffix(b"\t")
    plain = ESCAPE.sub(_unescaped, name[1:-1]) if name.startswith(b'"') else name
    return os.fsdecode(plain.removeprefix(b"b/"))


def _unescaped(found: re.Match[bytes]) -> bytes:
    what = found[1]
    return bytes([int(what, 8)]) if len(what) == 3 else ESCAPED.get(what, what)


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """The lines without their ends; of one that is very long its beginning, which is all that counts."""
    while line := file.readline(PIECE_BYTES):
        piece = line
        while not piece.endswith(b"\n") and (piece := file.readline(PIECE_BYTES)):
            pass
        yield line.removesuffix(b"\n")
