"""Rules of `.gitignore` are followed as Git follows them."""

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from services.reviewer.ignore_rules_process import main

FOLDERS, NAMES = ["a", "b", "x"], ["a", "b", "c.py", "d.py", "x"]
LINES = [
    "a",
    "/a",
    "a/",
    "b/*",
    "**/c.py",
    "!c.py",
    "*.py",
    "!/a/",
    "a/**",
    "x/**/d.py",
    "/b/a",
    "# c",
    "!b/",
    "d.*",
    "[cd].py",
    "a/b",
    "\\!x",
    "x/",
    "!x/c.py",
    " ",
    "*",
    "!*/",
    "!a/b/c.py",
]


def invented_tree(letters: random.Random) -> tuple[list[str], dict[str, str]]:
    """Files, and rules in some of their folders."""
    invented = {"/".join([*letters.choices(FOLDERS, k=letters.randrange(4)), letters.choice(NAMES)]) for _ in range(25)}
    paths = [path for path in sorted(invented) if not any(other.startswith(f"{path}/") for other in invented)]
    folders = {path.rpartition("/")[0] for path in paths if letters.random() < 0.3} | {""}
    rules = {
        f"{folder}/.gitignore".lstrip("/"): letters.choices(LINES, k=letters.randrange(1, 5)) for folder in folders
    }
    return paths, {path: "\n".join(lines) for path, lines in rules.items()}


def kept_by_git(folder: Path, paths: list[str], rules: dict[str, str]) -> set[str]:
    """The files that Git would add."""
    subprocess.run(["git", "init", "-q", folder], check=True)
    for path, text in {**dict.fromkeys(paths, ""), **rules}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    listing = ["git", "-C", str(folder), "ls-files", "--others", "--exclude-standard", "-z"]
    found = subprocess.run(listing, check=True, capture_output=True, text=True).stdout.split("\0")
    return set(paths) & set(found)


@pytest.mark.skipif(shutil.which("git") is None, reason="git isn't installed")
@pytest.mark.parametrize("seed", range(20))
def test_what_git_would_add_is_kept(seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths, rules = invented_tree(random.Random(seed))
    (tmp_path / "rules").write_text(json.dumps(rules))
    (tmp_path / "paths").write_text(json.dumps(paths))

    main([str(tmp_path / "rules"), str(tmp_path / "paths")])

    left_out = {paths[number] for number in json.loads(capsys.readouterr().out)}
    assert set(paths) - left_out == kept_by_git(tmp_path / "tree", paths, rules)
