"""The rules as they are followed in the sandbox, for `ignore_rules.py`, as Git does it.

The deepest file that says something about a path decides, and in a file the last line. What stands in a folder that is
left out is left out with it, whatever is said of it there.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pathspec import GitIgnoreSpec, RegexPattern

# What linguist leaves out of a repository's languages.
_ATTRIBUTES = ("linguist-generated", "linguist-vendored")
_SET = {"", "=true", "=1"}

Rules = Mapping[str, GitIgnoreSpec]  # By the folder that they stand in; that of all is "".


def main(names: list[str]) -> None:
    """Write the places in the list of paths of those that are left out to standard output, as JSON."""
    rules, paths = (json.loads(Path(name).read_text(encoding="utf-8")) for name in names)
    kinds = list(_kinds(rules))
    folders: dict[str, bool] = {"": False}
    left_out = (
        number for number, path in enumerate(paths) if _is_in_left_out(path, kinds, folders) or _is_named(path, kinds)
    )
    json.dump(list(left_out), sys.stdout)


def _kinds(texts: Mapping[str, str]) -> Iterator[Rules]:
    """The rules of each kind: those of `.gitignore`, then those of each attribute."""
    lines = {path: [line.rstrip("\r") for line in text.split("\n")] for path, text in texts.items()}
    yield _specs({path: told for path, told in lines.items() if path.endswith(".gitignore")})
    attributes = {path: told for path, told in lines.items() if path.endswith(".gitattributes")}
    for attribute in _ATTRIBUTES:
        yield _specs({path: list(_patterns(told, attribute)) for path, told in attributes.items()})


def _specs(files: Mapping[str, Sequence[str]]) -> Rules:
    return {path.rpartition("/")[0]: GitIgnoreSpec.from_lines(_readable(lines)) for path, lines in files.items()}


def _readable(lines: Sequence[str]) -> Iterator[str]:
    """Lines without those that are no pattern, which Git passes over, too."""
    for line in lines:
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:
            continue
        yield line


def _patterns(lines: Sequence[str], attribute: str) -> Iterator[str]:
    """The patterns that set an attribute, and with a `!` those that unset it."""
    for line in lines:
        pattern, *said = line.split()[:20] or [""]
        if pattern.startswith(("#", "!", "[")):  # Comments, what isn't allowed, and macros.
            continue
        for word in said:
            if word.startswith(attribute) and word.removeprefix(attribute) in _SET:
                yield pattern
            elif word.removeprefix("-").startswith(attribute):
                yield f"!{pattern}"


def _is_in_left_out(path: str, kinds: Sequence[Rules], folders: dict[str, bool]) -> bool:
    """Whether a folder that the path stands in is left out. `folders` remembers what was decided."""
    folder = path.rpartition("/")[0]
    if folder not in folders:
        folders[folder] = _is_in_left_out(folder, kinds, folders) or _is_named(f"{folder}/", kinds)
    return folders[folder]


def _is_named(path: str, kinds: Sequence[Rules]) -> bool:
    return any(_says(path, rules) for rules in kinds)


def _says(path: str, rules: Rules) -> bool:
    """What the deepest file says that says something; a folder's path ends with a slash."""
    folder = path.rstrip("/").rpartition("/")[0]
    while True:
        if folder in rules:
            below = path[len(folder) + 1 :] if folder else path
            said = [pattern for pattern in rules[folder].patterns if _means(pattern, below)]
            if said:
                return bool(said[-1].include)
        if not folder:
            return False
        folder = folder.rpartition("/")[0]


def _means(pattern: RegexPattern, path: str) -> bool:
    """Whether a line means the path itself, and not only a folder that it stands in: each folder is asked after."""
    if pattern.include is None or pattern.regex is None:
        return False
    return any(_is_whole(found, path) for found in pattern.regex.finditer(path))


def _is_whole(found: re.Match[str], path: str) -> bool:
    if found.lastindex:  # The slash of the folder that is meant.
        return found.end(found.lastindex) == len(path)
    return found.end() < len(path) or not path.endswith("/")  # `a/**` is what is in `a`, and not `a`.
